public import Domain
internal import Limits

/// A change of what is out, as portfolio limits see it.
struct PortfolioChange {
    var line: LineImage
    var group: UInt64
    var labels: [Label]
    var measure: PortfolioMeasure
    /// What absolute counters take.
    var amountMinor: Int64
    var count: Int64
    /// What the counters of the day or month take.
    var flowMinor: Int64
    var flowCount: Int64
    var placedSeconds: UInt32

    /// The same for both kinds of counters.
    init(
        line: LineImage, group: UInt64, labels: [Label], measure: PortfolioMeasure,
        amountMinor: Int64, count: Int64, placedSeconds: UInt32
    ) {
        self.line = line
        self.group = group
        self.labels = labels
        self.measure = measure
        self.amountMinor = amountMinor
        self.count = count
        flowMinor = amountMinor
        flowCount = count
        self.placedSeconds = placedSeconds
    }

    /// What a limit's counters take of it.
    func moved(by limit: PortfolioLimit) -> (amountMinor: Int64, count: Int64) {
        if limit.measure != measure { return (0, 0) }
        return limit.period == .absolute ? (amountMinor, count) : (flowMinor, flowCount)
    }
}

/// One counter of one tenant.
public struct OracleCell: Hashable, Sendable {
    public var tenant: TenantID
    public var key: CellKey

    /// Both as given.
    public init(_ tenant: TenantID, _ key: CellKey) {
        self.tenant = tenant
        self.key = key
    }

    /// Whose counter it is.
    var limit: OracleKey { OracleKey(tenant, key.limit.rawValue) }
}

/// What a counter has.
public struct OracleSum: Hashable, Sendable {
    public var amountMinor: Int64 = 0
    public var count: Int64 = 0
    /// Percent of the bound that was reached when it last changed.
    public var level: UInt8 = 0

    /// Nothing.
    public init() {}

    var isZero: Bool { amountMinor == 0 && count == 0 }
}

/// Portfolio limits the obvious way: every limit of the tenant is looked at for every change.
///
/// A limit that is still being counted by the real ledger's scan is *followed*: which lines the
/// scan has passed is that ledger's own matter, so its counters are taken over when the scan ends,
/// and those of absolute limits must then equal the sum of all rows.
struct NaivePortfolio: Sendable {
    struct TenantSet: Hashable, Sendable {
        var tenant: TenantID
        var set: LabelSetID
    }
    struct TenantLabels: Hashable, Sendable {
        var tenant: TenantID
        var labels: [Label]
    }
    struct Pair: Hashable, Sendable {
        var tenant: TenantID
        var from: Currency
        var to: Currency
    }

    private(set) var limits: [OracleKey: PortfolioLimit] = [:]
    /// The same by tenant, the oldest first.
    private(set) var limitsOf: [TenantID: [PortfolioLimit]] = [:]
    /// Limits whose scan has ended: their counters are known here.
    var counted: Set<OracleKey> = []
    var rates: [Pair: ExchangeRate] = [:]
    var sets: [TenantLabels: LabelSetID] = [:]
    var labelsOfSet: [TenantSet: [Label]] = [:]
    var lastSet: UInt32 = 0
    var cells: [OracleCell: OracleSum] = [:]
    /// Currencies that anything was ever counted in.
    var currencies: Set<Currency> = []
    /// Last images of the counters of limits that are being counted.
    var followed: [OracleKey: [OracleCell: CellImage]] = [:]

    var refusal: PortfolioRefusal?
    /// With what each had before the record.
    var touchedCells: [OracleCell: OracleSum] = [:]
    /// Of the touched ones, those that ended as they began.
    var unchangedCells: Set<OracleCell> = []
    var touchedLimits: Set<OracleKey> = []
    var touchedRates: Set<Pair> = []
    var newSets: [TenantSet] = []

    mutating func begin() {
        refusal = nil
        touchedCells.removeAll(keepingCapacity: true)
        touchedLimits.removeAll(keepingCapacity: true)
        touchedRates.removeAll(keepingCapacity: true)
        newSets.removeAll(keepingCapacity: true)
    }

    mutating func settle(_ stamp: LedgerStamp, into rare: inout RareEffects) {
        for set in newSets {
            rare.labelSets.append(
                LabelSetImage(
                    id: set.set, tenant: set.tenant, labels: labelsOfSet[set] ?? []))
        }
        for key in touchedLimits.sorted() {
            if let limit = limits[key] { rare.limits.append(limit) }
        }
        for pair in touchedRates {
            rates[pair]?.lastSequence = stamp.sequence
            if let rate = rates[pair] { rare.rates.append(rate) }
        }
        settleLevels()
        unchangedCells.removeAll(keepingCapacity: true)
        for (cell, before) in touchedCells where counted.contains(cell.limit) {
            let sum = cells[cell] ?? OracleSum()
            if sum == before { unchangedCells.insert(cell) }
            rare.cells.append(
                CellImage(
                    key: cell.key, tenant: cell.tenant, amountMinor: sum.amountMinor,
                    count: sum.count, level: sum.level, lastSequence: stamp.sequence))
        }
    }

    /// A scope's counters say together how much of its bound is reached.
    private mutating func settleLevels() {
        for (cell, before) in touchedCells where counted.contains(cell.limit) {
            let sum = cells[cell] ?? OracleSum()
            // What came and went within a record leaves the level as it was.
            if sum.amountMinor == before.amountMinor && sum.count == before.count { continue }
            guard let limit = limits[cell.limit], let level = level(limit, cell) else { continue }
            for currency in currencies {
                var sibling = cell
                sibling.key.currency = currency
                cells[sibling]?.level = level
            }
        }
    }

    // MARK: Definitions

    /// Makes a limit or replaces the definition of one, which counts anew unless only its bound,
    /// currency or pause is another.
    mutating func set(
        _ given: PortfolioLimit, number: UInt64, stamp: LedgerStamp
    ) -> LedgerOutcome {
        var limit = given
        limit.tenant = stamp.tenant
        limit.status = given.status == .paused ? .paused : .counting
        if given.id.rawValue == 0 {
            guard limitsOf[stamp.tenant, default: []].count < PortfolioLimit.countMax else {
                return .tooMany
            }
            limit.id = PortfolioLimitID(number)
            limit.version = 0
            define(limit, stamp)
            return .done
        }
        let key = OracleKey(stamp.tenant, given.id.rawValue)
        guard let old = limits[key] else { return .portfolioLimitUnknown }
        limit.version = old.version
        if limit.status != .paused { limit.status = old.status }
        let goesOn =
            limit.scope == old.scope && limit.measure == old.measure
            && limit.period == old.period && limit.zone.name == old.zone.name
            && (!limit.bound.isShare || old.bound.isShare)
        if goesOn && !(old.status == .counting && limit.status == .paused) {
            limit.lastSequence = old.lastSequence
            alter(limit)
        } else {
            if limit.status == .enforcing { limit.status = .counting }
            define(limit, stamp)
        }
        return .done
    }

    /// A definition that counts from nothing. One that is paused is not counted at all.
    private mutating func define(_ given: PortfolioLimit, _ stamp: LedgerStamp) {
        var limit = given
        limit.lastSequence = limit.status == .paused ? .max : stamp.sequence
        let key = OracleKey(limit.tenant, limit.id.rawValue)
        alter(limit)
        counted.remove(key)
        followed[key] = nil
        for cell in cells.keys where cell.limit == key {
            cells[cell] = nil
            touchedCells[cell] = nil
        }
    }

    /// A definition that goes on with its counters. A record changes the version once.
    private mutating func alter(_ given: PortfolioLimit) {
        var limit = given
        let key = OracleKey(limit.tenant, limit.id.rawValue)
        if touchedLimits.insert(key).inserted { limit.version += 1 }
        replace(limit)
    }

    /// Writes a limit as it is.
    mutating func replace(_ limit: PortfolioLimit) {
        limits[OracleKey(limit.tenant, limit.id.rawValue)] = limit
        var all = limitsOf[limit.tenant] ?? []
        all.removeAll { $0.id == limit.id }
        all.append(limit)
        limitsOf[limit.tenant] = all.sorted { $0.id < $1.id }
    }

    /// Pauses a limit or lets it go on; one that was not counted to its end starts again.
    mutating func pause(
        _ key: OracleKey, isPaused: Bool, stamp: LedgerStamp
    ) -> LedgerOutcome {
        guard var limit = limits[key] else { return .portfolioLimitUnknown }
        let isCounted = counted.contains(key)
        if isPaused && limit.status != .paused {
            limit.status = .paused
            if isCounted { alter(limit) } else { define(limit, stamp) }
        } else if !isPaused && limit.status == .paused {
            limit.status = isCounted ? .enforcing : .counting
            if isCounted { alter(limit) } else { define(limit, stamp) }
        }
        return .done
    }

    mutating func setRate(tenant: TenantID, from: Currency, to: Currency, ratePpb: Int64) {
        let pair = Pair(tenant: tenant, from: from, to: to)
        rates[pair] = ExchangeRate(tenant: tenant, from: from, to: to, ratePpb: ratePpb)
        touchedRates.insert(pair)
    }

    // MARK: Label sets

    func labels(_ set: LabelSetID, _ tenant: TenantID) -> [Label] {
        set == .none ? [] : labelsOfSet[TenantSet(tenant: tenant, set: set)] ?? []
    }

    func labels(_ line: LineImage) -> [Label] { labels(line.labels, line.tenant) }

    /// The number of a set; a new one when it was never used.
    mutating func intern(_ labels: [Label], tenant: TenantID) -> LabelSetID {
        if labels.isEmpty { return .none }
        let wanted = TenantLabels(tenant: tenant, labels: labels)
        if let known = sets[wanted] { return known }
        lastSet += 1
        let set = LabelSetID(lastSet)
        sets[wanted] = set
        labelsOfSet[TenantSet(tenant: tenant, set: set)] = labels
        newSets.append(TenantSet(tenant: tenant, set: set))
        return set
    }
}
