import Dispatch
import Domain
import Ground
import Testing

@testable import Journal

/// The journal with its queues on a simulated disk that fills up or fails.
@Suite struct SpaceAndFailureTests {
    private let files = SimulatedFileSystem(seed: 3)
    private let clock = SimulatedClock()
    private let verdicts = VerdictBox()
    private let fatals = Lock<[String]>([])
    private let maker = ProposalMaker()

    private func open() throws -> Journal {
        let (verdicts, fatals) = (verdicts, fatals)
        var configuration = JournalMachine.configuration()
        configuration.requestCountMax = 10_000
        return try Journal.open(
            configuration, files: files, store: MemoryStore(), clock: clock,
            projections: [], participants: [], onVerdicts: { verdicts.take($0) },
            onFatal: { error in fatals.withLock { $0.append(error.description) } })
    }

    /// A server that is killed again and again must not replay more each time.
    @Test func whatAStartReplayedCountsForTheNextCheckpoint() throws {
        let first = try open()
        let proposals = [maker.open(1), maker.open(2), maker.batch(3, [(1, 5), (2, 5), (1, 5)])]
        for proposal in proposals {
            first.submit([proposal])
            guard case .recorded = verdicts.answer(proposal.ticket) else {
                Issue.record("ticket \(proposal.ticket) was not recorded")
                return
            }
        }
        // Not closed before: a clean end would write a checkpoint.
        let second = try open()
        let engine = try #require(second.running)
        let (at, count) = engine.committerQueue.sync {
            engine.committerState.withValue { ($0.checkpointAt, $0.operationCount) }
        }
        #expect(at == UInt64(engine.configuration.checkpointEveryRecords) && count == 5)
        try first.close()
        try second.close()
    }

    @Test func aFullDiskRefusesWritesAndResumes() throws {
        files.setFreeBytes((64 << 10) * 2 + 4_096)
        let journal = try open()
        var ticket: UInt64 = 0
        var recorded: UInt64 = 0
        var isFull = false
        while !isFull && ticket < 2_000 {
            ticket += 1
            journal.submit([maker.open(ticket)])
            switch verdicts.answer(ticket) {
            case .recorded(let record, _): recorded = record.sequence
            case .noSpace: isFull = true
            default: Issue.record("ticket \(ticket) was answered otherwise")
            }
        }
        #expect(isFull && recorded > 100)
        // The full disk is no reason to keep an answer back that was given before.
        var again = maker.open(1)
        again.ticket = 5_000
        journal.submit([again])
        guard case .repeated(1) = verdicts.answer(5_000) else {
            Issue.record("a repeat gets its stored answer while the disk is full")
            return
        }
        #expect(try journal.read(sequence: recorded).sequence == recorded, "reads go on")
        #expect(journal.ledger.line(TenantID(1), LineID(recorded)) != nil)
        files.setFreeBytes(1 << 30)
        // The supply tries again every second; each refused proposal may be sent again.
        let start = DispatchTime.now().uptimeNanoseconds
        var resumed = false
        while !resumed && DispatchTime.now().uptimeNanoseconds - start < 20_000_000_000 {
            ticket += 1
            journal.submit([maker.open(ticket)])
            if case .recorded(let record, _) = verdicts.answer(ticket) {
                resumed = true
                #expect(record.sequence == recorded + 1, "nothing refused was recorded")
            }
        }
        #expect(resumed)
        #expect(fatals.withLock { $0 }.isEmpty)
        try journal.close()
    }

    @Test func aFailedSyncStopsTheJournal() throws {
        let journal = try open()
        journal.submit([maker.open(1)])
        guard case .recorded = verdicts.answer(1) else {
            Issue.record("a record was expected")
            return
        }
        files.setSyncFails(true)
        journal.submit([maker.open(2)])
        guard case .outcomeUnknown = verdicts.answer(2) else {
            Issue.record("nobody knows whether it is durable")
            return
        }
        files.setSyncFails(false)
        journal.submit([maker.open(3)])
        guard case .outcomeUnknown = verdicts.answer(3) else {
            Issue.record("nothing is written after a failed sync")
            return
        }
        #expect(fatals.withLock { $0.count } == 1)
        #expect(journal.appliedSequence == 1)
        #expect(throws: JournalError.self) { try journal.close() }
    }

    /// Many callers at once: each proposal gets one verdict, sequences have no gap, and a thousand
    /// copies of one request make one record.
    @Test func manyCallersAndOneRequest() throws {
        let journal = try open()
        journal.submit([maker.open(1, limitMinor: 1_000_000)])
        #expect(verdicts.answer(1) != nil)
        let maker = maker
        DispatchQueue.concurrentPerform(iterations: 4) { caller in
            for turn in 0..<250 {
                var copy = maker.reserve(2, line: 1, amountMinor: 7)
                copy.ticket = UInt64(10_000 + caller * 1_000 + turn)
                let own = maker.reserve(
                    UInt64(100_000 + caller * 1_000 + turn), line: 1, amountMinor: 1)
                journal.submit([copy, own])
            }
        }
        for caller in 0..<4 {
            for turn in 0..<250 {
                #expect(verdicts.answer(UInt64(10_000 + caller * 1_000 + turn)) != nil)
                #expect(verdicts.answer(UInt64(100_000 + caller * 1_000 + turn)) != nil)
            }
        }
        #expect(verdicts.count == 2_001)
        #expect(journal.appliedSequence == 1_002)
        #expect(journal.ledger.line(TenantID(1), LineID(1))?.heldMinor == 1_007)
        try journal.close()
    }
}
