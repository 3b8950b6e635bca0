import Domain
import Ground
import Testing

@testable import Journal

/// The naive account that a journal is verified with: it must notice what does not add up.
@Suite struct BalanceBookTests {
    private static func line(
        held: Int64 = 0, principal: Int64 = 0, limit: Int64 = 1_000, version: UInt64 = 1
    ) -> LineImage {
        LineImage(
            id: LineID(1), tenant: TenantID(1), subject: SubjectID(Hash128(high: 5, low: 1)),
            product: Hash128(high: 1, low: 1), currency: euro, status: .open, version: version,
            limitMinor: limit, heldMinor: held, principalMinor: principal, openedAtMicros: 1,
            lastSequence: 1)
    }

    private static func hold(
        _ amount: Int64, committed: Int64 = 0, state: HoldState = .held, line: UInt64 = 1
    ) -> HoldImage {
        HoldImage(
            id: HoldID(2), tenant: TenantID(1), line: LineID(line), state: state,
            amountMinor: amount, committedMinor: committed, expiresAtMicros: 9)
    }

    private static func drawing(_ principal: Int64) -> DrawingImage {
        DrawingImage(
            id: 3, tenant: TenantID(1), line: LineID(1), principalMinor: principal, labels: .none,
            placedSeconds: 0, nominalRatePpm: 0, lastSequence: 1)
    }

    private static func record(
        _ lines: [LineImage], _ holds: [HoldImage] = [], _ drawings: [DrawingImage] = [],
        outcome: LedgerOutcome = .done
    ) -> DurableRecord {
        var effects = LedgerEffects()
        effects.lines = lines
        effects.holds = holds
        effects.drawings = drawings
        return DurableRecord(
            type: .holdPlaced, tenant: TenantID(1), sequence: 1, tenantSequence: 1, timeMicros: 1,
            keyID: 0, outcome: outcome, subject: SubjectID(Hash128(high: 5, low: 1)),
            effects: effects, body: [])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var records: [DurableRecord]
        var differenceCount: Int
    }

    private static let opened = record([line()])
    private static let held = record([line(held: 10, version: 2)], [hold(10)])

    static let cases: [Case] = [
        Case(
            testDescription: "a hold, committed in part, the rest given back, repaid",
            records: [
                opened, held,
                record(
                    [line(principal: 4, version: 3)], [hold(10, committed: 4, state: .committed)],
                    [drawing(4)]),
                record([line(version: 4)], [], [drawing(0)]),
            ], differenceCount: 0),
        Case(
            testDescription: "a refusal carries rows and changes nothing",
            records: [opened, held, record([line()], [hold(99)], outcome: .limitExceeded)],
            differenceCount: 0),
        Case(
            testDescription: "a line holds more than its hold",
            records: [opened, record([line(held: 11, version: 2)], [hold(10)])],
            differenceCount: 1),
        Case(
            testDescription: "a line that lost its hold",
            records: [opened, held, record([line(version: 3)])], differenceCount: 1),
        Case(
            testDescription: "a hold of a line that the record does not have",
            records: [opened, record([], [hold(10)])], differenceCount: 1),
        Case(
            testDescription: "principal without a drawing",
            records: [opened, record([line(principal: 4, version: 2)])], differenceCount: 1),
        Case(
            testDescription: "a limit below zero",
            records: [record([line(limit: -1)])], differenceCount: 1),
        Case(
            testDescription: "a version that goes back",
            records: [record([line(version: 7)]), record([line(version: 6)])],
            differenceCount: 1),
        Case(
            testDescription: "a hold drawn beyond its amount",
            records: [opened, record([line()], [hold(10, committed: 11, state: .committed)])],
            differenceCount: 1),
    ]

    @Test(arguments: cases)
    func noticesWhatDoesNotAddUp(_ sample: Case) {
        var book = BalanceBook()
        for record in sample.records { book.take(record) }
        #expect(book.differenceCount == sample.differenceCount, "\(book.differences)")
        #expect(book.differences.count == sample.differenceCount)
    }

    @Test func tellsAHundredAndCountsTheRest() {
        var book = BalanceBook()
        for _ in 0..<250 { book.take(Self.record([Self.line(limit: -1)])) }
        #expect(book.differenceCount == 250)
        #expect(book.differences.count == BalanceBook.toldCountMax)
    }
}
