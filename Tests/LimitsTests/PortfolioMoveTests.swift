import Domain
import Ground
import LedgerOracle
import Testing

@testable import Limits

/// What the ledger's own records do to counters: scans, moves between groups, and what comes and
/// goes in one record.
@Suite struct PortfolioMoveTests {
    private var world = LedgerFixture()

    /// Sets a limit and counts to its end.
    private mutating func limit(
        _ dimension: UInt64, _ bound: PortfolioBound, _ measure: PortfolioMeasure = .used,
        period: PortfolioPeriod = .absolute
    ) -> PortfolioLimitID {
        world.apply(.setPortfolioLimit(definition(dimension, bound, measure, period: period)))
        let id = PortfolioLimitID(world.sequence)
        while let work = world.ledger.countingWork { world.apply(work.operation) }
        return id
    }

    private func definition(
        _ dimension: UInt64, _ bound: PortfolioBound, _ measure: PortfolioMeasure = .used,
        period: PortfolioPeriod = .absolute, id: UInt64 = 0
    ) -> PortfolioLimit {
        PortfolioLimit(
            id: PortfolioLimitID(id), tenant: lender, scope: [ScopeTerm(dimension: dimension)],
            measure: measure, bound: bound, period: period, currency: euro)
    }

    /// Amount, count and level of the counter of a value.
    private func taken(_ limit: PortfolioLimitID, _ value: UInt64) -> [Int64] {
        var found: [Int64] = []
        world.ledger.portfolio.forEachCell { cell in
            if cell.key.limit == limit && cell.key.values[0] == value {
                found = [cell.amountMinor, cell.count, Int64(cell.level)]
            }
        }
        return found
    }

    @Test mutating func aDayKeepsWhatWasDrawnWhenTheGroupChanges() {
        let day = limit(Dimension.group, .count(10), period: .day)
        world.apply(.setGroup(borrower, group: 5))
        world.apply(world.open(1_000), world.reserve(nil, 100))
        let partly = world.sequence
        world.apply(world.commit(partly, 30, keepsRest: true))
        world.apply(world.commit(partly, 20, keepsRest: true))
        world.apply(world.reserve(partly, 7))
        let whole = world.sequence
        #expect(taken(day, 5) == [107, 2, 0])
        // A hold took one place, however often it was drawn from.
        world.apply(.setGroup(borrower, group: 6))
        #expect(taken(day, 5) == [50, 1, 0])
        #expect(taken(day, 6) == [57, 1, 0])
        world.apply(world.release(partly))
        world.apply(world.release(whole))
        #expect(taken(day, 6) == [0, 0, 0])
        // Nor does a repayment that is taken back in another group.
        world.apply(world.repay(partly, 50))
        world.apply(.setGroup(borrower, group: 7))
        world.apply(.setGroup(borrower, group: 5))
        #expect(taken(day, 5) == [50, 1, 0])
        #expect(taken(day, 6) == [0, 0, 0])
    }

    @Test mutating func aScanThatOverflowsRefusesFromThenOn() {
        world.apply(world.open(.max - 1))
        world.apply(world.open(.max - 1))
        let granted = limit(Dimension.tenant, .amount(.max), .granted)
        #expect(taken(granted, 1) == [.max, 2, 100])
        #expect(world.apply(world.open(1)).outcome == .amountOverflow)
        world.apply(world.limit(1, 10))
        world.apply(world.limit(2, 10))
        #expect(taken(granted, 1) == [.max, 2, 100])
        #expect(world.apply(world.open(1)).outcome == .amountOverflow)
        // Counted anew it fits.
        world.apply(
            .setPortfolioLimit(
                definition(Dimension.tenant, .amount(.max), .used, id: granted.rawValue)))
        while let work = world.ledger.countingWork { world.apply(work.operation) }
        #expect(world.apply(world.open(1)).outcome == .done)
    }

    /// Found by the simulator, seed 28: what comes and goes within one record is looked at again,
    /// and its level follows a bound that was changed meanwhile.
    @Test mutating func aRecordThatComesToNothingBringsTheLevelUpToDate() {
        var naive = NaiveLedger(endedHoldCountMax: 4)
        var said: [String?] = []
        func both(_ world: inout LedgerFixture, _ operation: LedgerOperation) {
            let stamp = world.stamp
            let result = world.apply(operation)
            if case .countPortfolioLimit = operation {
                said.append(naive.followCount(result.effects))
                return
            }
            let expected = naive.apply([operation], stamp: stamp)
            let actual = (outcome: result.outcome, effects: result.effects)
            said.append(naive.difference(expected: expected, actual: actual))
            naive.follow(result.effects)
        }
        both(&world, .setPortfolioLimit(definition(Dimension.tenant, .amount(100))))
        let limit = PortfolioLimitID(world.sequence)
        while let work = world.ledger.countingWork { both(&world, work.operation) }
        both(&world, world.open(1_000))
        both(&world, world.reserve(world.sequence, 85))
        let line = world.sequence - 1
        #expect(taken(limit, 1) == [85, 1, 80])
        let wider = definition(Dimension.tenant, .amount(1_000), id: limit.rawValue)
        both(&world, .setPortfolioLimit(wider))
        #expect(taken(limit, 1) == [85, 1, 80], "a level is of the last change")
        let chains = [[world.reserve(line, 10)], [world.release(world.sequence + 1)]]
        let stamp = world.stamp
        let result = world.ledger.applyBatch(chains.flatMap { $0 }, chains: [1, 1], stamp: stamp)
        #expect(taken(limit, 1) == [85, 1, 0])
        let expected = naive.applyBatch(chains.flatMap { $0 }, chains: [1, 1], stamp: stamp)
        var actual = (outcome: result.outcome, effects: result.effects)
        said.append(naive.difference(expected: expected, actual: actual))
        #expect(said.allSatisfy { $0 == nil }, "\(said)")
        // No other level passes.
        #expect(actual.effects.rare.cells.count == 1)
        actual.effects.rare.cells[0].level = 90
        #expect(naive.difference(expected: expected, actual: actual) != nil)
    }
}
