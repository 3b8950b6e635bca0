public import Domain
public import Ground

/// A limit as it counts since some record, and the lists of its counters.
///
/// A limit that counts anew gets a definition of its own, so that the counters it had before are
/// void at once, however many they are. Its number is used again when the last of them is gone.
struct LimitDefinition: Sendable {
    /// Periods whose counters are kept beside the newest. Reason: a hold lives 30 days at most and
    /// gives back to the day or month it was placed in, so nothing older can change again.
    static let daysKept: Int32 = 32
    static let monthsKept: Int32 = 2

    var limit: PortfolioLimit
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
        self.isKnown = isKnown
        scanPosition = isCounted ? .max : 0
    }

    /// Whether its amounts are compared with the tenant's whole book, which it counts too.
    var isShare: Bool { limit.bound.isShare }

    /// A counter of this period can still change or be asked for.
    func keeps(_ period: Int32) -> Bool {
        guard let newest = periods.last?.period else { return true }
        switch limit.period {
        case .absolute: return true
        case .day: return period >= newest - Self.daysKept
        case .month: return period >= newest - Self.monthsKept
        }
    }

    /// The period of a second, from the cache if it was asked for last.
    mutating func period(atSeconds seconds: UInt32) -> Int32 {
        if limit.period == .absolute { return 0 }
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
        if case .share = self { true } else { false }
    }

    var isCount: Bool {
        if case .count = self { true } else { false }
    }
}

extension PortfolioLimit {
    /// Whether counters of `other` count for this definition too: only the bound, the currency or
    /// the status differ.
    func countsAs(_ other: PortfolioLimit) -> Bool {
        scope == other.scope && measure == other.measure && period == other.period
            && zone == other.zone && (!bound.isShare || other.bound.isShare)
    }
}

extension Dimension {
    /// What stands for a borrower or a product in a scope: half of its keyed hash, never zero.
    ///
    /// Two that collide share a counter, which is the safe side.
    public static func value(of hash: Hash128) -> UInt64 { max(1, hash.low) }
}
