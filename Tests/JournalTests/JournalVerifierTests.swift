import Domain
import Ground
import Testing

@testable import Journal

/// Reading a stopped journal from end to end.
@Suite struct JournalVerifierTests {
    private static func loaded(
        _ files: SimulatedFileSystem, _ store: any Store, seed: UInt64
    ) throws -> JournalMachine {
        var machine = try JournalMachine(files: files, store: store)
        var stream = ProposalStream(seed: seed)
        for step in 0..<400 {
            let batch = machine.sequence([stream.next()], wallMicros: stream.wallMicros)
            for made in batch.records {
                stream.numbers[made.record.tenant.rawValue] = made.record.tenantSequence
            }
            try machine.commit(batch)
            if step == 250 {
                let checkpointer = Checkpointer(
                    store: store, tenants: machine.parts.tenants, participants: [])
                try checkpointer.run(
                    mark: machine.parts.writer.mark,
                    onSequencer: { $0(machine.parts.sequencer) }, awaitDurable: { _ in })
            }
        }
        try machine.parts.writer.settleWitness()
        return machine
    }

    private static func verify(
        _ files: SimulatedFileSystem, _ store: (any Store)?
    ) throws(JournalError) -> VerificationReport {
        try JournalVerifier.verify(
            files: files, store: store, identity: nil,
            configuration: JournalMachine.configuration())
    }

    private static func contents(_ files: SimulatedFileSystem) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try files.list() {
            let file = try files.open(name)
            found[name] = try file.read(at: 0, count: file.byteCount)
        }
        return found
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func aLoadedJournalAddsUp(_ seed: UInt64) throws {
        let files = SimulatedFileSystem(seed: seed)
        let store = MemoryStore()
        let machine = try Self.loaded(files, store, seed: seed)
        let before = try Self.contents(files)
        let report = try Self.verify(files, store)
        let note: Comment = "seed \(seed): \(report.differences)"
        #expect(report.differenceCount == 0, note)
        #expect(report.recordCount == machine.parts.sequencer.lastSequence, note)
        #expect(report.checkpointSequence > 0 && report.lineCount > 0, note)
        let sequencer = machine.parts.sequencer
        let hash = LedgerHash(sequencer.ledger, sequence: sequencer.lastSequence)
        #expect(report.stateHash == hash.text, note)
        #expect(try Self.contents(files) == before, "verifying writes nothing")
    }

    @Test func aTornTailIsToldAndLeft() throws {
        let files = SimulatedFileSystem(seed: 4)
        let machine = try Self.loaded(files, MemoryStore(), seed: 4)
        let mark = machine.parts.writer.mark
        files.damage(SegmentFormat.name(mark.segment)) { $0[mark.offset + 3] = 1 }
        let before = try Self.contents(files)
        #expect(try Self.verify(files, nil).tornTailBytes == 4)
        #expect(try Self.contents(files) == before)
    }

    /// Damage anywhere in the records is found, also where a start from a checkpoint never looks.
    @Test func damageIsFoundWithItsPlace() throws {
        let files = SimulatedFileSystem(seed: 5)
        let store = MemoryStore()
        _ = try Self.loaded(files, store, seed: 5)
        let first = SegmentFormat.name(0)
        let bytes = try Self.contents(files)[first] ?? []
        // Batches begin at sectors, with the magic that the first one has.
        let magic = bytes[512..<520]
        let batches = stride(from: 512, to: bytes.count, by: 512).filter {
            bytes[$0..<$0 + 8] == magic
        }
        #expect(batches.count > 20)
        for batch in [batches[0], batches[batches.count / 2], batches[batches.count - 1]] {
            let offset = batch + BatchFormat.headerBytes + 9
            let byte = bytes[offset]
            files.damage(first) { $0[offset] = byte ^ 0x40 }
            let error = #expect(throws: JournalError.self) { try Self.verify(files, store) }
            if case .damaged(let segment, let place, _) = error {
                #expect(segment == 0 && place == batch)
            } else {
                Issue.record("got \(String(describing: error)) at \(offset)")
            }
            files.damage(first) { $0[offset] = byte }
        }
        #expect(try Self.verify(files, store).differenceCount == 0)
    }

    @Test func anotherJournalsSecretIsRefused() throws {
        let files = SimulatedFileSystem(seed: 6)
        _ = try Self.loaded(files, MemoryStore(), seed: 6)
        let error = #expect(throws: JournalError.self) {
            try JournalVerifier.verify(
                files: files, store: nil, identity: 41,
                configuration: JournalMachine.configuration())
        }
        guard case .foreignIdentity = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test func aFolderWithoutAJournalIsRefused() throws {
        #expect(throws: JournalError.self) {
            try JournalVerifier.verify(directory: "/nowhere/at/all", identity: nil)
        }
        let empty = SimulatedFileSystem(seed: 7)
        #expect(throws: JournalError.self) { try Self.verify(empty, nil) }
        #expect(try empty.list().isEmpty, "nothing is made")
    }
}
