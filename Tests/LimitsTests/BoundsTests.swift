import Domain
import Testing

@testable import Limits

/// What one record may touch, and what the tables may hold: a refusal, never a stop.
@Suite struct BoundsTests {
    private var world = LedgerFixture()

    /// Draws `count` times 1 on line 1, a thousand in a record.
    private mutating func draw(_ count: Int) {
        var left = count
        while left > 0 {
            var chains: [LedgerOperation] = []
            for place in 0..<UInt64(min(1_000, left)) {
                let hold = world.sequence + 1 + 2 * place
                chains += [world.reserve(1, 1), world.commit(hold, 1)]
            }
            _ = world.batch(chains)
            left -= 1_000
        }
    }

    /// One more drawing than a record may touch: repaid in two parts, repriced in two records.
    @Test mutating func aRecordTouchesOnlySoManyDrawings() {
        world.ledger = Ledger()
        world.apply(world.open(1_000_000))
        let countMax = Ledger.drawingsAtOnceCountMax
        draw(countMax + 1)
        let price = PendingPrice(nominalRatePpm: 70_000, effectiveAtMicros: 0, appliesToAll: true)
        let first = world.apply(.reprice(line: LineID(1), price: price))
        #expect(first.effects.drawings.count == countMax)
        #expect(first.effects.lines.first?.details?.pendingPrice == price)
        #expect(world.line(1)?.nominalRatePpm == 70_000)
        let due = world.ledger.firstDue(atMicros: world.now)
        #expect(due?.operation == .lineTimeCame(line: LineID(1)))
        let second = world.apply(.lineTimeCame(line: LineID(1)))
        #expect(second.effects.drawings.count == 1 && world.line(1)?.details == nil)
        #expect(world.ledger.firstDue(atMicros: world.now) == nil)
        let rates = Set(world.ledger.drawings(lender, of: LineID(1)).map(\.nominalRatePpm))
        #expect(rates == [70_000])

        let all = Int64(countMax) + 1
        #expect(world.apply(world.repay(1, all)).outcome == .tooMany)
        #expect(world.line(1)?.principalMinor == all)
        // Two parts of one record do not get round it.
        let batch = world.batch([world.repay(1, all - 1)], [world.repay(1, 1)])
        #expect(batch.effects.rare.results.map(\.outcome) == [.done, .tooMany])
        #expect(world.apply(world.repay(1, 1)).outcome == .done)
        #expect(world.line(1)?.principalMinor == 0 && world.ledger.drawingCount == 0)
    }

    /// The table of drawings has room for 256, and so has that of counter-entries.
    @Test mutating func aFullTableRefuses() {
        world.ledger = Ledger(endedHoldCountMax: 1_000, bookRowCountMax: 256)
        world.apply(world.open(1_000_000))
        draw(255)
        world.apply(world.reserve(1, 9))
        let hold = world.sequence
        #expect(world.apply(world.commit(hold, 1, keepsRest: true)).outcome == .done)
        let refused = world.apply(world.commit(hold, 1, keepsRest: true))
        #expect(refused.outcome == .tooMany && refused.effects.holds.first?.heldMinor == 8)
        let paid = world.apply(world.repay(1, 1))
        let freed = paid.effects.drawings.map { image in
            var drawing = image
            drawing.principalMinor = 1
            return drawing
        }
        #expect(world.apply(world.commit(hold, 1, keepsRest: true)).outcome == .done)
        let entry = ReversibleEntry(
            entry: world.sequence - 1, line: LineID(1), totalMinor: 1,
            kind: .repayment(paid: paid.effects.rare.parts, drawings: freed))
        #expect(world.apply(.reverse(entry, amountMinor: 1)).outcome == .tooMany)
        world.apply(world.repay(1, 1))
        #expect(world.apply(.reverse(entry, amountMinor: 1)).outcome == .done)

        func counter(_ number: UInt64) -> LedgerOperation {
            let charge = ReversibleEntry(
                entry: number, line: LineID(1), totalMinor: 9, kind: .charge(.fee, .due))
            return .reverse(charge, amountMinor: 1)
        }
        for number in 1...UInt64(255) {
            #expect(world.apply(counter(1_000_000 + number)).outcome == .done)
        }
        #expect(world.apply(counter(2_000_000)).outcome == .tooMany)
        #expect(world.apply(counter(1_000_001)).outcome == .done, "it has its row")
    }

    /// A customer with more holds than a record moves keeps the group.
    @Test mutating func aGroupMovesOnlySoMuch() {
        world.ledger = Ledger()
        world.apply(world.open(1_000_000))
        let countMax = Ledger.movedAtOnceCountMax
        draw(countMax - 1)
        #expect(world.apply(.setGroup(borrower, group: 5)).outcome == .done, "no limit counts it")
        let limit = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: lender, scope: [ScopeTerm(dimension: Dimension.group)],
            measure: .used, bound: .amount(1_000_000), period: .absolute, currency: euro)
        world.apply(.setPortfolioLimit(limit))
        #expect(world.apply(.setGroup(borrower, group: 6)).outcome == .done)
        world.apply(world.reserve(1, 1))
        #expect(world.apply(.setGroup(borrower, group: 7)).outcome == .tooMany)
        #expect(world.ledger.subject(lender, borrower)?.group == 6)
    }
}
