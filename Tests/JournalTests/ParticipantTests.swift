import Domain
import Ground
import Testing

@testable import Journal

/// A projection with a row for each record, saved in blocks of 256.
final class RowsProjection: Projection, CheckpointParticipant {
    private struct State: Sendable {
        var rows: [UInt64] = []
        var applied: UInt64 = 0
        /// Per block, what a loaded checkpoint says it includes.
        var included: UInt64 = 0
        var seen = 0
    }
    private let state = Lock(State())

    var rows: [UInt64] { state.withLock { $0.rows } }
    var seen: Int { state.withLock { $0.seen } }
    var checkpointName: String { "rows" }

    func apply(_ record: DurableRecord) {
        state.withLock { state in
            state.seen += 1
            guard record.sequence > state.included else { return }
            state.rows.append(record.sequence)
            state.applied = record.sequence
        }
    }

    func blockCount() -> Int { state.withLock { ($0.rows.count + 255) / 256 } }

    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (rows, applied) = state.withLock { state in
            (state.rows.dropFirst(index * 256).prefix(256), state.applied)
        }
        for row in rows { writer.write(row) }
        return applied
    }

    func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            let row = try reader.read(UInt64.self)
            state.withLock { state in
                state.rows.append(row)
                state.included = max(state.included, row)
            }
        }
    }
}

@Suite struct ParticipantTests {
    /// Pages that a failed checkpoint left in memory go with the next one, and are read all along.
    @Test func pagesOfAFailedCheckpointAreStoredAgain() throws {
        let index = TenantIndex(store: MemoryStore())
        let tenant = TenantID(3)
        for number in 1...UInt64(TenantIndex.pageSize) {
            index.append(
                DurableRecord(
                    type: .repaid, tenant: tenant, sequence: number + 7, tenantSequence: number,
                    timeMicros: 0, keyID: 0, outcome: .done, subject: .none,
                    effects: LedgerEffects(), body: []))
        }
        let failed = try index.storeFullPages()
        let stored = try index.storeFullPages()
        #expect(failed.map(\.1) == [0] && stored.map(\.1) == [0])
        index.drop(stored)
        #expect(try index.storeFullPages().isEmpty)
        #expect(try index.sequence(tenant, 5) == 12)
    }

    /// Checkpoints made of the journal's own accord while records go on; then a reopening that
    /// replays only what they do not hold.
    @Test func aParticipantReopensFromAnAutomaticCheckpoint() throws {
        let folder = TemporaryFolder()
        let verdicts = VerdictBox()
        let clock = SimulatedClock()
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.segmentBytes = 256 << 10
        configuration.checkpointEveryRecords = 400
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        func open(_ rows: RowsProjection) throws -> Journal {
            try Journal.open(
                configuration, clock: clock, projections: [rows], participants: [rows],
                onVerdicts: { verdicts.take($0) }, onFatal: { Issue.record("fatal: \($0)") })
        }
        let rows = RowsProjection()
        let journal = try open(rows)
        for ticket in UInt64(1)...1_500 { journal.submit([ProposalMaker().open(ticket)]) }
        for ticket in UInt64(1)...1_500 { #expect(verdicts.answer(ticket) != nil) }
        try journal.checkpoint()
        for ticket in UInt64(1_501)...1_600 { journal.submit([ProposalMaker().open(ticket)]) }
        #expect(verdicts.answer(1_600) != nil)
        #expect(journal.appliedSequence == 1_600)
        #expect(rows.rows == Array(1...1_600))
        #expect(journal.checkpointFailure == nil)
        try journal.close()

        let again = RowsProjection()
        let reopened = try open(again)
        #expect(again.rows == Array(1...1_600))
        #expect(again.seen == 0, "close made a checkpoint of everything")
        #expect(reopened.recoveryReport.recordsReplayed == 0)
        #expect(try reopened.read(tenant: TenantID(1), tenantSequence: 600)?.sequence == 600)
        #expect(throws: JournalError.self) { try reopened.read(sequence: 1_601) }
        try reopened.close()
        reopened.submit([ProposalMaker().open(9_999)])
        guard case .overloaded = verdicts.answer(9_999) else {
            Issue.record("a closed journal takes nothing")
            return
        }
    }
}
