import Domain
import Ground
import Testing

@testable import Limits

/// What changes the counters of many exposures at once fits a record, or is refused whole.
@Suite struct CountingBoundTests {
    private static let segment = Dimension.segment
    private var world = LedgerFixture()

    /// Lines of one subject, each with holds of as many segments as it says.
    private mutating func open(lines: Int, holds: Int) {
        for line in 0..<lines {
            world.apply(world.open(1_000_000))
            let number = world.sequence
            let reserves = (0..<holds).map { place in
                world.reserve(
                    number, 1,
                    labels: [
                        Label(dimension: Self.segment, value: UInt64(line * holds + place + 1))
                    ])
            }
            for start in stride(from: 0, to: holds, by: 8_000) {
                let part = reserves[start..<min(start + 8_000, holds)]
                let result = world.ledger.applyBatch(
                    Array(part), chains: part.map { _ in 1 }, stamp: world.stamp)
                #expect(result.outcome == .done)
                world.sequence += UInt64(part.count)
            }
        }
    }

    private mutating func limit(_ dimensions: UInt64...) -> PortfolioLimitID {
        world.apply(
            .setPortfolioLimit(
                PortfolioLimit(
                    id: PortfolioLimitID(0), tenant: lender,
                    scope: dimensions.map { ScopeTerm(dimension: $0) }, measure: .used,
                    bound: .amount(1_000_000_000), period: .absolute, currency: euro)))
        return PortfolioLimitID(world.sequence)
    }

    /// Counts to the end; says how many counters each record changed.
    private mutating func count(cellsMax: Int = .max) -> [Int] {
        var cells: [Int] = []
        while let work = world.ledger.countingWork, cells.count < 1_000,
            case .countPortfolioLimit(let id) = work.operation
        {
            let result = world.ledger.countNext(id, stamp: world.stamp) { $0.cells <= cellsMax }
            #expect(result.outcome == .done)
            world.sequence += 1
            cells.append(result.effects.rare.cells.count)
        }
        return cells
    }

    /// Amount and count by segment, summed over whatever else there is.
    private var taken: [UInt64: [Int64]] {
        var taken: [UInt64: [Int64]] = [:]
        world.ledger.portfolio.forEachCell { cell in
            taken[cell.key.values[0], default: [0, 0]][0] += cell.amountMinor
            taken[cell.key.values[0], default: [0, 0]][1] += cell.count
        }
        return taken
    }

    @Test mutating func aStepTakesFewerLinesWhereTheyCarryMuch() {
        open(lines: 40, holds: 20)
        let id = limit(Self.segment)
        let cells = count(cellsMax: 70)
        #expect(cells.allSatisfy { $0 <= 70 } && cells.reduce(0, +) == 800, "\(cells)")
        #expect(world.ledger.portfolio.limit(lender, id)?.status == .enforcing)
        #expect(taken.count == 800 && taken.values.allSatisfy { $0 == [1, 1] })
    }

    @Test mutating func aLineThatAloneCarriesTooMuchPausesTheLimit() {
        open(lines: 3, holds: 20)
        open(lines: 1, holds: 100)
        let id = limit(Self.segment)
        let cells = count(cellsMax: 70)
        #expect(cells.allSatisfy { $0 <= 70 }, "\(cells)")
        #expect(world.ledger.portfolio.limit(lender, id)?.status == .paused)
        #expect(world.ledger.countingWork == nil)
        #expect(world.apply(world.reserve(1, 1)).outcome == .done, "a paused limit refuses nothing")
        world.apply(.pausePortfolioLimit(id, isPaused: false))
        _ = count()
        #expect(world.ledger.portfolio.limit(lender, id)?.status == .enforcing)
        #expect(taken.values.reduce(0) { $0 + $1[1] } == 160)
    }

    /// However short the record could be: some milliseconds of the sequencer at a time.
    @Test mutating func aStepEndsBehindManyHolds() {
        for _ in 0..<5 { open(lines: 1, holds: 8_000) }
        _ = limit(Dimension.tenant)
        #expect(count().count == 2)
        #expect(taken == [1: [40_000, 40_000]])
    }

    @Test mutating func aGroupThatDoesNotFitStaysWhereItIs() {
        _ = limit(Dimension.group, Self.segment)
        _ = count()
        open(lines: 2, holds: 15)
        let (before, subject) = (world.ledger.portfolio.cellsByKey, borrower)
        let move = LedgerOperation.setGroup(subject, group: 7)
        let refused = world.ledger.apply(.one(move), stamp: world.stamp) { $0.cells < 60 }
        #expect(refused.outcome == .tooMany && refused.effects == LedgerEffects())
        #expect(world.ledger.portfolio.cellsByKey == before)
        #expect(world.ledger.subject(lender, subject)?.group ?? 0 == 0)
        let moved = world.ledger.apply(.one(move), stamp: world.stamp) { $0.cells <= 60 }
        #expect(moved.outcome == .done && moved.effects.rare.cells.count == 60)
        #expect(world.ledger.subject(lender, subject)?.group == 7)
    }

    /// Other tenants' currencies weigh nothing.
    @Test mutating func onlyTheLimitsOwnCurrenciesWeigh() {
        _ = limit(Dimension.customer)
        _ = count()
        world.apply(world.open(1_000))
        let line = world.sequence
        for code in ["USD", "GBP", "CHF", "SEK"] {
            let stamp = LedgerStamp(
                tenant: TenantID(2), tenantSequence: 1, sequence: world.sequence + 1,
                timeMicros: world.now, expiryMicros: world.now)
            let currency = Currency(code: code) ?? euro
            _ = world.ledger.apply(
                .one(
                    .openLine(
                        LineOpening(
                            subject: borrower, product: .zero, currency: currency, limitMinor: 9))),
                stamp: stamp)
            world.sequence += 1
        }
        var cells = 0
        _ = world.ledger.applyBatch([world.reserve(line, 1)], chains: [1], stamp: world.stamp) {
            cells = $0.cells
            return true
        }
        #expect(cells == 1)
    }
}

extension Portfolio {
    fileprivate var cellsByKey: [CellKey: [Int64]] {
        var found: [CellKey: [Int64]] = [:]
        forEachCell { found[$0.key] = [$0.amountMinor, $0.count] }
        return found
    }
}
