/// A portfolio limit: the tenant's sequence number of the record that made it.
public struct PortfolioLimitID: Hashable, Sendable, Comparable {
    public let rawValue: UInt64

    /// Zero is no limit.
    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// By number: the older limit first.
    @inlinable
    public static func < (left: PortfolioLimitID, right: PortfolioLimitID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a portfolio limit adds up. Raw values are stored and on the wire.
public enum PortfolioMeasure: UInt8, Sendable, CaseIterable {
    /// Held and drawn principal.
    case used = 1
    /// Limits and temporary limits of open lines.
    case granted = 2
}

/// What it is bounded by.
public enum PortfolioBound: Hashable, Sendable {
    /// Minor units of the limit's currency.
    case amount(Int64)
    /// Holds and drawings (used) or lines (granted).
    case count(Int64)
    /// Parts per million of the tenant's whole book of the same measure, which counts as at least
    /// `bookFloorMinor`, so that a young book can grow.
    case share(ppm: Int64, bookFloorMinor: Int64)
}

/// When a counter starts anew. Raw values are stored and on the wire.
public enum PortfolioPeriod: UInt8, Sendable, CaseIterable {
    /// Never: what is out now.
    case absolute = 1
    /// What was taken in the day of the limit's time zone.
    case day = 2
    /// What was taken in its month.
    case month = 3
}

/// Where a limit stands. Raw values are stored and on the wire.
public enum PortfolioStatus: UInt8, Sendable, CaseIterable {
    /// A scan still adds up what was there before it: it counts, and refuses nothing.
    case counting = 1
    /// It refuses.
    case enforcing = 2
    /// It counts, and refuses nothing.
    case paused = 3
}

/// One part of a limit's scope. All parts must match.
public struct ScopeTerm: Hashable, Sendable {
    public var dimension: UInt64
    /// The one value it is about; nil: every value has a counter of its own.
    public var value: UInt64?

    /// Both as given.
    public init(dimension: UInt64, value: UInt64? = nil) {
        self.dimension = dimension
        self.value = value
    }
}

/// A time zone as a table of offsets, so that a day is the same on every replay.
public struct ZoneOffsets: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public var fromSeconds: Int64
        public var offsetSeconds: Int32

        /// From this second since 1970 on, local time is UTC plus the offset.
        public init(fromSeconds: Int64, offsetSeconds: Int32) {
            self.fromSeconds = fromSeconds
            self.offsetSeconds = offsetSeconds
        }
    }

    /// IANA name, for people.
    public var name: String
    /// In order of time; the last one lasts. Empty is UTC.
    public var steps: [Step]

    /// Both as given.
    public init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }

    /// UTC.
    public static let utc = ZoneOffsets(name: "UTC", steps: [])
}

/// A portfolio limit as it is set.
public struct PortfolioLimit: Hashable, Sendable {
    /// Terms of one scope. Reason: counters are found by at most four values.
    public static let termCountMax = 4
    /// Limits that one transaction may match. Reason: each is a look-up under the sequencer.
    public static let matchCountMax = 16
    /// Limits of a tenant.
    public static let countMax = 4_096

    public var id: PortfolioLimitID
    public var tenant: TenantID
    /// Sorted by dimension, each once, 1 to `termCountMax`.
    public var scope: [ScopeTerm]
    public var measure: PortfolioMeasure
    public var bound: PortfolioBound
    public var period: PortfolioPeriod
    public var currency: Currency
    public var zone: ZoneOffsets
    public var status: PortfolioStatus
    /// Counts the records that changed it, from 1.
    public var version: UInt64
    public var lastSequence: UInt64

    /// All fields as given.
    public init(
        id: PortfolioLimitID, tenant: TenantID, scope: [ScopeTerm], measure: PortfolioMeasure,
        bound: PortfolioBound, period: PortfolioPeriod, currency: Currency,
        zone: ZoneOffsets = .utc, status: PortfolioStatus = .counting, version: UInt64 = 0,
        lastSequence: UInt64 = 0
    ) {
        self.id = id
        self.tenant = tenant
        self.scope = scope
        self.measure = measure
        self.bound = bound
        self.period = period
        self.currency = currency
        self.zone = zone
        self.status = status
        self.version = version
        self.lastSequence = lastSequence
    }
}

/// Which counter of a limit: the values of its open terms in the order of the scope, zeros behind
/// them, the period's number (0 without one) and the currency that was counted.
///
/// Amounts are kept in the currency of the line and turned into the limit's when they are compared,
/// so what is given back is exactly what was taken, whatever the rate did meanwhile.
public struct CellKey: Hashable, Sendable {
    public var limit: PortfolioLimitID
    public var values: InlineArray<4, UInt64>
    /// Days or months since 1970 in the limit's time zone.
    public var period: Int32
    public var currency: Currency

    /// All fields as given.
    public init(
        limit: PortfolioLimitID, values: InlineArray<4, UInt64>, period: Int32, currency: Currency
    ) {
        self.limit = limit
        self.values = values
        self.period = period
        self.currency = currency
    }

    /// By value.
    public static func == (left: CellKey, right: CellKey) -> Bool {
        left.limit == right.limit && left.period == right.period
            && left.currency == right.currency && left.values[0] == right.values[0]
            && left.values[1] == right.values[1] && left.values[2] == right.values[2]
            && left.values[3] == right.values[3]
    }

    /// By value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(limit)
        for place in values.indices { hasher.combine(values[place]) }
        hasher.combine(period)
        hasher.combine(currency)
    }
}

/// One counter of a portfolio limit after a record.
public struct CellImage: Hashable, Sendable {
    public var key: CellKey
    public var tenant: TenantID
    /// Minor units of the key's currency.
    public var amountMinor: Int64
    public var count: Int64
    /// Percent of the bound that was reached when it last changed, 0 to 100 in steps of 0, 80, 90,
    /// 100: a record that moves it is an event.
    public var level: UInt8
    /// Global sequence of the last record that changed it.
    public var lastSequence: UInt64

    /// All fields as given.
    public init(
        key: CellKey, tenant: TenantID, amountMinor: Int64, count: Int64, level: UInt8,
        lastSequence: UInt64
    ) {
        self.key = key
        self.tenant = tenant
        self.amountMinor = amountMinor
        self.count = count
        self.level = level
        self.lastSequence = lastSequence
    }
}

/// What one minor unit of a currency is worth in minor units of another, in parts per thousand
/// million, as the tenant last said.
public struct ExchangeRate: Hashable, Sendable {
    public var tenant: TenantID
    public var from: Currency
    public var to: Currency
    public var ratePpb: Int64
    public var lastSequence: UInt64

    /// All fields as given.
    public init(
        tenant: TenantID, from: Currency, to: Currency, ratePpb: Int64, lastSequence: UInt64 = 0
    ) {
        self.tenant = tenant
        self.from = from
        self.to = to
        self.ratePpb = ratePpb
        self.lastSequence = lastSequence
    }
}
