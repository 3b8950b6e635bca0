import Domain
import Ground
import Testing

@testable import Journal

@Suite struct TenantIndexTests {
    private static func record(
        _ tenant: TenantID, _ sequence: UInt64, number: UInt64, count: Int
    ) -> DurableRecord {
        var record = DurableRecord(
            type: count > 1 ? .batchApplied : .repaid, tenant: tenant, sequence: sequence,
            tenantSequence: number, timeMicros: 0, keyID: 0, outcome: .done, subject: .none,
            effects: LedgerEffects(), body: [])
        record.tenantSequenceCount = UInt32(count)
        return record
    }

    /// Single records and batches of several tenants, checkpoints and restarts between them.
    @Test(arguments: UInt64(1)...8)
    func agreesWithPlainLists(seed: UInt64) throws {
        let note = Comment(rawValue: "seed \(seed)")
        var random = RandomSource(seed: seed)
        let store = MemoryStore()
        var index = TenantIndex(store: store)
        var naive: [TenantID: [UInt64]] = [:]
        for sequence in UInt64(1)...3_000 {
            let tenant = TenantID(UInt32(random.next(upperBound: seed % 4 + 1)) + 1)
            let isBatch = random.next(upperBound: 50 as UInt64) == 0
            let count = isBatch ? Int(random.next(upperBound: 2_000 as UInt64)) + 1 : 1
            let number = UInt64(naive[tenant]?.count ?? 0) + 1
            index.append(Self.record(tenant, sequence, number: number, count: count))
            naive[tenant, default: []] += Array(repeating: sequence, count: count)
            switch random.next(upperBound: 200 as UInt64) {
            case 0: index.drop(try index.storeFullPages())
            case 1: _ = try index.storeFullPages()
            case 2:
                let loaded = TenantIndex(store: store)
                for block in 0..<index.blockCount() {
                    var bytes = ByteWriter()
                    let included = index.copyBlock(block, into: &bytes)
                    #expect(included == sequence, note)
                    try loaded.loadBlock(bytes.bytes, includedSequence: included)
                }
                // A checkpoint's block leaves out what the store has.
                index = loaded
            default: break
            }
        }
        #expect(index.counts == naive.mapValues { UInt64($0.count) }, note)
        for (tenant, sequences) in naive {
            let found = try (1...sequences.count).map { try index.sequence(tenant, UInt64($0)) }
            #expect(found == sequences, note)
            #expect(try index.sequence(tenant, UInt64(sequences.count) + 1) == nil, note)
        }
        #expect(try index.sequence(TenantID(99), 1) == nil, note)
    }

    /// What the drawing of `TenantPage` says of its memory.
    @Test func pagesAreAsShortAsTheirRuns() {
        #expect(MemoryLayout<SequenceRuns.Run>.stride == 16)
        func page(_ sequences: [UInt64]) -> TenantPage {
            var runs = SequenceRuns()
            for (place, sequence) in sequences.enumerated() {
                runs.append(sequence, count: 1, at: place)
            }
            return TenantPage(runs)
        }
        let numbers = UInt64(0)..<512
        let cases: [(sequences: [UInt64], runs: Int?, bytes: Int)] = [
            (numbers.map { $0 + 7 }, 1, 11), (numbers.map { _ in 7 }, 1, 11),
            (numbers.map { $0 / 256 * 9 }, 2, 21), (numbers.map { $0 * 2 }, nil, 2_057),
            // Four thousand million records of others between two of its own.
            (numbers.map { $0 << 32 }, 512, 5_121),
        ]
        for (sequences, runCount, bytes) in cases {
            let made = page(sequences)
            switch made {
            case .runs(let runs): #expect(runs.runs.count == runCount)
            case .steps: #expect(runCount == nil)
            }
            #expect((0..<512).map { made[$0] } == sequences)
            #expect(made.encode().count == bytes)
            #expect((try? TenantPage(made.encode())) == made)
        }
    }

    /// A page that was stored before there were runs, and bytes that are no page.
    @Test func plainPagesAreRead() throws {
        var plain = ByteWriter()
        let sequences = (UInt64(0)..<512).map { $0 / 3 * 5 }
        for sequence in sequences { plain.write(sequence) }
        let page = try TenantPage(plain.bytes)
        #expect((0..<512).map { page[$0] } == sequences)
        for wild in [[], [0], [1], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], [2, 0]] as [[UInt8]] {
            #expect(throws: ByteReaderError.self) { try TenantPage(wild) }
        }
    }
}
