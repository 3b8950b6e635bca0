internal import Domain
internal import Ground
internal import Limits

extension NaivePortfolio {
    /// How a limit's scope meets a change.
    enum Match {
        case no
        case cell(OracleCell)
        case missing(dimension: UInt64)
    }

    /// The value that a change has in a dimension; nil when it has none.
    static func value(_ dimension: UInt64, _ change: PortfolioChange) -> UInt64? {
        let customer = max(1, change.line.subject.hash.low)
        return switch dimension {
        case Dimension.tenant: 1
        case Dimension.customer: customer
        // Who is connected to nobody is a group of one.
        case Dimension.group: change.group == 0 ? customer : change.group
        case Dimension.product: max(1, change.line.product.low)
        default: change.labels.first { $0.dimension == dimension }?.value
        }
    }

    /// Whether the change is in the limit's scope, and which counter it meets there.
    func match(_ limit: PortfolioLimit, _ change: PortfolioChange) -> Match {
        guard limit.measure == change.measure else { return .no }
        var values = InlineArray<4, UInt64>(repeating: 0)
        var place = 0
        var missing: UInt64?
        for term in limit.scope {
            guard let value = Self.value(term.dimension, change) else {
                missing = missing ?? term.dimension
                continue
            }
            if let wanted = term.value {
                if wanted != value { return .no }
            } else {
                values[place] = value
                place += 1
            }
        }
        if let missing { return .missing(dimension: missing) }
        return .cell(cell(limit, change, values))
    }

    /// The counter of some values in the change's period and currency.
    func cell(
        _ limit: PortfolioLimit, _ change: PortfolioChange, _ values: InlineArray<4, UInt64>
    ) -> OracleCell {
        OracleCell(
            limit.tenant,
            CellKey(
                limit: limit.id, values: values, period: Self.period(limit, change.placedSeconds),
                currency: change.line.currency))
    }

    /// The values under which a share limit counts the whole book.
    static let wholeBook = InlineArray<4, UInt64>(repeating: .max)

    /// The day or month of the limit's zone that a second is in.
    static func period(_ limit: PortfolioLimit, _ seconds: UInt32) -> Int32 {
        guard limit.period != .absolute else { return 0 }
        var offset: Int64 = 0
        for step in limit.zone.steps where step.fromSeconds <= Int64(seconds) {
            offset = Int64(step.offsetSeconds)
        }
        let local = Int64(seconds) + offset
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        if limit.period == .day { return Int32(day) }
        var (year, month, left) = (1970, 0, day)
        // Counted month by month from 1970: slow and plain.
        while true {
            let length = Int64(days(year, month))
            if left < length { return Int32((year - 1970) * 12 + month) }
            left -= length
            month += 1
            if month == 12 { (year, month) = (year + 1, 0) }
        }
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        if month == 1 { return isLeap ? 29 : 28 }
        return [3, 5, 8, 10].contains(month) ? 30 : 31
    }

    /// Why the change is refused; nil when every enforcing limit takes it.
    mutating func refusal(of change: PortfolioChange) -> LedgerOutcome? {
        refusal = nil
        var found: [LedgerOutcome] = []
        var refusals: [LedgerOutcome: PortfolioRefusal] = [:]
        func note(_ outcome: LedgerOutcome, _ refusal: PortfolioRefusal) {
            found.append(outcome)
            if refusals[outcome] == nil { refusals[outcome] = refusal }
        }
        var matches = 0
        for limit in limitsOf[change.line.tenant] ?? [] {
            let (amountMinor, count) = change.moved(by: limit)
            if amountMinor == 0 && count == 0 { continue }
            let asks =
                limit.status == .enforcing && (limit.bound.isCount ? count > 0 : amountMinor > 0)
            if overflows(limit, change) { found.append(.amountOverflow) }
            guard asks else { continue }
            switch match(limit, change) {
            case .no: continue
            case .missing(let dimension):
                note(
                    .labelMissing,
                    PortfolioRefusal(limit: limit.id, missingDimension: dimension))
            case .cell(let cell):
                matches += 1
                if let (outcome, available) = refusal(of: change, by: limit, cell) {
                    note(outcome, PortfolioRefusal(limit: limit.id, available: available))
                }
            }
        }
        if matches > PortfolioLimit.matchCountMax { found.append(.tooManyLimits) }
        let first = LedgerOutcome.first(of: found)
        refusal = first.flatMap { refusals[$0] }
        return first
    }

    /// A sum that would not fit.
    private func overflows(_ limit: PortfolioLimit, _ change: PortfolioChange) -> Bool {
        guard limit.status == .enforcing else { return false }
        let (amountMinor, _) = change.moved(by: limit)
        return met(limit, change).contains { cell in
            Self.sum(cells[cell]?.amountMinor ?? 0, amountMinor) == .max && amountMinor > 0
        }
    }

    private func refusal(
        of change: PortfolioChange, by limit: PortfolioLimit, _ cell: OracleCell
    ) -> (LedgerOutcome, Int64)? {
        let (amountMinor, count) = change.moved(by: limit)
        if case .count(let bound) = limit.bound {
            let before = total(limit, cell).count
            return before + count > bound
                ? (.portfolioLimitExceeded, max(0, bound - before)) : nil
        }
        switch passes(amountMinor, change, limit, cell) {
        case nil: return (.exchangeRateMissing, 0)
        case true?: return nil
        case false?: break
        }
        // The most that would have passed, by halving. A share of a book that grows along, rounded
        // in several currencies, may pass and fail by turns near its end: which of those amounts is
        // named depends on the steps, so they are the ledger's.
        var (low, high): (Int64, Int64) = (0, amountMinor)
        while low < high {
            let middle = high - (high - low) / 2
            if passes(middle, change, limit, cell) == true {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return (.portfolioLimitExceeded, low)
    }

    /// Whether a limit takes so much; nil when a rate is missing.
    private func passes(
        _ amountMinor: Int64, _ change: PortfolioChange, _ limit: PortfolioLimit,
        _ cell: OracleCell
    ) -> Bool? {
        let part = total(limit, cell, plus: amountMinor)
        guard part.isConverted else { return nil }
        switch limit.bound {
        case .count: return true
        case .amount(let bound): return part.amountMinor <= Int128(bound)
        case .share(let ppm, let floorMinor):
            let whole = total(limit, self.cell(limit, change, Self.wholeBook), plus: amountMinor)
            guard whole.isConverted else { return nil }
            return part.amountMinor * 1_000_000
                <= Int128(ppm) * max(whole.amountMinor, Int128(floorMinor))
        }
    }
}

extension PortfolioBound {
    var isCount: Bool {
        if case .count = self { true } else { false }
    }

    var isShare: Bool {
        if case .share = self { true } else { false }
    }
}
