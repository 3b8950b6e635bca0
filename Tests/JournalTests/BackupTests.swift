import Domain
import Foundation
import Ground
import Testing

@testable import Journal

/// A copy of a running journal opens as exactly a prefix of it, with the same ledger.
@Suite struct BackupTests {
    private func configuration(_ path: String) -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: path)
        configuration.segmentBytes = 1 << 20
        configuration.identity = 7
        return configuration
    }

    @Test func aBackupOfARunningJournalIsAPrefixOfIt() throws {
        var running = try RunningJournal()
        running.maker.expiresAtMicros = .max
        let line = try running.record(running.maker.open(1, limitMinor: 1_000_000)).tenantSequence
        var ticket: UInt64 = 1
        func reserves(_ count: Int) -> [Proposal] {
            (0..<count).map { _ in
                ticket += 1
                return running.maker.reserve(ticket, line: line, amountMinor: 1)
            }
        }
        // Enough for several segments, with a checkpoint among them.
        running.journal.submit(reserves(6_000))
        #expect(running.box.answer(ticket) != nil)
        try running.journal.checkpoint()
        running.journal.submit(reserves(2_000))
        let copy = TemporaryFolder()
        let report = try running.journal.backup(to: copy.path)
        #expect(report.segmentCount > 1 && report.sequence > 6_000)
        #expect(running.box.answer(ticket) != nil)
        running.journal.submit(reserves(100))
        #expect(running.box.answer(ticket) != nil)
        let inspected = try Journal.inspect(configuration(copy.path))
        #expect(inspected == report.stateHash)
        #expect(inspected.sequence == report.sequence && inspected.text.utf8.count == 64)

        let end = try running.journal.stateHash()
        #expect(end.sequence == ticket && end.bytes != inspected.bytes)
        try running.journal.close()
        #expect(try Journal.inspect(configuration(running.folder.path)) == end)

        // The copy is a journal like any other, and goes on.
        let box = VerdictBox()
        let again = try Journal.open(
            configuration(copy.path), clock: running.clock, projections: [], participants: [],
            onVerdicts: { box.take($0) }, onFatal: { _ in })
        #expect(again.recoveryReport.lastSequence == report.sequence)
        #expect(again.recoveryReport.tornTailBytes == 0)
        again.submit([running.maker.reserve(ticket + 1, line: line, amountMinor: 1)])
        guard case .recorded(let record, _) = try #require(box.answer(ticket + 1)) else {
            Issue.record("the copy takes records")
            return
        }
        #expect(record.sequence == report.sequence + 1)
        try again.close()
    }

    @Test func aBackupGoesIntoAnEmptyFolderOnly() throws {
        let running = try RunningJournal()
        _ = try running.record(running.maker.open(1))
        let copy = TemporaryFolder()
        _ = try running.journal.backup(to: copy.path)
        let error = #expect(throws: JournalError.self) {
            _ = try running.journal.backup(to: copy.path)
        }
        #expect(error?.description.contains("not empty") == true)
        #expect(throws: JournalError.self) {
            _ = try running.journal.backup(to: running.folder.path)
        }
        try running.journal.close()
    }

    /// A copy that was cut short has no witness, and is not opened.
    @Test func halfABackupDoesNotOpen() throws {
        let running = try RunningJournal()
        _ = try running.record(running.maker.open(1))
        let copy = TemporaryFolder()
        _ = try running.journal.backup(to: copy.path)
        try FileManager.default.removeItem(atPath: copy.path + "/witness")
        #expect(throws: JournalError.self) { try Journal.inspect(configuration(copy.path)) }
        let nothing = TemporaryFolder()
        #expect(throws: JournalError.self) { try Journal.inspect(configuration(nothing.path)) }
        try running.journal.close()
    }

    /// Damage in a segment that is long written is found by the copy, not carried into it.
    @Test func aDamagedSourceGivesNoBackup() throws {
        let files = SimulatedFileSystem(seed: 1)
        var machine = try JournalMachine(files: files, store: MemoryStore())
        for ticket in UInt64(1)...5 {
            try machine.commit(
                machine.sequence([ProposalMaker().open(ticket)], wallMicros: Int64(ticket)))
        }
        func backup() throws -> BackupReport {
            try Backup(
                source: files, target: SimulatedFileSystem(seed: 2), identity: 42,
                segmentBytes: machine.configuration.segmentBytes
            ).run(upTo: machine.parts.writer.mark)
        }
        #expect(try backup().sequence == 5)
        files.damage(SegmentFormat.name(0)) { $0[512 + 100] ^= 1 }
        #expect(throws: JournalError.self) { _ = try backup() }
    }
}
