import Dispatch
import Domain
import Foundation
import Ground
import Journal
import Limits
import Messages
import Testing

@testable import Service

/// A journal with one line, and what a projection of it does with every record.
final class LineJournal: Projection {
    static let line = LineID(1)
    static let tenant = TenantID(1)

    private let path: String
    private let journal = Lock<Journal?>(nil)
    private let answers = DispatchSemaphore(value: 0)
    private let onRecord: @Sendable (Journal, DurableRecord) -> Void

    init(onRecord: @escaping @Sendable (Journal, DurableRecord) -> Void = { _, _ in }) throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("history-\(UUID().uuidString)").path
        self.onRecord = onRecord
        let answers = answers
        let opened = try Journal.open(
            JournalConfiguration(directory: path), clock: SystemClock(), projections: [self],
            participants: [], onVerdicts: { $0.forEach { _ in answers.signal() } },
            onFatal: { _ in })
        journal.withLock { $0 = opened }
    }

    var opened: Journal { journal.withLock { $0! } }

    func apply(_ record: DurableRecord) { onRecord(opened, record) }

    func end() throws {
        try opened.close()
        try FileManager.default.removeItem(atPath: path)
    }

    /// Records one operation on the line; waits for the answer, at most 10 s.
    func record(_ ticket: UInt64, _ type: RecordType, _ operation: LedgerOperation) throws {
        let key = RequestKey.make(hash: Hash128(high: ticket, low: ticket), statedMillis: nil)
        opened.submit([
            Proposal(
                tenant: Self.tenant, requestKey: key, fingerprint: .zero, nowMicros: 0,
                alternatives: [
                    Alternative(
                        type: type, subject: SubjectID(Hash128(high: 5, low: 1)),
                        operations: [operation], body: [1])
                ], ticket: ticket)
        ])
        try #require(answers.wait(timeout: .now() + .seconds(10)) == .success)
    }

    /// A line and `count` holds on it.
    func fill(_ count: Int) throws {
        let euro = try #require(Currency(code: "EUR"))
        let opening = LineOpening(
            subject: SubjectID(Hash128(high: 5, low: 1)), product: Hash128(high: 1, low: 1),
            currency: euro, limitMinor: 1_000_000)
        try record(1, .lineOpened, .openLine(opening))
        for number in 0..<count {
            let reserve = LedgerOperation.reserve(
                line: .existing(Self.line), amountMinor: 1, currency: euro,
                expiresAtMicros: 4_000_000_000_000_000, labels: [])
            try record(UInt64(number + 2), .holdPlaced, reserve)
        }
    }

    func history(cursor: UInt64 = 0, rememberedMax: Int) -> LineHistory {
        LineHistory(
            journal: opened, tenant: Self.tenant, line: Self.line, cursor: cursor,
            rememberedMax: rememberedMax)
    }
}

@Suite struct LineHistoryTests {
    /// A durable line is seen before every projection has applied its record.
    @Test func aRecordIsGivenBeforeAllHaveAppliedIt() throws {
        let given = Lock<[UInt64: [UInt64]]>([:])
        let world = try LineJournal { journal, record in
            #expect(journal.appliedSequence < record.sequence)
            let history = LineHistory(
                journal: journal, tenant: record.tenant, line: LineJournal.line,
                cursor: record.tenantSequence - 1)
            let entries = try? history.forward(10)
            given.withLock { $0[record.tenantSequence] = entries?.map(\.record.tenantSequence) }
        }
        try world.fill(3)
        #expect(given.withLock { $0 } == [1: [1], 2: [2], 3: [3], 4: [4]])
        try world.end()
    }

    /// However little is remembered and asked for at a time, all entries come, each once, with the
    /// line as it was before.
    @Test(arguments: [(1, 1), (2, 1), (3, 2), (3, 5), (7, 3), (100, 4), (100, 100)])
    func piecesOfEverySize(_ rememberedMax: Int, _ countMax: Int) throws {
        let world = try LineJournal()
        try world.fill(20)
        let forward = world.history(rememberedMax: rememberedMax)
        var entries: [StatementEntry] = []
        while case let page = try forward.forward(countMax), !page.isEmpty { entries += page }
        try check(entries)
        let backward = world.history(rememberedMax: rememberedMax)
        entries = []
        while case let page = try backward.backward(countMax), !page.isEmpty { entries += page }
        try check(entries.reversed())
        try world.end()
    }

    private func check(_ entries: [StatementEntry]) throws {
        #expect(entries.map(\.record.tenantSequence) == Array(1...21))
        #expect(entries.map(\.after.heldMinor) == Array(0...20))
        #expect(entries.map(\.before?.heldMinor) == [nil] + (0...19).map { $0 })
    }
}
