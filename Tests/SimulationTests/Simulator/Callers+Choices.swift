import Domain
import Ground
import LedgerOracle

extension Callers {
    /// What callers do to lines and holds.
    private enum Choice: CaseIterable {
        case reserve, commit, release, extend, repay, charge, reclassify, reverse, limit,
            temporary, rarer

        var weight: Int {
            switch self {
            case .reserve: 340
            case .commit: 160
            case .repay: 90
            case .release, .rarer: 70
            case .charge, .reverse, .extend: 40
            case .limit, .temporary, .reclassify: 20
            }
        }

        /// Each as often as its weight.
        static let table: [Choice] = allCases.flatMap {
            Array(repeating: $0, count: $0.weight)
        }
    }

    /// One operation on what the tenant has.
    mutating func operation(
        _ tenant: TenantID, _ ledger: NaiveLedger, _ clock: NaiveClock
    ) -> LedgerOperation {
        let line = line(tenant)
        let currency = currency(.existing(line), tenant, ledger)
        switch Choice.table[Int.random(in: 0..<Choice.table.count, using: &random)] {
        case .reserve:
            let open = ledger.openHoldCount(tenant)
            if open >= options.openHoldCountMax { return .release(hold: hold(tenant)) }
            return .reserve(
                line: .existing(line), amountMinor: amount(), currency: currency,
                expiresAtMicros: expiry(clock), labels: labels())
        case .commit:
            let hold = hold(tenant)
            return .commit(
                hold: hold, amountMinor: amount(),
                currency: self.currency(ofHold: hold, tenant, ledger), keepsRest: chance(1, in: 3))
        case .release: return .release(hold: hold(tenant))
        case .extend: return .extend(hold: hold(tenant), expiresAtMicros: expiry(clock))
        case .repay:
            return .repay(
                line: line, amountMinor: amount(), currency: currency, waterfall: waterfall())
        case .charge:
            return .postCharge(
                line: line,
                component: [.interest, .fee, .penalty].randomElement(using: &random)
                    ?? .fee, age: age(), amountMinor: amount() / 4 + 1, currency: currency)
        case .reclassify:
            let from = age()
            let to = [DebtAge.due, .overdue, .future].first { $0 != from } ?? .due
            return .reclassify(
                line: line,
                component: DebtComponent.allCases.randomElement(using: &random)
                    ?? .principal, from: from, to: to, amountMinor: amount() / 3 + 1,
                currency: currency)
        case .reverse: return reversal(tenant) ?? .release(hold: hold(tenant))
        case .limit:
            return .changeLimit(
                line: line, limitMinor: chance(1, in: 60) ? .max / 1_024 : amount() % 12_000,
                currency: currency)
        case .temporary:
            return .setTemporaryLimit(
                line: line, amountMinor: chance(1, in: 4) ? 0 : amount() % 40_000,
                currency: currency,
                endsAtMicros: expiry(clock))
        case .rarer: return rarer(tenant, line, clock)
        }
    }

    private mutating func rarer(
        _ tenant: TenantID, _ line: LineID, _ clock: NaiveClock
    ) -> LedgerOperation {
        switch Int.random(in: 0..<64, using: &random) {
        case 0..<10:
            return .reprice(
                line: line,
                price: PendingPrice(
                    nominalRatePpm: UInt32.random(in: 0...400_000, using: &random),
                    effectiveAtMicros: expiry(clock), appliesToAll: chance(1, in: 2)))
        case 10..<20:
            return .renew(
                line: line, renewalDay: UInt32.random(in: 1...40_000, using: &random),
                limitMinor: chance(1, in: 2) ? 0 : Int64.random(in: 1...12_000, using: &random))
        case 20..<30: return freeze(line, clock)
        case 30..<40:
            let blocks = known[tenant]?.blocks ?? []
            guard let block = blocks.randomElement(using: &random) else {
                return freeze(line, clock)
            }
            return .unfreeze(block.target, block: block.id)
        case 40..<50: return .labelSubject(subject(), labels: decided())
        case 50..<54 where chance(1, in: 10):
            return chance(1, in: 2) ? .writeOff(line: line) : .closeLine(line: line)
        case 54..<57: return .setPortfolioLimit(portfolioLimit(tenant))
        case 57..<60:
            let limit = known[tenant]?.limits.randomElement(using: &random)
            return .pausePortfolioLimit(
                limit ?? PortfolioLimitID(3), isPaused: chance(1, in: 2))
        case 60..<62:
            return .setExchangeRate(
                from: dollar, to: euro,
                ratePpb: Int64.random(in: 700_000_000...1_200_000_000, using: &random))
        default:
            return .setGroup(subject(), group: UInt64.random(in: 0...2, using: &random))
        }
    }

    private mutating func waterfall() -> Waterfall {
        guard chance(1, in: 4) else { return .usual }
        var steps = Waterfall.usual.steps
        steps.shuffle(using: &random)
        return Waterfall(steps: Array(steps.prefix(Int.random(in: 1...12, using: &random))))
    }

    private mutating func age() -> DebtAge {
        [.overdue, .due, .future][Int.random(in: 0..<3, using: &random)]
    }

    private mutating func reversal(_ tenant: TenantID) -> LedgerOperation? {
        guard let entry = known[tenant]?.entries.randomElement(using: &random) else { return nil }
        let isWhole = chance(1, in: 2)
        let amountMinor =
            isWhole ? entry.totalMinor : Int64.random(in: 1...entry.totalMinor, using: &random)
        return .reverse(entry, amountMinor: chance(1, in: 30) ? entry.totalMinor + 1 : amountMinor)
    }

    private mutating func freeze(_ line: LineID, _ clock: NaiveClock) -> LedgerOperation {
        .freeze(
            chance(1, in: 3) ? .subject(subject()) : .line(line),
            cause: BlockCause.allCases.randomElement(using: &random) ?? .policy,
            scope: BlockScope.allCases.randomElement(using: &random) ?? .all,
            untilMicros: chance(1, in: 30) ? .max : expiry(clock), actor: "officer",
            pending: PendingHolds.allCases.randomElement(using: &random) ?? .keep)
    }

    private mutating func decided() -> [Label] {
        [Dimension.region, Dimension.segment, Dimension.grade].compactMap { dimension in
            chance(2, in: 3)
                ? Label(dimension: dimension, value: UInt64.random(in: 1...3, using: &random)) : nil
        }
    }

    private mutating func portfolioLimit(_ tenant: TenantID) -> PortfolioLimit {
        let dimensions: [UInt64] = [
            Dimension.tenant, Dimension.customer, Dimension.group, Dimension.product,
            Dimension.channel, Dimension.partner, Dimension.region, Dimension.grade, 1 << 63 | 5,
        ]
        var scope: [ScopeTerm] = []
        for dimension in dimensions where chance(2, in: 9) && scope.count < 3 {
            let isFixed = chance(1, in: 3) && dimension > Dimension.customer
            scope.append(
                ScopeTerm(
                    dimension: dimension,
                    value: isFixed ? UInt64.random(in: 1...3, using: &random) : nil))
        }
        if scope.isEmpty { scope = [ScopeTerm(dimension: Dimension.tenant)] }
        let limits = known[tenant]?.limits ?? []
        let isNew = limits.count < 8 || chance(1, in: 10)
        return PortfolioLimit(
            id: isNew
                ? PortfolioLimitID(0)
                : limits.randomElement(using: &random)
                    ?? PortfolioLimitID(0), tenant: tenant, scope: scope,
            measure: chance(2, in: 3) ? .used : .granted, bound: bound(),
            period: [.absolute, .absolute, .day, .month].randomElement(using: &random)
                ?? .absolute, currency: chance(1, in: 6) ? dollar : euro, zone: zone())
    }

    private mutating func bound() -> PortfolioBound {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .count(Int64.random(in: 1...60, using: &random))
        case 1:
            .share(
                ppm: Int64.random(in: 100_000...900_000, using: &random),
                bookFloorMinor: Int64.random(in: 0...20_000, using: &random))
        default: .amount(Int64.random(in: 500...40_000, using: &random))
        }
    }

    private mutating func zone() -> ZoneOffsets {
        guard chance(1, in: 2) else { return .utc }
        return ZoneOffsets(
            name: "Somewhere",
            steps: [
                ZoneOffsets.Step(fromSeconds: 0, offsetSeconds: 3_600),
                ZoneOffsets.Step(fromSeconds: 1_700_002_000, offsetSeconds: -18_000),
            ])
    }
}
