import Domain
import Ground
import Testing

@testable import Limits

/// What each operation does to a line, in numbers a banker can check.
@Suite struct LedgerTests {
    private var world = LedgerFixture()

    @Test mutating func aLineAndItsHoldOpenTogetherOrNotAtAll() {
        let refused = world.apply(world.open(100), world.reserve(nil, 101))
        #expect(refused.outcome == .limitExceeded)
        #expect(refused.effects.lines.isEmpty, "the line it met does not exist")
        #expect(world.ledger.lineCount == 0 && world.ledger.holdCount == 0)
        #expect(world.ledger.openHoldCount == 0 && world.ledger.rows.inFlightCount == 0)
        let done = world.apply(world.open(100), world.reserve(nil, 60))
        #expect(done.outcome == .done && done.previousOfLines == [0])
        #expect(done.effects.lines[0].availableMinor == 40)
        #expect(done.effects.lines[0].version == 1)
        #expect(done.effects.holds[0].id == HoldID(1))
    }

    /// Step by step: available, held, drawn after each, with the limit 100.
    @Test mutating func theLifeOfAHold() {
        world.apply(world.open(100))
        let steps: [(LedgerOperation, Int64, Int64, Int64)] = [
            (world.reserve(1, 60), 40, 60, 0),
            (world.commit(2, 20, keepsRest: true), 40, 40, 20),
            (world.commit(2, 10), 70, 0, 30),
            (world.repay(1, 10), 80, 0, 20),
            (world.repay(1, 50), 100, 0, 0),
            (world.reserve(1, 100), 0, 100, 0),
            (world.extend(7, until: 200_000_000), 0, 100, 0),
            (world.release(7), 100, 0, 0),
        ]
        for (number, step) in steps.enumerated() {
            let result = world.apply(step.0)
            let line = result.effects.lines.first
            #expect(result.outcome == .done, "step \(number)")
            #expect(line?.availableMinor == step.1, "step \(number)")
            #expect(line?.heldMinor == step.2, "step \(number)")
            #expect(line?.drawnMinor == step.3, "step \(number)")
            #expect(result.previousOfLines == [UInt64(number) + 1], "step \(number)")
        }
        #expect(world.hold(2)?.state == .committed && world.hold(2)?.committedMinor == 30)
    }

    /// 10 of each kind is owed, 40 of principal: 10 overdue, 10 due.
    @Test mutating func aRepaymentMeetsDebtsInTheWaterfallsOrder() {
        world.apply(world.open(1_000), world.reserve(nil, 40))
        world.apply(world.commit(1, 40))
        for component in [DebtComponent.interest, .fee, .penalty] {
            for age in DebtAge.allCases { world.apply(world.charge(1, component, age, 10)) }
        }
        world.apply(world.age(1, .principal, .future, .due, 20))
        world.apply(world.age(1, .principal, .due, .overdue, 10))
        #expect(world.line(1)?.owedMinor == 130)
        #expect(world.line(1)?.availableMinor == 960, "charges do not use this limit")
        let result = world.apply(world.repay(1, 65))
        let parts = result.effects.rare.parts.map {
            "\($0.step.age) \($0.step.component) \($0.amountMinor)"
        }
        #expect(
            parts == [
                "overdue penalty 10", "overdue fee 10", "overdue interest 10",
                "overdue principal 10", "due penalty 10", "due fee 10", "due interest 5",
            ])
        #expect(world.line(1)?.owedMinor == 65 && world.drawings(1) == [30])
        #expect(world.apply(world.repay(1, 100)).effects.unallocatedMinor == 35)
        #expect(world.line(1)?.owedMinor == 0 && world.line(1)?.details == nil)
        #expect(world.drawings(1).isEmpty)
    }

    @Test mutating func repaidPrincipalFreesDrawingsOldestFirst() {
        world.apply(world.open(100))
        for amount in [Int64(10), 20, 30] {
            world.apply(world.reserve(1, amount))
            world.apply(world.commit(world.sequence, amount))
        }
        #expect(world.drawings(1) == [10, 20, 30])
        let result = world.apply(world.repay(1, 25))
        #expect(result.effects.drawings.map(\.principalMinor) == [0, 5])
        #expect(world.drawings(1) == [5, 30])
        #expect(world.ledger.drawingCount == 2)
    }

    @Test mutating func anInstalmentLineDoesNotReturnWhatIsRepaid() {
        world.apply(world.open(100, .instalment), world.reserve(nil, 100))
        world.apply(world.commit(1, 100))
        world.apply(world.repay(1, 30))
        #expect(world.line(1)?.limitMinor == 70 && world.line(1)?.availableMinor == 0)
        world.apply(world.limit(1, 20))
        world.apply(world.repay(1, 60))
        #expect(world.line(1)?.limitMinor == 0, "a limit does not fall below nothing")
    }

    @Test mutating func chargesUseTheLimitWhenTheProductSaysSo() {
        world.apply(world.open(100, chargesUseLimit: true), world.reserve(nil, 90))
        world.now = 11_000_000
        world.apply(world.charge(1, .fee, .due, 15))
        #expect(world.line(1)?.availableMinor == 0 && world.line(1)?.overLimitMinor == 5)
        #expect(world.line(1)?.details?.overLimitSinceMicros == 11_000_000)
        world.now = 12_000_000
        world.apply(world.charge(1, .fee, .due, 1))
        #expect(world.line(1)?.details?.overLimitSinceMicros == 11_000_000, "since it began")
        world.apply(world.repay(1, 6))
        #expect(world.line(1)?.overLimitMinor == 0)
        #expect(world.line(1)?.details?.overLimitSinceMicros == 0)
    }

    @Test mutating func aCutBelowWhatIsOutIsOverTheLimit() {
        world.apply(world.open(100), world.reserve(nil, 80))
        world.apply(world.limit(1, 50))
        #expect(world.line(1)?.overLimitMinor == 30)
        #expect(world.apply(world.reserve(1, 1)).outcome == .limitExceeded)
        world.apply(world.limit(1, 90))
        #expect(world.line(1)?.availableMinor == 10 && world.line(1)?.details == nil)
    }

    @Test mutating func aPurchaseIsTakenBackFuturePrincipalFirst() {
        world.apply(world.open(100), world.reserve(nil, 60))
        world.apply(world.commit(1, 60))
        world.apply(world.age(1, .principal, .future, .due, 40))
        world.apply(world.age(1, .principal, .due, .overdue, 15))
        let entry = ReversibleEntry(
            entry: 2, line: LineID(1), totalMinor: 60,
            kind: .drawing(labels: .none, placedSeconds: 10))
        let result = world.apply(.reverse(entry, amountMinor: 30))
        let debt = world.line(1)?.details?.debt
        #expect(world.line(1)?.principalMinor == 30)
        #expect(debt?[.principal, .due] == 15 && debt?[.principal, .overdue] == 15)
        #expect(result.effects.rare.reversals.first?.reversedMinor == 30)
        world.apply(world.repay(1, 25))
        let rest = world.apply(.reverse(entry, amountMinor: 30))
        #expect(rest.effects.unallocatedMinor == 25 && world.line(1)?.owedMinor == 0)
    }

    /// 60 drawn in two, 10 of a fee: 55 paid, all of it comes back in two parts.
    @Test(arguments: [LineKind.revolving, .instalment])
    mutating func aReturnedPaymentIsOwedAgain(_ kind: LineKind) {
        world.apply(world.open(100, kind))
        for amount in [Int64(20), 40] {
            world.apply(world.reserve(1, amount))
            world.apply(world.commit(world.sequence, amount))
        }
        world.apply(world.charge(1, .fee, .due, 10))
        let before = world.line(1)
        let drawings = world.ledger.drawings(lender, of: LineID(1))
        let paid = world.apply(world.repay(1, 55))
        #expect(world.drawings(1) == [15])
        var freed = drawings
        freed[1].principalMinor = 25
        let entry = ReversibleEntry(
            entry: world.sequence, line: LineID(1), totalMinor: 55,
            kind: .repayment(paid: paid.effects.rare.parts, drawings: freed))
        world.apply(.reverse(entry, amountMinor: 30))
        #expect(world.drawings(1) == [5, 40], "what was freed last comes back first")
        world.apply(.reverse(entry, amountMinor: 25))
        #expect(world.ledger.drawings(lender, of: LineID(1)).map(\.id) == drawings.map(\.id))
        #expect(world.drawings(1) == [20, 40])
        #expect(world.line(1)?.details == before?.details)
        #expect(world.line(1)?.limitMinor == before?.limitMinor)
        #expect(world.line(1)?.principalMinor == before?.principalMinor)
    }

    /// A drawing that a repayment emptied and a returned payment opens again has the terms that the
    /// entry knows, whether it was gone by then or is still there, empty, in the same record.
    @Test(arguments: [false, true])
    mutating func aDrawingThatComesBackHasTheRateOfItsEntry(_ isOneRecord: Bool) {
        world.apply(world.open(100), world.reserve(nil, 60))
        world.apply(world.commit(1, 60))
        var freed = world.ledger.drawings(lender, of: LineID(1))
        #expect(freed.map(\.nominalRatePpm) == [50_000])
        let paid = world.apply(world.repay(1, 20))
        freed[0].principalMinor = 20
        let entry = ReversibleEntry(
            entry: world.sequence, line: LineID(1), totalMinor: 20,
            kind: .repayment(paid: paid.effects.rare.parts, drawings: freed))
        let price = PendingPrice(
            nominalRatePpm: 70_000, effectiveAtMicros: 0, appliesToAll: true)
        world.apply(.reprice(line: LineID(1), price: price))
        #expect(world.ledger.drawings(lender, of: LineID(1)).map(\.nominalRatePpm) == [70_000])
        let rest = world.repay(1, 40)
        let back = LedgerOperation.reverse(entry, amountMinor: 20)
        if isOneRecord {
            _ = world.batch([rest], [back])
        } else {
            world.apply(rest)
            #expect(world.drawings(1).isEmpty)
            world.apply(back)
        }
        let drawings = world.ledger.drawings(lender, of: LineID(1))
        #expect(drawings.map(\.principalMinor) == [20])
        #expect(drawings.map(\.nominalRatePpm) == [50_000])
    }

    /// The limit was cut to 30 of 100 drawn; 50 are repaid and come back in two parts: the limit is
    /// 30 again, not 50.
    @Test mutating func aReturnedPaymentRaisesALimitOnlyByWhatItLowered() {
        world.apply(world.open(100, .instalment), world.reserve(nil, 100))
        let drawing = world.apply(world.commit(1, 100)).effects.drawings[0]
        world.apply(world.limit(1, 30))
        let paid = world.apply(world.repay(1, 50))
        #expect(paid.effects.lines[0].limitMinor == 0)
        var freed = drawing
        freed.principalMinor = 50
        var entry = ReversibleEntry(
            entry: world.sequence, line: LineID(1), totalMinor: 50,
            kind: .repayment(paid: paid.effects.rare.parts, drawings: [freed]))
        entry.unloweredMinor = 20
        for (amount, limit): (Int64, Int64) in [(15, 0), (10, 5), (25, 30)] {
            let line = world.apply(.reverse(entry, amountMinor: amount)).effects.lines[0]
            #expect(line.limitMinor == limit, "after \(amount) more")
        }
        #expect(world.line(1)?.principalMinor == 100 && world.line(1)?.overLimitMinor == 70)
    }

    @Test mutating func aChargeIsTakenBackAsFarAsItIsOwed() {
        world.apply(world.open(100))
        world.apply(world.charge(1, .penalty, .overdue, 10))
        world.apply(world.repay(1, 4))
        let entry = ReversibleEntry(
            entry: 2, line: LineID(1), totalMinor: 10, kind: .charge(.penalty, .overdue))
        #expect(world.apply(.reverse(entry, amountMinor: 10)).effects.unallocatedMinor == 4)
        #expect(world.line(1)?.owedMinor == 0)
    }

    @Test mutating func aWriteOffGivesUpEverythingAndRecoveriesAreUnallocated() {
        world.apply(world.open(100), world.reserve(nil, 30))
        world.apply(world.reserve(1, 20))
        world.apply(world.commit(1, 30))
        world.apply(world.charge(1, .interest, .due, 5))
        let result = world.apply(.writeOff(line: LineID(1)))
        #expect(result.effects.holds.map(\.state) == [.released])
        #expect(result.effects.rare.parts.map(\.amountMinor) == [5, 30])
        #expect(result.effects.drawings.map(\.principalMinor) == [0])
        let line = world.line(1)
        #expect(line?.status == .writtenOff && line?.owedMinor == 0 && line?.heldMinor == 0)
        #expect(world.apply(world.repay(1, 7)).effects.unallocatedMinor == 7)
        #expect(world.apply(world.charge(1, .fee, .due, 1)).outcome == .lineClosed)
    }

    @Test mutating func aBatchHasOneResultAnOperationAndOneImageARow() {
        world.apply(world.open(100))
        let result = world.batch(
            [world.reserve(1, 30)], [world.reserve(1, 80)],
            [world.reserve(1, 10), world.reserve(1, 500), world.reserve(1, 1)],
            [world.open(40), world.reserve(nil, 25), world.commit(2, 10)], [world.repay(1, 60)])
        #expect(result.outcome == .done)
        let results = result.effects.rare.results
        #expect(
            results.map(\.outcome) == [
                .done, .limitExceeded, .chainBroken, .limitExceeded, .chainBroken, .done, .done,
                .done, .done,
            ])
        #expect(results.map(\.availableMinor) == [70, 70, 0, 70, 0, 40, 15, 90, 100])
        #expect(results[0].hold == HoldID(2) && results[5].line == LineID(7))
        #expect(results[8].unallocatedMinor == 50)
        #expect(result.effects.lines.map(\.id.rawValue) == [1, 7])
        #expect(result.effects.lines.map(\.version) == [2, 1])
        #expect(result.previousOfLines == [1, 0])
        #expect(result.effects.holds.map(\.id.rawValue) == [2, 8])
        #expect(result.effects.drawings.map(\.id) == [9])
        #expect(result.effects.drawings.map(\.principalMinor) == [0])
        #expect(world.ledger.holdCount == 2 && world.ledger.drawingCount == 0)
    }

    @Test mutating func aHotBatchTakesNoLongerThanItsOperations() {
        world.apply(world.open(1_000_000))
        let operations = (0..<8_000).map { _ in world.reserve(1, 1) }
        let chains = [UInt16](repeating: 1, count: 8_000)
        let clock = ContinuousClock()
        let few = clock.measure {
            for start in 0..<8 {
                _ = world.ledger.applyBatch(
                    Array(operations.prefix(500)), chains: Array(chains.prefix(500)),
                    stamp: stamp(UInt64(start) * 500 + 2))
            }
        }
        let many = clock.measure {
            for start in 0..<2 {
                _ = world.ledger.applyBatch(
                    operations, chains: chains, stamp: stamp(UInt64(start) * 8_000 + 10_000))
            }
        }
        // Four times the operations in batches of sixteen times the length.
        #expect(many < few * 4 * 4, "\(few) for 4,000 in small batches, \(many) for 16,000")
        #expect(world.line(1)?.heldMinor == 20_000)
    }

    private func stamp(_ number: UInt64) -> LedgerStamp {
        LedgerStamp(
            tenant: lender, tenantSequence: number, sequence: number, timeMicros: world.now,
            expiryMicros: world.now)
    }
}
