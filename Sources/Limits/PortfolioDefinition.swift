internal import Domain

/// What every transaction asks a limit, apart from its lists: a few bits, copied for nothing.
struct LimitRule: Sendable {
    /// What is out now is bounded, not what was taken in a day or month.
    let isAbsolute: Bool
    let isCount: Bool
    /// Its amounts are compared with the tenant's whole book, which it counts too.
    let isShare: Bool
    let isEnforcing: Bool

    init(_ limit: PortfolioLimit) {
        isAbsolute = limit.period == .absolute
        isCount = limit.bound.isCount
        isShare = limit.bound.isShare
        isEnforcing = limit.status == .enforcing
    }

    /// What of an exposure counts, minor units.
    func amountMinor(_ exposure: Exposure) -> Int64 {
        isAbsolute ? exposure.amountMinor : exposure.flowMinor
    }

    /// Likewise the number of transactions.
    func count(_ exposure: Exposure) -> Int64 {
        isAbsolute ? exposure.count : exposure.flowCount
    }

    /// Whether the limit enforces and the exposure asks for more of what it bounds.
    func takes(_ exposure: Exposure) -> Bool {
        isEnforcing && (isCount ? count(exposure) : amountMinor(exposure)) > 0
    }
}

/// A limit as it counts since some record, and the lists of its counters.
///
/// A limit that counts anew gets a definition of its own, so that the counters it had before are
/// void at once, however many they are. Its number is used again when the last of them is gone.
struct LimitDefinition: Sendable {
    /// Periods whose counters are kept beside the newest. Reason: a hold that is not extended lives
    /// 30 days at most and gives back to the day or month it was placed in; what an extended one
    /// gives back later, nobody asks for.
    static let daysKept: Int32 = 32
    static let monthsKept: Int32 = 2

    var limit: PortfolioLimit {
        didSet {
            rule = LimitRule(limit)
            // Its zone may have another day now.
            cachedSeconds = 0..<0
        }
    }
    private(set) var rule: LimitRule
    /// False while only counters of it were restored.
    var isKnown: Bool
    /// False once the limit counts anew or was never there.
    var isCurrent = true
    /// Where the open terms stand among the dimensions of the tenant's book.
    var openPlaces = InlineArray<4, UInt8>(repeating: 0)
    var openCount = 0
    /// Row positions below it are counted; `.max` once all are.
    var scanPosition: UInt64
    /// A scan of an earlier run cannot go on, because rows have other positions now.
    var mustRestart = false
    /// Numbers of the currencies that were ever counted.
    var currencies: [UInt8] = []
    /// Counters of it in the table, forgotten ones included.
    var cellCount = 0
    /// In order of period, with the newest counter of each.
    var periods: [PeriodList] = []
    /// Seconds that belong to `cachedPeriod`.
    private var cachedSeconds: Range<Int64> = 0..<0
    private var cachedPeriod: Int32 = 0

    struct PeriodList: Sendable {
        var period: Int32
        var newest: UInt32
    }

    init(_ limit: PortfolioLimit, isKnown: Bool = true, isCounted: Bool) {
        self.limit = limit
        rule = LimitRule(limit)
        self.isKnown = isKnown
        scanPosition = isCounted ? .max : 0
    }

    // Inlined: called with an element of an array they would copy all of it first, and count every
    // list in it.

    /// A counter of this period can still change or be asked for.
    @inline(__always)
    func keeps(_ period: Int32) -> Bool {
        guard let newest = periods.last?.period else { return true }
        switch limit.period {
        case .absolute: return true
        case .day: return period >= newest - Self.daysKept
        case .month: return period >= newest - Self.monthsKept
        }
    }

    /// The period of a second, from the cache if it was asked for last.
    @inline(__always)
    mutating func period(atSeconds seconds: UInt32) -> Int32 {
        if rule.isAbsolute { return 0 }
        let seconds = Int64(seconds)
        if cachedSeconds.contains(seconds) { return cachedPeriod }
        cachedSeconds = limit.zone.sameDay(atSeconds: seconds)
        cachedPeriod = limit.zone.period(limit.period, atSeconds: seconds)
        return cachedPeriod
    }

    /// The newest counter of a period; `CellTable.none` when it has none.
    func newest(_ period: Int32) -> UInt32 {
        periods.last { $0.period == period }?.newest ?? CellTable.none
    }

    /// Puts a counter before the others of its period.
    mutating func link(_ slot: Int, _ period: Int32) {
        var place = periods.count
        while place > 0, periods[place - 1].period > period { place -= 1 }
        if place > 0, periods[place - 1].period == period {
            periods[place - 1].newest = UInt32(slot)
        } else {
            periods.insert(PeriodList(period: period, newest: UInt32(slot)), at: place)
        }
    }

    /// Takes the newest counter of a period away; `next` comes after it.
    mutating func unlink(_ period: Int32, next: UInt32) {
        guard let place = periods.lastIndex(where: { $0.period == period }) else {
            preconditionFailure("a counter is in the list of its period")
        }
        if next == CellTable.none {
            periods.remove(at: place)
        } else {
            periods[place].newest = next
        }
    }

    mutating func note(_ currency: UInt8) {
        if !currencies.contains(currency) { currencies.append(currency) }
    }
}

extension PortfolioBound {
    var isShare: Bool {
        @inline(__always)
        get { if case .share = self { true } else { false } }
    }

    var isCount: Bool {
        @inline(__always)
        get { if case .count = self { true } else { false } }
    }
}

extension PortfolioLimit {
    /// Whether counters of `other` count for this definition too: only the bound, the currency,
    /// the status or what the time zone does after `seconds` differ. A zone that is looked up again
    /// reaches further than before.
    func countsAs(_ other: PortfolioLimit, untilSeconds seconds: Int64) -> Bool {
        scope == other.scope && measure == other.measure && period == other.period
            && zone.name == other.zone.name && (!bound.isShare || other.bound.isShare)
            && zone.steps.prefix { $0.fromSeconds <= seconds }
                .elementsEqual(other.zone.steps.prefix { $0.fromSeconds <= seconds })
    }
}
