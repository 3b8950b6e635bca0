import Domain
import Ground
import Testing

@testable import Journal

/// The whole journal, with its queues, on the machine's own files.
@Suite struct JournalTests {
    let folder = TemporaryFolder()
    let verdicts = VerdictBox()
    let clock = SimulatedClock()
    let maker = ProposalMaker()

    func configuration(_ store: StoreKind) -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.segmentBytes = 256 << 10
        configuration.store = store
        configuration.requestCountMax = 10_000
        configuration.endedHoldCountMax = 100
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        return configuration
    }

    func open(
        _ store: StoreKind = .inMemory, projections: [any Projection] = []
    ) throws -> Journal {
        let verdicts = verdicts
        return try Journal.open(
            configuration(store), clock: clock, projections: projections, participants: [],
            onVerdicts: { verdicts.take($0) },
            onFatal: { Issue.record("fatal: \($0)") })
    }

    @Test(arguments: [StoreKind.inMemory, .rocksDB])
    func recordsSurviveAReopening(_ store: StoreKind) throws {
        let journal = try open(store)
        journal.submit([maker.open(1), maker.reserve(2, line: 1, amountMinor: 300)])
        guard case .recorded(let opened, _) = verdicts.answer(1),
            case .recorded(let held, _) = verdicts.answer(2)
        else {
            Issue.record("two records were expected")
            return
        }
        #expect(opened.effects.lines[0].availableMinor == 1_000)
        #expect(held.effects.lines[0].availableMinor == 700)
        #expect(journal.ledger.line(TenantID(1), LineID(1)) == held.effects.lines[0])
        try journal.close()

        let projection = RecordingProjection()
        let again = try open(store, projections: [projection])
        #expect(projection.sequences == [1, 2])
        #expect(again.recoveryReport.lastSequence == 2)
        #expect(again.recoveryReport.checkpointSequence == (store == .rocksDB ? 2 : 0))
        #expect(again.ledger.line(TenantID(1), LineID(1)) == held.effects.lines[0])
        #expect(again.ledger.hold(TenantID(1), HoldID(2)) == held.effects.holds[0])
        let read = try again.read(sequence: 2)
        #expect(read.effects == held.effects && read.body == held.body)
        #expect(try again.read(tenant: TenantID(1), tenantSequence: 1)?.type == .lineOpened)
        #expect(try again.read(tenant: TenantID(1), tenantSequence: 3) == nil)
        #expect(try again.read(tenant: TenantID(2), tenantSequence: 1) == nil)
        var repeated = maker.reserve(2, line: 1, amountMinor: 300)
        repeated.ticket = 20
        again.submit([repeated])
        guard case .repeated(sequence: 2) = verdicts.answer(20) else {
            Issue.record("the request is remembered over a restart")
            return
        }
        try again.close()
    }

    @Test func repeatsAnswerWithTheirFirstRecord() throws {
        let journal = try open()
        journal.submit([maker.open(1)])
        #expect(verdicts.answer(1) != nil)
        var again = maker.open(1)
        again.ticket = 2
        var changed = again
        changed.ticket = 3
        changed.fingerprint = Hash128(high: 0, low: 0)
        var foreign = again
        foreign.ticket = 4
        foreign.tenant = TenantID(2)
        journal.submit([again, changed, foreign])
        for ticket in UInt64(2)...3 {
            guard case .repeated(sequence: 1) = verdicts.answer(ticket) else {
                Issue.record("a repeat was expected")
                return
            }
        }
        func read(_ proposal: Proposal, tenant: UInt32 = 1) throws -> UInt64? {
            try journal.readRepeat(
                sequence: 1, tenant: TenantID(tenant), requestKey: proposal.requestKey,
                fingerprint: proposal.fingerprint)?.sequence
        }
        #expect(try read(again) == 1)
        #expect(try read(changed) == nil, "the id came before with another payload")
        #expect(try read(again, tenant: 2) == nil, "nobody sees another tenant's reply")
        #expect(try read(maker.open(2)) == nil, "another id of the same tag is another request")
        guard case .recorded(let record, _) = verdicts.answer(4) else {
            Issue.record("another tenant may use the same key")
            return
        }
        #expect(record.tenantSequence == 1)
        try journal.close()
    }

    @Test func thousandsOfRecordsCrossSegmentsAndCanBeRead() throws {
        let journal = try open(.rocksDB)
        journal.submit([maker.open(1, limitMinor: 1_000_000)])
        #expect(verdicts.answer(1) != nil)
        for start in stride(from: UInt64(2), to: 3_002, by: 50) {
            journal.submit((start..<start + 50).map { maker.reserve($0, line: 1, amountMinor: 1) })
            if start == 1_502 { try journal.checkpoint() }
        }
        #expect(verdicts.answer(3_001) != nil)
        for sequence in stride(from: UInt64(1), through: 3_001, by: 97) {
            #expect(try journal.read(sequence: sequence).sequence == sequence)
            #expect(
                try journal.read(tenant: TenantID(1), tenantSequence: sequence)?.sequence
                    == sequence)
        }
        #expect(throws: JournalError.self) { try journal.read(sequence: 3_002) }
        try journal.close()
        let again = try open(.rocksDB)
        #expect(again.ledger.line(TenantID(1), LineID(1))?.heldMinor == 3_000)
        #expect(try again.read(tenant: TenantID(1), tenantSequence: 5)?.sequence == 5)
        try again.close()
    }

    @Test func aDirectoryInUseIsRefused() throws {
        let journal = try open()
        let error = #expect(throws: JournalError.self) { _ = try open() }
        #expect(error?.description.contains("in use") == true)
        try journal.close()
        try open().close()
    }

    @Test func expiriesAreRecordsAlsoOnAnIdleServer() throws {
        let projection = RecordingProjection()
        let journal = try open(projections: [projection])
        var brief = maker
        brief.expiresAtMicros = clock.wallMicros() + 30_000_000
        journal.submit([maker.open(1), brief.reserve(2, line: 1, amountMinor: 300)])
        #expect(verdicts.answer(2) != nil)
        clock.advance(micros: 29_999_999)
        journal.lookAtClock()
        journal.submit([maker.reserve(3, line: 1, amountMinor: 1)])
        #expect(verdicts.answer(3) != nil)
        #expect(projection.sequences == [1, 2, 3])
        clock.advance(micros: 1)
        journal.lookAtClock()
        // The next proposal is behind the expiry that is due.
        journal.submit([maker.reserve(4, line: 1, amountMinor: 1)])
        #expect(verdicts.answer(4) != nil)
        #expect(projection.sequences == [1, 2, 3, 4, 5])
        #expect(try journal.read(sequence: 4).type == .holdExpired)
        #expect(journal.ledger.hold(TenantID(1), HoldID(2))?.state == .expired)
        #expect(journal.ledger.line(TenantID(1), LineID(1))?.heldMinor == 2)
        try journal.close()
    }

    @Test func aClockJumpFreezesExpiryUntilConfirmed() throws {
        let journal = try open()
        var brief = maker
        brief.expiresAtMicros = clock.wallMicros() + 30_000_000
        journal.submit([maker.open(1), brief.reserve(2, line: 1, amountMinor: 300)])
        #expect(verdicts.answer(2) != nil)
        clock.jumpWall(micros: 3_600_000_000)
        journal.submit([maker.reserve(3, line: 1, amountMinor: 1)])
        #expect(verdicts.answer(3) != nil)
        #expect(journal.isClockFrozen)
        #expect(journal.ledger.hold(TenantID(1), HoldID(2))?.state == .held)
        journal.confirmClock()
        journal.submit([maker.reserve(4, line: 1, amountMinor: 1)])
        #expect(verdicts.answer(4) != nil)
        #expect(!journal.isClockFrozen)
        #expect(journal.ledger.hold(TenantID(1), HoldID(2))?.state == .expired)
        try journal.close()
    }
}
