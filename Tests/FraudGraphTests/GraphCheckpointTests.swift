import Domain
import FraudGraph
import Ground
import Testing

/// Records and checkpoints: what comes back is what was there.
@Suite struct GraphCheckpointTests {
    static func record(_ sequence: UInt64, _ type: RecordType, _ body: [UInt8]) -> DurableRecord {
        DurableRecord(
            type: type, tenant: TenantID(UInt32(sequence % 3) + 1), sequence: sequence,
            tenantSequence: sequence, timeMicros: 0, keyID: 0, outcome: .done,
            subject: SubjectID(.zero), effects: LedgerEffects(), body: body)
    }

    static func randomRecord(_ random: inout RandomSource, _ sequence: UInt64) -> DurableRecord {
        let link = RandomGraph.link(&random, persons: 400, identifiers: 300)
        guard Int.random(in: 0..<10, using: &random) > 0 else {
            let kind = MarkKind.allCases[Int.random(in: 0..<5, using: &random)]
            let mark = Mark(
                kind: kind, reason: "r\(sequence)", source: "test",
                expiresAtMicros: Int64.random(in: 0..<100, using: &random))
            return record(
                sequence, .entityMarked, EntityMarked(entity: link.from, mark: mark).encode())
        }
        let other = RandomGraph.link(&random, persons: 400, identifiers: 300)
        let names = [EntityName(entity: link.to, name: "name \(sequence)")]
        return record(
            sequence, .linksPut, LinksPut(names: names, links: [link, other]).encode())
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aFuzzyCheckpointAndReplayGiveTheState(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let records = (1...1_500 as ClosedRange<UInt64>).map {
            Self.randomRecord(&random, $0)
        }
        let graph = FraudGraph()
        for record in records[..<900] { graph.apply(record) }
        var next = 900
        var blocks: [(bytes: [UInt8], sequence: UInt64)] = []
        let blockCount = graph.blockCount()
        for index in 0..<blockCount {
            let end = min(next + 100, records.count)
            for record in records[next..<end] { graph.apply(record) }
            next = end
            var writer = ByteWriter()
            let sequence = graph.copyBlock(index, into: &writer)
            blocks.append((writer.bytes, sequence))
        }
        for record in records[next...] { graph.apply(record) }
        #expect(blockCount >= 2)

        let restored = FraudGraph()
        for block in blocks.shuffled(using: &random) {
            try restored.loadBlock(block.bytes, includedSequence: block.sequence)
        }
        for record in records { restored.apply(record) }
        #expect(restored.stateHash() == graph.stateHash(), "seed \(seed)")
        for tenant in 1...3 as ClosedRange<UInt32> {
            let sizes = [restored, graph].map { $0.size(tenant: TenantID(tenant)) }
            #expect(sizes[0].linkCount == sizes[1].linkCount, "seed \(seed)")
            #expect(sizes[0].entityCount == sizes[1].entityCount, "seed \(seed)")
        }
        let replayed = FraudGraph()
        for record in records { replayed.apply(record) }
        #expect(replayed.stateHash() == graph.stateHash(), "seed \(seed)")
        replayed.mark(
            tenant: TenantID(1), entity: RandomGraph.entity(.person, 1),
            mark: Mark(kind: .blocked, sequence: 9_999))
        #expect(replayed.stateHash() != graph.stateHash(), "the hash sees a mark")
    }

    @Test func bodiesAreReadBackAndChecked() throws {
        let phone = RandomGraph.entity(.phone, 1)
        let link = Link(
            from: RandomGraph.entity(.person, 1), relation: .owns, to: phone,
            eventMicros: -Link.eventMicrosMax)
        let put = LinksPut(names: [EntityName(entity: phone, name: "ä")], links: [link])
        let body = put.encode()
        #expect(try LinksPut(decoding: body) == put)
        for end in 0..<body.count {
            #expect(throws: ByteReaderError.self) { try LinksPut(decoding: Array(body[..<end])) }
        }
        let mark = Mark(kind: .defaulted, reason: "90 days", source: "ledger", sequence: 3)
        let marked = EntityMarked(entity: phone, mark: mark)
        #expect(try EntityMarked(decoding: marked.encode(), sequence: 3) == marked)
        var wrongKind = marked.encode()
        wrongKind[1] = 99
        #expect(throws: ByteReaderError.self) {
            try EntityMarked(decoding: wrongKind, sequence: 3)
        }
    }
}
