import Domain
import Ground
import Testing

@testable import Limits

/// Each operation is wrong in several ways; the first in the documented order is told. Then the
/// first reason goes away, and the next one is told.
@Suite struct RefusalTests {
    private var world = LedgerFixture()

    /// Line 1: of 100, 30 held by hold 2, 20 drawn (4) of hold 3. Line 5: closed.
    /// Line 7: of 100, 10 held by hold 7, and then everything blocked (8).
    private mutating func fill() {
        world.apply(world.open(100))
        world.apply(world.reserve(1, 30, until: 20_000_000))
        world.apply(world.reserve(1, 20))
        world.apply(world.commit(3, 20))
        world.apply(world.open(50))
        world.apply(.closeLine(line: LineID(5)))
        world.apply(world.open(100), world.reserve(nil, 10))
        world.apply(world.freeze(.line(LineID(7)), .all))
    }

    private mutating func check(
        _ table: [(LedgerOperation, LedgerOutcome)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (place, row) in table.enumerated() {
            let before = (world.line(1), world.hold(2), world.line(7), world.ledger.holdCount)
            let result = world.apply(row.0)
            #expect(result.outcome == row.1, "row \(place)", sourceLocation: sourceLocation)
            if result.outcome != .done {
                let after = (world.line(1), world.hold(2), world.line(7), world.ledger.holdCount)
                #expect(before == after, "row \(place)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test mutating func ofHolds() {
        fill()
        world.now = 20_000_000
        check([
            (world.reserve(9, 999, until: 0, in: dollar), .lineUnknown),
            (world.reserve(5, 999, until: 0, in: dollar), .lineClosed),
            (world.reserve(7, 999, until: 0, in: dollar), .lineBlocked),
            (world.reserve(1, 999, until: 0, in: dollar), .currencyMismatch),
            (world.reserve(1, 999, until: 20_000_000), .holdExpired),
            (world.reserve(1, 51, until: 20_000_001), .limitExceeded),
            (world.reserve(1, .max, until: 20_000_001), .amountOverflow),
            (world.commit(9, 999, in: dollar), .holdUnknown),
            (world.commit(7, 999, in: dollar), .lineBlocked),
            (world.commit(2, 999, in: dollar), .currencyMismatch),
            (world.commit(2, 31), .amountExceedsHold),
            (world.commit(2, 30), .holdExpired),
            (world.commit(3, 1), .holdEnded),
            (world.release(9), .holdUnknown),
            (world.release(3), .holdEnded),
            (world.release(2), .holdExpired),
            (world.extend(9, until: 0), .holdUnknown),
            (world.extend(7, until: 0), .lineBlocked),
            (world.extend(3, until: 0), .holdEnded),
            (world.extend(2, until: 0), .holdExpired),
        ])
        world.apply(.expire(hold: HoldID(2)))
        check([
            (world.commit(2, 30), .holdExpired), (world.release(2), .holdExpired),
            (world.release(7), .done), (world.release(7), .holdEnded),
        ])
        world.apply(world.reserve(1, 10))
        let own = world.sequence
        check([
            (world.extend(own, until: world.now), .timePassed),
            (world.extend(own, until: world.now + 1), .done),
        ])
    }

    @Test mutating func ofDebts() {
        fill()
        check([
            (world.repay(9, 1, in: dollar), .lineUnknown),
            (world.repay(5, 1, in: dollar), .lineClosed),
            (world.repay(1, 1, in: dollar), .currencyMismatch),
            (world.repay(7, 1), .done),
            (world.charge(9, .fee, .due, 1, in: dollar), .lineUnknown),
            (world.charge(5, .fee, .due, 1, in: dollar), .lineClosed),
            (world.charge(1, .fee, .due, 1, in: dollar), .currencyMismatch),
            (world.charge(1, .fee, .due, .max), .amountOverflow),
            (world.charge(7, .fee, .due, 1), .done),
            (world.age(9, .fee, .future, .due, 1, in: dollar), .lineUnknown),
            (world.age(5, .fee, .future, .due, 1, in: dollar), .lineClosed),
            (world.age(1, .fee, .future, .due, 1, in: dollar), .currencyMismatch),
            (world.age(1, .principal, .future, .due, 21), .amountExceedsDebt),
            (world.age(1, .principal, .future, .due, 20), .done),
            (world.age(1, .principal, .future, .due, 1), .amountExceedsDebt),
            (.writeOff(line: LineID(9)), .lineUnknown), (.writeOff(line: LineID(5)), .lineClosed),
            (.closeLine(line: LineID(9)), .lineUnknown),
            (.closeLine(line: LineID(5)), .lineClosed),
            (.closeLine(line: LineID(1)), .balanceOpen),
        ])
    }

    @Test mutating func ofTerms() {
        fill()
        let price = PendingPrice(nominalRatePpm: 1, effectiveAtMicros: 0, appliesToAll: false)
        check([
            (world.limit(9, 999, in: dollar), .lineUnknown),
            (world.limit(5, 999, in: dollar), .lineClosed),
            (world.limit(7, 999, in: dollar), .lineBlocked),
            (world.limit(7, 1, in: dollar), .currencyMismatch),
            (world.limit(7, 50), .done),
            (world.limit(1, 1, in: dollar), .currencyMismatch),
            (world.temporary(9, 1, until: 0, in: dollar), .lineUnknown),
            (world.temporary(5, 1, until: 0, in: dollar), .lineClosed),
            (world.temporary(7, 1, until: 0, in: dollar), .lineBlocked),
            (world.temporary(1, .max, until: 0, in: dollar), .currencyMismatch),
            (world.temporary(1, .max, until: 0), .amountOverflow),
            (world.temporary(1, 1, until: world.now), .timePassed),
            (world.temporary(1, 0, until: 0), .done),
            (.renew(line: LineID(9), renewalDay: 1, limitMinor: 0), .lineUnknown),
            (.renew(line: LineID(5), renewalDay: 1, limitMinor: 0), .lineClosed),
            (.renew(line: LineID(7), renewalDay: 1, limitMinor: 0), .lineBlocked),
            (.renew(line: LineID(1), renewalDay: 1, limitMinor: 0), .done),
            (.reprice(line: LineID(9), price: price), .lineUnknown),
            (.reprice(line: LineID(5), price: price), .lineClosed),
            (.reprice(line: LineID(7), price: price), .done),
        ])
    }

    @Test mutating func ofBlocks() {
        fill()
        let line = BlockTarget.line(LineID(1))
        let past = world.now
        check([
            (world.freeze(.line(LineID(9)), .all, until: past), .lineUnknown),
            (world.freeze(.line(LineID(5)), .all, until: past), .lineClosed),
            (world.freeze(line, .all, until: past), .timePassed),
            (world.freeze(.subject(borrower), .all, until: past), .timePassed),
            (.unfreeze(.line(LineID(9)), block: 1), .lineUnknown),
            (.unfreeze(.line(LineID(5)), block: 1), .blockUnknown),
            (.unfreeze(line, block: 8), .blockUnknown),
            (.unfreeze(.subject(borrower), block: 8), .blockUnknown),
            (.unfreeze(.line(LineID(7)), block: 8), .done),
        ])
        for target in [line, .subject(borrower)] {
            for _ in 0..<Block.countMax {
                let outcome = world.apply(world.freeze(target, .commits)).outcome
                #expect(outcome == .done)
            }
            let outcome = world.apply(world.freeze(target, .all, until: past)).outcome
            #expect(outcome == .tooMany)
        }
    }

    @Test mutating func ofCounterEntries() {
        fill()
        let entry = ReversibleEntry(
            entry: 4, line: LineID(1), totalMinor: 20,
            kind: .drawing(labels: .none, placedSeconds: 0))
        var unknown = entry
        unknown.line = LineID(9)
        var closed = entry
        closed.line = LineID(5)
        check([
            (.reverse(unknown, amountMinor: 21), .lineUnknown),
            (.reverse(closed, amountMinor: 21), .lineClosed),
            (.reverse(entry, amountMinor: 21), .amountExceedsEntry),
            (.reverse(entry, amountMinor: 15), .done),
            (.reverse(entry, amountMinor: 6), .amountExceedsEntry),
            (.reverse(entry, amountMinor: 5), .done),
            (.reverse(entry, amountMinor: 1), .amountExceedsEntry),
        ])
    }

    @Test mutating func anotherTenantsIdsAreUnknown() {
        fill()
        let foreign = LedgerStamp(
            tenant: TenantID(2), tenantSequence: 1, sequence: 99, timeMicros: world.now,
            expiryMicros: world.now)
        let table: [(LedgerOperation, LedgerOutcome)] = [
            (world.reserve(1, 1), .lineUnknown), (world.release(2), .holdUnknown),
            (world.repay(1, 1), .lineUnknown),
        ]
        for (operation, outcome) in table {
            #expect(world.ledger.apply([operation], stamp: foreign).outcome == outcome)
        }
    }
}
