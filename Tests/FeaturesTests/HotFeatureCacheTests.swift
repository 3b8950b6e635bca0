import Dispatch
import Domain
import Ground
import Testing

@testable import Features

/// The cache beside plain dictionaries, through restarts and under concurrent readers.
@Suite struct HotFeatureCacheTests {
    static func subject(_ number: UInt64) -> SubjectID {
        SubjectID(SipHash.hash([], key: HashKey(first: number, second: 7)))
    }

    /// The obvious version: a dictionary of dictionaries.
    struct Oracle {
        struct Key: Hashable {
            let tenant: UInt32
            let subject: SubjectID
        }
        struct Value: Equatable {
            var value: Double
            var asOfMicros: Int64
        }
        var rows: [Key: [UInt16: Value]] = [:]
        var sequences: [Key: UInt64] = [:]

        mutating func put(_ key: Key, _ put: FeaturePut, sequence: UInt64) {
            sequences[key] = sequence
            for (id, value) in zip(put.ids, put.values) {
                if let known = rows[key]?[id.rawValue], known.asOfMicros > put.asOfMicros {
                    continue
                }
                rows[key, default: [:]][id.rawValue] = Value(
                    value: value, asOfMicros: put.asOfMicros)
            }
        }
    }

    static func randomPut(
        _ random: inout RandomSource, subject: SubjectID, featureCount: Int, timeCount: Int64
    ) -> FeaturePut {
        let count = Int.random(in: 1...40, using: &random)
        let ids = (0..<count).map { _ in
            FeatureID(UInt16.random(in: 0..<UInt16(featureCount), using: &random))
        }
        return FeaturePut(
            subject: subject, ids: ids,
            values: ids.map { _ in Double(Int.random(in: -99...99, using: &random)) },
            asOfMicros: Int64.random(in: 0..<timeCount, using: &random))
    }

    static func expect(
        _ cache: HotFeatureCache, equals oracle: Oracle, featureCount: Int, _ comment: Comment
    ) {
        let plan = (0..<UInt16(featureCount)).map(FeatureID.init)
        var values = [Double](repeating: 0, count: featureCount)
        for (key, row) in oracle.rows {
            let tenant = TenantID(key.tenant)
            let outcome = cache.gather(
                tenant: tenant, subject: key.subject, ids: plan, into: &values)
            #expect(outcome == .found(missingCount: featureCount - row.count), comment)
            let image = cache.row(tenant: tenant, subject: key.subject)
            let expected = row.sorted { $0.key < $1.key }
            #expect(image?.ids.map(\.rawValue) == expected.map(\.key), comment)
            #expect(image?.values == expected.map(\.value.value), comment)
            #expect(image?.asOfMicros == expected.map(\.value.asOfMicros), comment)
            #expect(image?.lastSequence == oracle.sequences[key], comment)
            for id in plan {
                let value = values[Int(id.rawValue)]
                if let known = row[id.rawValue] {
                    #expect(value == known.value, comment)
                } else {
                    #expect(value.isNaN, comment)
                }
            }
        }
        #expect(cache.size.rowCount == oracle.rows.count, comment)
        #expect(cache.size.valueCount == oracle.rows.values.reduce(0) { $0 + $1.count }, comment)
    }

    @Test(arguments: [
        (seed: UInt64(1), features: 10, times: Int64(3)), (2, 64, 1_000_000), (3, 300, 20),
        (4, 1_000, 1_000_000), (5, 65, 1),
    ])
    func equalsTheOracle(seed: UInt64, features: Int, times: Int64) {
        var random = RandomSource(seed: seed)
        let cache = HotFeatureCache()
        var oracle = Oracle()
        for sequence in 1...2_000 as ClosedRange<UInt64> {
            let tenant = UInt32.random(in: 1...2, using: &random)
            let subject = Self.subject(UInt64.random(in: 0..<40, using: &random))
            let put = Self.randomPut(
                &random, subject: subject, featureCount: features, timeCount: times)
            cache.put(
                tenant: TenantID(tenant), subject: subject, ids: put.ids, values: put.values,
                asOfMicros: put.asOfMicros, sequence: sequence)
            oracle.put(.init(tenant: tenant, subject: subject), put, sequence: sequence)
        }
        Self.expect(cache, equals: oracle, featureCount: features, "seed \(seed)")
    }

    @Test func moreThan256InstantsWidenTheStampIndex() {
        let cache = HotFeatureCache()
        let subject = Self.subject(1)
        for feature in 0..<1_000 as Range<UInt16> {
            cache.put(
                tenant: TenantID(1), subject: subject, ids: [FeatureID(feature)],
                values: [Double(feature)], asOfMicros: Int64(feature) * 10,
                sequence: UInt64(feature) + 1)
        }
        let row = cache.row(tenant: TenantID(1), subject: subject)
        #expect(row?.asOfMicros == (0..<1_000).map { $0 * 10 })
        #expect(row?.values == (0..<1_000).map(Double.init))
    }

    @Test func unknownSubjectsAndOtherTenantsSeeNothing() {
        let cache = HotFeatureCache()
        cache.put(
            tenant: TenantID(1), subject: Self.subject(1), ids: [FeatureID(0)], values: [1],
            asOfMicros: 0, sequence: 1)
        var values = [0.0]
        for (tenant, subject) in [(UInt32(2), UInt64(1)), (1, 2)] {
            #expect(
                cache.gather(
                    tenant: TenantID(tenant), subject: Self.subject(subject), ids: [FeatureID(0)],
                    into: &values) == .unknownSubject)
            #expect(values[0].isNaN)
            #expect(cache.row(tenant: TenantID(tenant), subject: Self.subject(subject)) == nil)
        }
    }

    static func record(_ sequence: UInt64, tenant: UInt32, _ puts: [FeaturePut]) -> DurableRecord {
        DurableRecord(
            type: .featuresPut, tenant: TenantID(tenant), sequence: sequence,
            tenantSequence: sequence, timeMicros: 0, keyID: 0, outcome: .done,
            subject: SubjectID(.zero), effects: LedgerEffects(), body: FeaturePut.encode(puts))
    }

    /// A checkpoint taken while records go on: what it holds, plus replay, is the state.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aFuzzyCheckpointAndReplayGiveTheState(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var records: [DurableRecord] = []
        for sequence in 1...900 as ClosedRange<UInt64> {
            let puts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Self.randomPut(
                    &random, subject: Self.subject(UInt64.random(in: 0..<600, using: &random)),
                    featureCount: 100, timeCount: 5)
            }
            records.append(
                Self.record(sequence, tenant: UInt32.random(in: 1...2, using: &random), puts))
        }
        let cache = HotFeatureCache()
        for record in records[..<500] { cache.apply(record) }
        let blockCount = cache.blockCount()
        var next = 500
        var blocks: [(bytes: [UInt8], sequence: UInt64)] = []
        for index in 0..<blockCount {
            let end = min(next + 60, records.count)
            for record in records[next..<end] { cache.apply(record) }
            next = end
            var writer = ByteWriter()
            let sequence = cache.copyBlock(index, into: &writer)
            blocks.append((writer.bytes, sequence))
        }
        for record in records[next...] { cache.apply(record) }
        #expect(blockCount >= 2)

        let restored = HotFeatureCache()
        for block in blocks.shuffled(using: &random) {
            try restored.loadBlock(block.bytes, includedSequence: block.sequence)
        }
        for record in records { restored.apply(record) }
        #expect(restored.stateHash() == cache.stateHash(), "seed \(seed)")
        #expect(restored.size.rowCount == cache.size.rowCount, "seed \(seed)")

        let replayed = HotFeatureCache()
        for record in records { replayed.apply(record) }
        #expect(replayed.stateHash() == cache.stateHash(), "seed \(seed)")
    }

    @Test func damagedBlocksAreRefused() throws {
        let cache = HotFeatureCache()
        cache.put(
            tenant: TenantID(1), subject: Self.subject(1), ids: [FeatureID(0), FeatureID(9)],
            values: [1, 2], asOfMicros: 5, sequence: 1)
        #expect(cache.blockCount() == 1)
        var writer = ByteWriter()
        _ = cache.copyBlock(0, into: &writer)
        for end in 0..<writer.count {
            #expect(throws: ByteReaderError.self) {
                try HotFeatureCache().loadBlock(Array(writer.bytes[..<end]), includedSequence: 1)
            }
        }
        #expect(throws: ByteReaderError.self) {
            try HotFeatureCache().loadBlock(writer.bytes + [0], includedSequence: 1)
        }
    }

    /// Every put writes one number into all features, so a torn row would show two numbers.
    @Test func readersNeverSeeHalfAPut() {
        let cache = HotFeatureCache()
        let subject = Self.subject(3)
        let ids = (0..<200 as Range<UInt16>).map(FeatureID.init)
        @Sendable func put(_ number: UInt64) {
            cache.put(
                tenant: TenantID(1), subject: subject, ids: ids,
                values: Array(repeating: Double(number), count: ids.count),
                asOfMicros: Int64(number), sequence: number)
        }
        put(1)
        let torn = Lock(0)
        let done = DispatchGroup()
        for reader in 0..<2 {
            DispatchQueue(label: "reader \(reader)").async(group: done) {
                var values = [Double](repeating: 0, count: ids.count)
                var last = 0.0
                for _ in 0..<3_000 {
                    _ = cache.gather(
                        tenant: TenantID(1), subject: subject, ids: ids, into: &values)
                    if values.contains(where: { $0 != values[0] }) || values[0] < last {
                        torn.withLock { $0 += 1 }
                    }
                    last = values[0]
                }
            }
        }
        DispatchQueue(label: "writer").async(group: done) {
            for number in 2...3_000 as ClosedRange<UInt64> {
                put(number)
                // Others, so that tables and rows grow meanwhile.
                cache.put(
                    tenant: TenantID(1), subject: Self.subject(number + 10),
                    ids: [FeatureID(UInt16(number))], values: [1], asOfMicros: 0, sequence: number)
            }
        }
        done.wait()
        #expect(torn.withLock { $0 } == 0)
    }

    @Test func theRowIsAsDrawn() {
        #expect(MemoryLayout<FeatureRowHeader>.size == FeatureRow.headerByteCount)
        #expect(MemoryLayout<FeatureRow>.stride == 16)
        let bytes = FeatureRow.byteCount(words: 47, values: 900, stamps: 5, indexWidth: 1)
        #expect(bytes == 8_650)
        #expect(Double(bytes) / 900 < 8 * 1.4, "the aim for bytes per present value")
    }

    @Test func putBodiesAreReadBackAndChecked() throws {
        let puts = [
            FeaturePut(
                subject: Self.subject(1), ids: [FeatureID(3), FeatureID(8_191)],
                values: [0.5, -1], asOfMicros: -7),
            FeaturePut(subject: Self.subject(2), ids: [], values: [], asOfMicros: 0),
        ]
        let body = FeaturePut.encode(puts)
        #expect(try FeaturePut.decode(body) == puts)
        for end in 0..<body.count {
            #expect(throws: ByteReaderError.self) { try FeaturePut.decode(Array(body[..<end])) }
        }
    }
}
