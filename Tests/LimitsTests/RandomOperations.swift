import Domain
import Ground
import Limits

/// Random operations on a small world, so that they meet: few tenants, subjects and lines, amounts
/// that fit and amounts that do not, entries to reverse, limits to reach.
struct RandomOperations {
    private static let currencies = ["EUR", "USD"].map { Currency(code: $0) ?? Currency(packed: 1) }
    var random: RandomSource
    /// Numbers that a tenant has given out so far.
    var number: UInt64 = 0
    var now: Int64 = 0
    var lines: [UInt64] = []
    var holds: [UInt64] = []
    var blocks: [UInt64] = []
    var entries: [ReversibleEntry] = []
    /// Portfolio limits that were made.
    var limits: [UInt64] = []

    /// Whether portfolio limits are set.
    let hasLimits: Bool

    init(seed: UInt64, hasLimits: Bool) {
        random = RandomSource(seed: seed)
        self.hasLimits = hasLimits
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &random)
    }

    private mutating func amount(_ most: Int64 = 200) -> Int64 {
        Int64.random(in: 1...most, using: &random)
    }

    /// A recent one, mostly, or one that does not exist.
    private mutating func recent(_ numbers: [UInt64]) -> UInt64 {
        chance(3) ? number + 50 : pick(Array(numbers.suffix(12))) ?? 1
    }

    private mutating func line() -> LineID { LineID(recent(lines)) }
    private mutating func hold() -> HoldID { HoldID(recent(holds)) }
    private mutating func currency() -> Currency {
        Self.currencies[chance(92) ? 0 : 1]
    }

    private mutating func subject() -> SubjectID {
        let number = UInt64.random(in: 1...4, using: &random)
        return SubjectID(Hash128(high: number &* 77, low: number))
    }

    private mutating func labels() -> [Label] {
        if chance(50) { return [] }
        var labels = [Label(dimension: Dimension.channel, value: chance(50) ? 1 : 2)]
        if chance(30) { labels.append(Label(dimension: Dimension.partner, value: 9)) }
        return labels
    }

    mutating func opening() -> LedgerOperation {
        .openLine(
            LineOpening(
                subject: subject(), product: Hash128(high: 0, low: chance(50) ? 7 : 8),
                currency: currency(), limitMinor: amount(600) + 100,
                kind: chance(70) ? .revolving : .instalment, chargesUseLimit: chance(40),
                nominalRatePpm: 90_000, labels: labels()))
    }

    mutating func reserve(_ line: LineReference? = nil) -> LedgerOperation {
        .reserve(
            line: line ?? .existing(self.line()), amountMinor: amount(), currency: currency(),
            expiresAtMicros: now + Int64.random(in: -1...900_000, using: &random),
            labels: labels())
    }

    mutating func commit() -> LedgerOperation {
        .commit(hold: hold(), amountMinor: amount(120), currency: currency(), keepsRest: chance(50))
    }

    /// An operation that makes nothing with the record's number.
    mutating func other() -> LedgerOperation {
        switch Int.random(in: 0..<24, using: &random) {
        case 0, 1: .release(hold: hold())
        case 2: .extend(hold: hold(), expiresAtMicros: now + amount(500_000) - 10)
        case 3...6:
            .repay(
                line: line(), amountMinor: amount(300), currency: currency(),
                waterfall: chance(70) ? .usual : oddWaterfall)
        case 7, 8:
            .postCharge(
                line: line(), component: pick([.interest, .fee, .penalty]) ?? .fee,
                age: pick(Array(DebtAge.allCases)) ?? .due, amountMinor: amount(60),
                currency: currency())
        case 9, 10:
            .reclassify(
                line: line(), component: pick(Array(DebtComponent.allCases)) ?? .fee,
                from: pick(Array(DebtAge.allCases)) ?? .future,
                to: pick(Array(DebtAge.allCases)) ?? .due, amountMinor: amount(60),
                currency: currency())
        case 11...13:
            pick(Array(entries.suffix(10))).map { .reverse($0, amountMinor: amount(150)) }
                ?? .release(hold: hold())
        case 14:
            .changeLimit(line: line(), limitMinor: amount(900) - 1, currency: currency())
        case 15:
            .setTemporaryLimit(
                line: line(), amountMinor: amount(300) - 1, currency: currency(),
                endsAtMicros: now + amount(400_000) - 10)
        case 16:
            .reprice(
                line: line(),
                price: PendingPrice(
                    nominalRatePpm: UInt32(amount(1_000)),
                    effectiveAtMicros: now + amount(200_000) - 50_000, appliesToAll: chance(50)))
        case 17:
            .renew(line: line(), renewalDay: 20_000, limitMinor: chance(50) ? 0 : amount(900))
        case 18, 19: block()
        case 20: .setGroup(subject(), group: UInt64.random(in: 0...2, using: &random))
        case 21:
            .labelSubject(
                subject(), labels: [Label(dimension: Dimension.region, value: chance(50) ? 3 : 4)])
        case 22: chance(40) ? .writeOff(line: line()) : .closeLine(line: line())
        default: onPortfolio()
        }
    }

    private var oddWaterfall: Waterfall {
        Waterfall(steps: [
            WaterfallStep(.principal, .future), WaterfallStep(.fee, .due),
            WaterfallStep(.principal, .overdue), WaterfallStep(.principal, .due),
        ])
    }

    private mutating func block() -> LedgerOperation {
        let target = chance(70) ? BlockTarget.line(line()) : .subject(subject())
        if chance(50) { return .unfreeze(target, block: pick(Array(blocks.suffix(6))) ?? 1) }
        return .freeze(
            target, cause: .policy, scope: pick(Array(BlockScope.allCases)) ?? .all,
            untilMicros: chance(30) ? .max : now + amount(300_000) - 10, actor: "officer",
            pending: pick(Array(PendingHolds.allCases)) ?? .keep)
    }

    private mutating func onPortfolio() -> LedgerOperation {
        if !hasLimits || chance(25) {
            return .setExchangeRate(
                from: Self.currencies[1], to: Self.currencies[0],
                ratePpb: 800_000_000 + amount(400_000_000))
        }
        if chance(20) {
            return .pausePortfolioLimit(limit(), isPaused: chance(50))
        }
        let dimensions = [
            Dimension.tenant, Dimension.customer, Dimension.product, Dimension.channel,
            Dimension.region,
        ]
        var scope = [ScopeTerm(dimension: pick(dimensions) ?? 1)]
        if chance(30), scope[0].dimension < Dimension.channel {
            scope.append(ScopeTerm(dimension: Dimension.channel, value: 1))
        }
        let bound: PortfolioBound = chance(60) ? .amount(amount(3_000)) : .count(amount(12))
        return .setPortfolioLimit(
            PortfolioLimit(
                id: chance(25) ? limit() : PortfolioLimitID(0), tenant: TenantID(1),
                scope: scope, measure: chance(60) ? .used : .granted, bound: bound,
                period: pick(Array(PortfolioPeriod.allCases)) ?? .absolute,
                currency: currency()))
    }

    /// One that was made, mostly.
    private mutating func limit() -> PortfolioLimitID {
        PortfolioLimitID(chance(5) ? number + 50 : pick(Array(limits.suffix(6))) ?? number + 50)
    }

    /// The operations of one chain of an ordinary record: at most one of each kind that takes the
    /// record's number.
    mutating func record() -> [LedgerOperation] {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return [opening()]
        case 1: return [opening(), reserve(.openedHere)]
        case 2...6: return [reserve()]
        case 7...9: return [commit()]
        case 10: return [other(), reserve(), other()]
        case 11: return [commit(), other()]
        default: return [other()]
        }
    }

    /// A batch: chains of one to four operations.
    mutating func batch() -> (operations: [LedgerOperation], chains: [UInt16]) {
        var operations: [LedgerOperation] = []
        var chains: [UInt16] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let count = chance(60) ? 1 : Int.random(in: 2...4, using: &random)
            for _ in 0..<count {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: operations.append(opening())
                case 1...4: operations.append(reserve(chance(10) ? .openedHere : nil))
                case 5, 6: operations.append(commit())
                default: operations.append(other())
                }
            }
            chains.append(UInt16(count))
        }
        return (operations, chains)
    }
}
