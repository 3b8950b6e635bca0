public import Ground

/// The line an operation means: one that exists, or the one opened just before it in the same
/// proposal.
public enum LineReference: Hashable, Sendable {
    case existing(LineID)
    case openedHere
}

/// One thing to do to the ledger. All operations of a record take effect, or none.
///
/// One record opens at most one line and places at most one hold, because both take the record's
/// own number as their id.
public enum LedgerOperation: Hashable, Sendable {
    /// Opens a line for `subject` with `limitMinor` > 0. Its id becomes the record's.
    case openLine(subject: SubjectID, product: Hash128, currency: Currency, limitMinor: Int64)
    /// Takes `amountMinor` > 0 of what is available, until `expiresAtMicros` of journal time.
    case reserve(
        line: LineReference, amountMinor: Int64, currency: Currency, expiresAtMicros: Int64)
    /// Turns `amountMinor` > 0 of a hold into drawn principal; the rest stays held if `keepsRest`.
    case commit(hold: HoldID, amountMinor: Int64, currency: Currency, keepsRest: Bool)
    /// Gives the whole rest of a hold back.
    case release(hold: HoldID)
    /// Pays drawn principal back; what exceeds it is reported as unallocated and changes nothing.
    case repay(line: LineID, amountMinor: Int64, currency: Currency)
    /// The sequencer's own: the hold's time is over.
    case expire(hold: HoldID)
}

/// Where a hold stands. Raw values are stored.
public enum HoldState: UInt8, Sendable {
    case held = 1
    case committed = 2
    case released = 3
    case expired = 4
}

/// Where a line stands. Raw values are stored.
public enum LineStatus: UInt8, Sendable {
    case open = 1
    case closed = 2
}

/// A line after a record, whole: what replay writes back and readers see.
///
/// Invariant: `limitMinor == availableMinor + heldMinor + drawnMinor`, none negative.
public struct LineImage: Hashable, Sendable {
    public var id: LineID
    public var tenant: TenantID
    public var subject: SubjectID
    public var product: Hash128
    public var currency: Currency
    public var status: LineStatus
    /// Counts the records that changed this line, from 1.
    public var version: UInt64
    public var limitMinor: Int64
    public var heldMinor: Int64
    public var drawnMinor: Int64
    public var openedAtMicros: Int64
    /// Global sequence of the last record that changed this line: the next one's back-pointer.
    public var lastSequence: UInt64

    /// What a new hold may take, minor units.
    @inlinable
    public var availableMinor: Int64 { limitMinor - heldMinor - drawnMinor }

    /// All fields as given.
    public init(
        id: LineID, tenant: TenantID, subject: SubjectID, product: Hash128, currency: Currency,
        status: LineStatus, version: UInt64, limitMinor: Int64, heldMinor: Int64,
        drawnMinor: Int64, openedAtMicros: Int64, lastSequence: UInt64
    ) {
        self.id = id
        self.tenant = tenant
        self.subject = subject
        self.product = product
        self.currency = currency
        self.status = status
        self.version = version
        self.limitMinor = limitMinor
        self.heldMinor = heldMinor
        self.drawnMinor = drawnMinor
        self.openedAtMicros = openedAtMicros
        self.lastSequence = lastSequence
    }
}

/// A hold after a record, whole. 64 bytes: one cache line.
///
/// Invariant: `amountMinor == committedMinor + heldMinor + given back`; `heldMinor` is zero in
/// every state but `held`.
public struct HoldImage: Hashable, Sendable {
    public var id: HoldID
    public var tenant: TenantID
    public var state: HoldState
    public var line: LineID
    public var amountMinor: Int64
    public var committedMinor: Int64
    public var heldMinor: Int64
    public var expiresAtMicros: Int64
    /// Global sequence of the last record that changed this hold: replay skips what is older.
    public var lastSequence: UInt64

    /// All fields as given.
    public init(
        id: HoldID, tenant: TenantID, line: LineID, state: HoldState, amountMinor: Int64,
        committedMinor: Int64, heldMinor: Int64, expiresAtMicros: Int64, lastSequence: UInt64 = 0
    ) {
        self.id = id
        self.tenant = tenant
        self.line = line
        self.state = state
        self.amountMinor = amountMinor
        self.committedMinor = committedMinor
        self.heldMinor = heldMinor
        self.expiresAtMicros = expiresAtMicros
        self.lastSequence = lastSequence
    }
}

/// What a record's operations did to the ledger: images after, in the order touched.
///
/// A refusal carries the line (and hold) it met, unchanged, so that the caller learns what is
/// available.
public struct LedgerEffects: Hashable, Sendable {
    public var lines: [LineImage] = []
    public var holds: [HoldImage] = []
    /// The part of a repayment that met no debt, minor units.
    public var unallocatedMinor: Int64 = 0

    /// Empty: the record did not touch the ledger.
    public init() {}
}
