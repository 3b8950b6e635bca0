import Domain
import Ground
import Limits
import Testing

@testable import Journal

enum StoreChoice: CaseIterable, Sendable {
    case memory
    case rocksDB

    func make(_ folder: TemporaryFolder) throws -> any Store {
        switch self {
        case .memory: return MemoryStore()
        case .rocksDB: return try RocksStore(path: folder.path)
        }
    }
}

@Suite struct CheckpointTests {
    /// Fuzzy checkpoints, records going on between any two blocks: recovery from each of them is
    /// the state of the running sequencer, and so is a replay from the first record.
    @Test(arguments: StoreChoice.allCases, [UInt64(1), 2, 3, 4])
    func recoveryFromEveryCheckpointEqualsReplayFromZero(
        _ choice: StoreChoice, _ seed: UInt64
    ) throws {
        let folder = TemporaryFolder()
        let store = try choice.make(folder)
        let files = SimulatedFileSystem(seed: seed)
        var machine = try JournalMachine(files: files, store: store)
        var stream = ProposalStream(seed: seed)
        var random = RandomSource(seed: seed &+ 100)
        let note: Comment = "store \(choice) seed \(seed)"

        func step() throws {
            let count = Int.random(in: 1...6, using: &random)
            let proposals = (0..<count).map { _ in stream.next() }
            let batch = machine.sequence(proposals, wallMicros: stream.wallMicros)
            for made in batch.records {
                stream.numbers[made.record.tenant.rawValue] = made.record.tenantSequence
            }
            try machine.commit(batch)
        }

        for round in 0..<6 {
            for _ in 0..<60 { try step() }
            let checkpointer = Checkpointer(
                store: store, tenants: machine.parts.tenants, participants: [])
            try checkpointer.run(
                mark: machine.parts.writer.mark,
                onSequencer: { body in
                    if Int.random(in: 0..<50, using: &random) == 0 {
                        #expect(throws: Never.self) { try step() }
                    }
                    body(machine.parts.sequencer)
                },
                awaitDurable: { _ in })
            for _ in 0..<Int.random(in: 0...9, using: &random) { try step() }

            let recovered = try JournalMachine.recover(files, store)
            #expect(recovered.report.checkpointSequence > 0, note)
            #expect(
                recovered.sequencer.stateHash() == machine.parts.sequencer.stateHash(),
                "\(note) round \(round)")
            #expect(recovered.writer.mark == machine.parts.writer.mark, note)
            expectLists(recovered, "\(note) round \(round)")
            for (tenant, count) in recovered.tenants.counts {
                for number in 1...count {
                    let sequence = try recovered.tenants.sequence(tenant, number)
                    #expect(sequence == (try machine.parts.tenants.sequence(tenant, number)), note)
                }
            }
        }
        let replayed = try JournalMachine.recover(files, MemoryStore())
        #expect(replayed.report.checkpointSequence == 0, note)
        #expect(replayed.sequencer.stateHash() == machine.parts.sequencer.stateHash(), note)
        expectLists(machine.parts, note)
        expectLists(replayed, note)
        machine.parts.sequencer.ledger.forEachLine { line in
            #expect(replayed.view.line(line.tenant, line.id) == line, note)
            #expect(machine.parts.view.line(line.tenant, line.id) == line, note)
        }
        machine.parts.sequencer.ledger.forEachHold { hold in
            #expect(replayed.view.hold(hold.tenant, hold.id) == hold, note)
            #expect(machine.parts.view.hold(hold.tenant, hold.id) == hold, note)
        }
    }

    /// Readers are listed every line of a subject and every open hold of a line, newest first.
    private func expectLists(_ parts: Recovery.Result, _ note: Comment) {
        var holds: [[UInt64]: [HoldImage]] = [:]
        parts.sequencer.ledger.forEachHold { hold in
            guard hold.state == .held else { return }
            holds[[UInt64(hold.tenant.rawValue), hold.line.rawValue], default: []].append(hold)
        }
        var lines: [TenantID: [LineImage]] = [:]
        parts.sequencer.ledger.forEachLine { line in
            lines[line.tenant, default: []].append(line)
            let wanted = holds[[UInt64(line.tenant.rawValue), line.id.rawValue]] ?? []
            let listed = parts.view.holds(line.tenant, of: line.id, before: nil, countMax: 1_000)
            #expect(listed == wanted.sorted { $0.id.rawValue > $1.id.rawValue }, note)
        }
        for (tenant, wanted) in lines {
            let subject = wanted[0].subject
            #expect(wanted.allSatisfy { $0.subject == subject }, note)
            let listed = parts.view.lines(tenant, of: subject, before: nil, countMax: 1_000)
            #expect(listed == wanted.sorted { $0.id.rawValue > $1.id.rawValue }, note)
        }
    }

    @Test func aDamagedBlockIsNamed() throws {
        let files = SimulatedFileSystem(seed: 1)
        let store = MemoryStore()
        var machine = try JournalMachine(files: files, store: store)
        let batch = machine.sequence([ProposalMaker().open(1)], wallMicros: 1)
        try machine.commit(batch)
        try Checkpointer(store: store, tenants: machine.parts.tenants, participants: []).run(
            mark: machine.parts.writer.mark, onSequencer: { $0(machine.parts.sequencer) },
            awaitDurable: { _ in })
        let key = CheckpointManifest.blockKey(number: 1, name: "lines", index: 0)
        var bytes = try #require(try store.get(key))
        bytes[20] ^= 1
        try store.put(key, bytes)
        let error = #expect(throws: JournalError.self) {
            _ = try JournalMachine.recover(files, store)
        }
        #expect(error?.description.contains("block 0 of lines") == true)
    }
}
