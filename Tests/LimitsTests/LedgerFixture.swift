import Domain
import Ground

@testable import Limits

let euro = Currency(code: "EUR") ?? Currency(packed: 0)
let dollar = Currency(code: "USD") ?? Currency(packed: 0)
let lender = TenantID(1)
let borrower = SubjectID(Hash128(high: 1, low: 1))

/// A ledger of one tenant, and its records: number n of the tenant is number n of the journal.
struct LedgerFixture {
    var ledger = Ledger(endedHoldCountMax: 4)
    var sequence: UInt64 = 0
    /// Microseconds.
    var now: Int64 = 10_000_000

    /// Applies one ordinary record; only what is done takes a number.
    @discardableResult
    mutating func apply(_ operations: LedgerOperation...) -> LedgerResult {
        let result = ledger.apply(operations, stamp: stamp)
        if result.outcome == .done { sequence += 1 }
        return result
    }

    /// Applies a batch, which takes a number an operation.
    mutating func batch(_ chains: [LedgerOperation]...) -> LedgerResult {
        let operations = chains.flatMap { $0 }
        let result = ledger.applyBatch(
            operations, chains: chains.map { UInt16($0.count) }, stamp: stamp)
        sequence += UInt64(operations.count)
        return result
    }

    var stamp: LedgerStamp {
        LedgerStamp(
            tenant: lender, tenantSequence: sequence + 1, sequence: sequence + 1,
            timeMicros: now, expiryMicros: now)
    }

    /// The line of a number as the sequencer sees it.
    func line(_ number: UInt64) -> LineImage? { ledger.line(lender, LineID(number)) }
    func hold(_ number: UInt64) -> HoldImage? { ledger.hold(lender, HoldID(number)) }

    /// What is left of each drawing of a line, oldest first.
    func drawings(_ number: UInt64) -> [Int64] {
        ledger.drawings(lender, of: LineID(number)).map(\.principalMinor)
    }

    // MARK: Operations, short

    func open(
        _ limitMinor: Int64, _ kind: LineKind = .revolving, chargesUseLimit: Bool = false,
        subject: SubjectID = borrower, labels: [Label] = []
    ) -> LedgerOperation {
        .openLine(
            LineOpening(
                subject: subject, product: .zero, currency: euro, limitMinor: limitMinor,
                kind: kind, chargesUseLimit: chargesUseLimit, nominalRatePpm: 50_000,
                labels: labels))
    }

    func reserve(
        _ line: UInt64?, _ amountMinor: Int64, until: Int64 = 100_000_000,
        in currency: Currency = euro, labels: [Label] = []
    ) -> LedgerOperation {
        .reserve(
            line: line.map { .existing(LineID($0)) } ?? .openedHere, amountMinor: amountMinor,
            currency: currency, expiresAtMicros: until, labels: labels)
    }

    func commit(
        _ hold: UInt64, _ amountMinor: Int64, keepsRest: Bool = false, in currency: Currency = euro
    ) -> LedgerOperation {
        .commit(
            hold: HoldID(hold), amountMinor: amountMinor, currency: currency, keepsRest: keepsRest)
    }

    func release(_ hold: UInt64) -> LedgerOperation { .release(hold: HoldID(hold)) }

    func repay(_ line: UInt64, _ amountMinor: Int64, in currency: Currency = euro)
        -> LedgerOperation
    {
        .repay(
            line: LineID(line), amountMinor: amountMinor, currency: currency, waterfall: .usual)
    }

    func charge(
        _ line: UInt64, _ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64,
        in currency: Currency = euro
    ) -> LedgerOperation {
        .postCharge(
            line: LineID(line), component: component, age: age, amountMinor: amountMinor,
            currency: currency)
    }

    func age(
        _ line: UInt64, _ component: DebtComponent, _ from: DebtAge, _ to: DebtAge,
        _ amountMinor: Int64, in currency: Currency = euro
    ) -> LedgerOperation {
        .reclassify(
            line: LineID(line), component: component, from: from, to: to,
            amountMinor: amountMinor, currency: currency)
    }

    func limit(_ line: UInt64, _ limitMinor: Int64, in currency: Currency = euro)
        -> LedgerOperation
    {
        .changeLimit(line: LineID(line), limitMinor: limitMinor, currency: currency)
    }

    func temporary(
        _ line: UInt64, _ amountMinor: Int64, until: Int64, in currency: Currency = euro
    ) -> LedgerOperation {
        .setTemporaryLimit(
            line: LineID(line), amountMinor: amountMinor, currency: currency,
            endsAtMicros: until)
    }

    func freeze(
        _ target: BlockTarget, _ scope: BlockScope, until: Int64 = .max,
        _ pending: PendingHolds = .keep
    ) -> LedgerOperation {
        .freeze(
            target, cause: .fraud, scope: scope, untilMicros: until, actor: "officer",
            pending: pending)
    }

    func extend(_ hold: UInt64, until: Int64) -> LedgerOperation {
        .extend(hold: HoldID(hold), expiresAtMicros: until)
    }
}
