import Dispatch
import Domain
import Ground
import Journal
import Limits
import Messages
import Testing

@testable import Service

@Suite struct CounterHistoryTests {
    /// A watch that wants crossings alone passes over any number of other changes, also when it
    /// remembers few of them.
    @Test(arguments: [1, 2, 3, 100]) func crossingsBehindManyChangesAreFound(
        _ rememberedMax: Int
    ) throws {
        let world = try LineJournal()
        let euro = try #require(Currency(code: "EUR"))
        let given = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: LineJournal.tenant,
            scope: [ScopeTerm(dimension: Dimension.tenant)], measure: .used, bound: .count(50),
            period: .absolute, currency: euro)
        // Number 1 is the line.
        try world.fill(1)
        try world.record(100, .portfolioLimitSet, .setPortfolioLimit(given))
        let id = PortfolioLimitID(3)
        let ledger = world.opened.ledger
        var ticket: UInt64 = 100
        // Counting goes on by itself between the records; the last 20 reserves cross 80 and 90.
        while ledger.portfolio.exposure(
            LineJournal.tenant, id, values: Self.values, period: 0)?.count ?? 0 < 46
        {
            ticket += 1
            let reserve = LedgerOperation.reserve(
                line: .existing(LineJournal.line), amountMinor: 1, currency: euro,
                expiresAtMicros: 4_000_000_000_000_000, labels: [])
            try world.record(ticket, .holdPlaced, reserve)
            try #require(ticket < 1_000)
        }
        let limit = try #require(ledger.portfolio.limit(LineJournal.tenant, id))
        let history = CounterHistory(
            journal: world.opened, tenant: LineJournal.tenant,
            counter: Counter(limit: limit, values: Self.values, period: 0), cursor: 0,
            onlyLevels: true, rememberedMax: rememberedMax)
        var levels: [UInt8] = []
        while case let page = try history.forward(), !page.isEmpty {
            levels += page.map(\.cell.level)
        }
        #expect(levels == [80, 90])
        try world.end()
    }

    private static let values: InlineArray<4, UInt64> = [1, 0, 0, 0]
}
