import Domain
import Ground
import Testing

@testable import Journal

/// What start-up says to a journal that is not as it was left.
@Suite struct RecoveryTests {
    private let files = SimulatedFileSystem(seed: 1)

    /// Batches of one line each; the witness names the last one.
    private func fill(_ count: UInt64, settles: Bool = true) throws -> JournalMachine {
        var machine = try JournalMachine(files: files, store: MemoryStore())
        for ticket in 1...count {
            let batch = machine.sequence(
                [ProposalMaker().open(ticket)], wallMicros: Int64(ticket))
            try machine.commit(batch)
        }
        if settles { try machine.parts.writer.settleWitness() }
        return machine
    }

    private func recover() throws -> RecoveryReport {
        try JournalMachine.recover(files, MemoryStore()).report
    }

    private let first = SegmentFormat.name(0)
    /// A record that opens a line is 72 + 128 + 51 + 31 + 3 bytes: one sector.
    private func offset(of batch: Int) -> Int { 512 * batch }

    @Test func anUntouchedJournalOpens() throws {
        _ = try fill(5)
        let report = try recover()
        #expect(report.lastSequence == 5 && report.recordsReplayed == 5)
        #expect(report.tornTailBytes == 0)
    }

    @Test func aLostEndIsFoundByTheWitness() throws {
        _ = try fill(5)
        files.damage(first) {
            $0.replaceSubrange(512 * 5..<512 * 6, with: repeatElement(0, count: 512))
        }
        let error = #expect(throws: JournalError.self) { _ = try recover() }
        guard case .shorterThanWitness(4, 5) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    /// The one window: the batch after the one that the witness names.
    @Test func aTornLastBatchIsCutAndNamed() throws {
        _ = try fill(5, settles: false)
        files.damage(first) { $0[512 * 5 + 200] ^= 1 }
        let report = try recover()
        #expect(report.lastSequence == 4)
        #expect(report.tornTailBytes > 200 && report.tornTailBytes <= 512)
        #expect(try recover().tornTailBytes == 0, "it was cut")
    }

    @Test func everyFlippedByteInTheMiddleIsRefused() throws {
        _ = try fill(5)
        for byte in stride(from: 512, to: 512 + 72 + 213, by: 13) {
            files.damage(first) { $0[byte] ^= 0x10 }
            let error = #expect(throws: JournalError.self, "byte \(byte)") { _ = try recover() }
            if case .damaged(0, 512, _) = error {
            } else {
                Issue.record("byte \(byte): \(String(describing: error))")
            }
            files.damage(first) { $0[byte] ^= 0x10 }
        }
        #expect(try recover().lastSequence == 5)
    }

    @Test func aBatchFromAnotherHistoryBreaksTheChain() throws {
        _ = try fill(5)
        let other = SimulatedFileSystem(seed: 2)
        var machine = try JournalMachine(files: other, store: MemoryStore())
        for ticket in UInt64(1)...5 {
            try machine.commit(
                machine.sequence([ProposalMaker().open(ticket, limitMinor: 7)], wallMicros: 1))
        }
        let foreign = try other.open(first).read(at: 512 * 3, count: 512)
        files.damage(first) { $0.replaceSubrange(512 * 3..<512 * 4, with: foreign) }
        let error = #expect(throws: JournalError.self) { _ = try recover() }
        #expect(error?.description.contains("hash chain") == true)
    }

    @Test func missingSegmentsAndWitnessesAreNamed() throws {
        _ = try fill(400)
        #expect(try files.list().filter { $0.hasPrefix("segment") }.count > 3)
        let middle = SegmentFormat.name(1)
        let saved = try files.open(middle).read(at: 0, count: 64 << 10)
        try files.remove(middle)
        var error = #expect(throws: JournalError.self) { _ = try recover() }
        #expect(error?.description.contains("segment 1 is missing") == true)
        _ = try files.create(middle, byteCount: 64 << 10, start: saved)
        #expect(try recover().lastSequence == 400)
        files.damage(Witness.name) { bytes in
            for index in bytes.indices { bytes[index] = 0 }
        }
        error = #expect(throws: JournalError.self) { _ = try recover() }
        guard case .witnessDamaged = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        try files.remove(Witness.name)
        error = #expect(throws: JournalError.self) { _ = try recover() }
        guard case .witnessDamaged = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }

    @Test func aLostLastSegmentIsFoundByTheWitness() throws {
        _ = try fill(300)
        for name in try files.list().filter({ $0.hasPrefix("segment") }).sorted().suffix(2) {
            try files.remove(name)
        }
        let error = #expect(throws: JournalError.self) { _ = try recover() }
        #expect(error?.description.contains("300 was durable") == true)
    }

    @Test func aJournalOlderThanItsCheckpointIsRefused() throws {
        let machine = try fill(5)
        let store = MemoryStore()
        try Checkpointer(store: store, tenants: machine.parts.tenants, participants: []).run(
            mark: machine.parts.writer.mark, onSequencer: { $0(machine.parts.sequencer) },
            awaitDurable: { _ in })
        #expect(try JournalMachine.recover(files, store).report.checkpointSequence == 5)
        files.damage(first) { bytes in
            for index in 512 * 3..<512 * 6 { bytes[index] = 0 }
        }
        let error = #expect(throws: JournalError.self) {
            _ = try JournalMachine.recover(files, store)
        }
        let said = error?.description ?? ""
        #expect(said.contains("damaged") || said.contains("was durable"), "\(said)")
    }

    @Test func anotherSegmentSizeIsRefused() throws {
        _ = try fill(1)
        var configuration = JournalMachine.configuration()
        configuration.segmentBytes = 128 << 10
        let recovery = Recovery(
            files: files, store: MemoryStore(), configuration: configuration, projections: [],
            participants: [], newIdentity: 1)
        let error = #expect(throws: JournalError.self) { _ = try recovery.run() }
        #expect(error?.description.contains("65536") == true)
    }

    @Test func aJournalOfAnotherSecretIsRefused() throws {
        _ = try fill(3)
        var configuration = JournalMachine.configuration()
        for identity in [UInt64(42), 43] {
            configuration.identity = identity
            let recovery = Recovery(
                files: files, store: MemoryStore(), configuration: configuration, projections: [],
                participants: [], newIdentity: identity)
            guard identity != 42 else {
                #expect(try recovery.run().report.lastSequence == 3)
                continue
            }
            let error = #expect(throws: JournalError.self) { _ = try recovery.run() }
            #expect(error?.description.contains("another root.secret") == true)
        }
    }

    /// A checkpoint holds the state of what the segments lost; that must not hide the loss.
    @Test(arguments: [1, 3, 5])
    func aCheckpointHidesNoLostBatch(batch: Int) throws {
        let store = MemoryStore()
        let machine = try fill(5)
        try Checkpointer(store: store, tenants: machine.parts.tenants, participants: []).run(
            mark: machine.parts.writer.mark, onSequencer: { $0(machine.parts.sequencer) },
            awaitDurable: { _ in })
        #expect(try JournalMachine.recover(files, store).report.checkpointSequence == 5)

        let place = offset(of: batch)
        files.damage(first) { $0[place + 100] ^= 4 }
        var error = #expect(throws: JournalError.self) {
            _ = try JournalMachine.recover(files, store)
        }
        guard case .damaged(0, place, _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        files.damage(first) { bytes in
            for index in place..<bytes.count { bytes[index] = 0 }
        }
        error = #expect(throws: JournalError.self) {
            _ = try JournalMachine.recover(files, store)
        }
        #expect(error?.description.contains("5 was durable") == true)
    }
}
