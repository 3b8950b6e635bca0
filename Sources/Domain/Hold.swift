/// Where a hold stands. Raw values are stored.
public enum HoldState: UInt8, Sendable {
    case held = 1
    case committed = 2
    case released = 3
    case expired = 4
}

/// A hold after a record, whole. 64 bytes: one cache line.
public struct HoldImage: Hashable, Sendable {
    public var id: HoldID
    public var line: LineID
    public var amountMinor: Int64
    /// Committed so far, in one or several parts.
    public var committedMinor: Int64
    public var expiresAtMicros: Int64
    /// Global sequence of the last record that changed this hold: replay skips what is older.
    public var lastSequence: UInt64
    public var tenant: TenantID
    public var labels: LabelSetID
    /// When it was placed, seconds since 1970: the day that a daily limit gives back to.
    public var placedSeconds: UInt32
    public var state: HoldState

    /// What it still takes: nothing in every state but `held`.
    @inlinable
    public var heldMinor: Int64 { state == .held ? amountMinor - committedMinor : 0 }

    /// All fields as given.
    public init(
        id: HoldID, tenant: TenantID, line: LineID, state: HoldState, amountMinor: Int64,
        committedMinor: Int64, expiresAtMicros: Int64, labels: LabelSetID = .none,
        placedSeconds: UInt32 = 0, lastSequence: UInt64 = 0
    ) {
        self.id = id
        self.line = line
        self.amountMinor = amountMinor
        self.committedMinor = committedMinor
        self.expiresAtMicros = expiresAtMicros
        self.lastSequence = lastSequence
        self.tenant = tenant
        self.labels = labels
        self.placedSeconds = placedSeconds
        self.state = state
    }
}

/// What one commit drew and is not repaid: it frees the line and its portfolio limits oldest first.
public struct DrawingImage: Hashable, Sendable {
    /// The tenant's sequence of the commit.
    public var id: UInt64
    public var line: LineID
    /// Not repaid, written off or reversed yet; 0 is gone for good.
    public var principalMinor: Int64
    /// Global sequence of the last record that changed it.
    public var lastSequence: UInt64
    public var tenant: TenantID
    public var labels: LabelSetID
    /// When its hold was placed, seconds since 1970.
    public var placedSeconds: UInt32
    public var nominalRatePpm: UInt32

    /// All fields as given.
    public init(
        id: UInt64, tenant: TenantID, line: LineID, principalMinor: Int64, labels: LabelSetID,
        placedSeconds: UInt32, nominalRatePpm: UInt32, lastSequence: UInt64
    ) {
        self.id = id
        self.line = line
        self.principalMinor = principalMinor
        self.lastSequence = lastSequence
        self.tenant = tenant
        self.labels = labels
        self.placedSeconds = placedSeconds
        self.nominalRatePpm = nominalRatePpm
    }
}

/// How much of an entry counter-entries have taken back: no more than it moved, ever.
public struct ReversalImage: Hashable, Sendable {
    /// The tenant's sequence of the entry.
    public var entry: UInt64
    public var tenant: TenantID
    public var reversedMinor: Int64
    public var lastSequence: UInt64

    /// All fields as given.
    public init(entry: UInt64, tenant: TenantID, reversedMinor: Int64, lastSequence: UInt64 = 0) {
        self.entry = entry
        self.tenant = tenant
        self.reversedMinor = reversedMinor
        self.lastSequence = lastSequence
    }
}
