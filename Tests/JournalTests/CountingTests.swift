import Dispatch
import Domain
import Ground
import Testing

@testable import Journal

/// A new portfolio limit is counted though nobody asks for anything else.
@Suite struct CountingTests {
    /// Signals when a limit begins to enforce.
    private final class Watcher: Projection {
        let enforces = DispatchSemaphore(value: 0)
        func apply(_ record: DurableRecord) {
            for limit in record.effects.rare.limits where limit.status == .enforcing {
                enforces.signal()
            }
        }
    }

    @Test func limitsAreCountedOnAnIdleJournal() throws {
        let tests = JournalTests()
        let watcher = Watcher()
        let journal = try tests.open(projections: [watcher])
        for ticket in UInt64(1)...3 {
            let limit = PortfolioLimit(
                id: PortfolioLimitID(0), tenant: TenantID(1),
                scope: [ScopeTerm(dimension: Dimension.tenant)], measure: .used, bound: .amount(5),
                period: .absolute, currency: euro)
            journal.submit([
                tests.maker.proposal(ticket, .portfolioLimitSet, [.setPortfolioLimit(limit)])
            ])
            _ = tests.verdicts.answer(ticket)
            #expect(watcher.enforces.wait(timeout: .now() + .seconds(10)) == .success)
        }
        try journal.close()
    }
}
