public import Ground

/// What repaid principal does. Raw values are stored and on the wire.
public enum LineKind: UInt8, Sendable, CaseIterable {
    /// It is available again.
    case revolving = 1
    /// It does not return: the limit falls with it.
    case instalment = 2
}

/// Where a line stands. Raw values are stored.
public enum LineStatus: UInt8, Sendable {
    case open = 1
    case closed = 2
    case writtenOff = 3
}

/// Why a line or subject is blocked. Raw values are stored and on the wire.
public enum BlockCause: UInt8, Sendable, CaseIterable {
    case fraud = 1
    case arrears = 2
    case customerRequest = 3
    case legal = 4
    case deceased = 5
    case policy = 6
}

/// What a block stops. Raw values are stored and on the wire.
public enum BlockScope: UInt8, Sendable, CaseIterable {
    /// Reserve.
    case newHolds = 1
    /// Commit.
    case commits = 2
    /// Reserve, Commit, ExtendHold, raises, temporary limits, renewals. Never a repayment, a
    /// release, a charge or a cut.
    case all = 3
}

/// One block. A line is frozen while any remains whose time is not over.
public struct Block: Hashable, Sendable {
    /// The tenant's sequence of the record that set it.
    public var id: UInt64
    public var cause: BlockCause
    public var scope: BlockScope
    /// `Int64.max` is until it is lifted.
    public var untilMicros: Int64
    /// Who set it, the lender's own words, at most 128 bytes.
    public var actor: String

    /// All fields as given.
    public init(
        id: UInt64, cause: BlockCause, scope: BlockScope, untilMicros: Int64, actor: String
    ) {
        self.id = id
        self.cause = cause
        self.scope = scope
        self.untilMicros = untilMicros
        self.actor = actor
    }

    /// Blocks of one line or of one subject. Reason: causes are six, some set by several people.
    public static let countMax = 16
}

/// A price that will change.
public struct PendingPrice: Hashable, Sendable {
    public var nominalRatePpm: UInt32
    public var effectiveAtMicros: Int64
    /// True: drawings that are open then change too. False: only later ones.
    public var appliesToAll: Bool

    /// All fields as given.
    public init(nominalRatePpm: UInt32, effectiveAtMicros: Int64, appliesToAll: Bool) {
        self.nominalRatePpm = nominalRatePpm
        self.effectiveAtMicros = effectiveAtMicros
        self.appliesToAll = appliesToAll
    }
}

/// What few lines have: charges, due principal, a temporary limit, blocks, a price to come.
///
/// A line without any of these has none, and costs nothing for it. Never edited: a change makes a
/// new one, so rows of different ages may share it between threads.
public final class LineDetails: Hashable, Sendable {
    public let debt: Debt
    public let temporaryMinor: Int64
    /// Meaningful with a temporary limit only.
    public let temporaryEndsAtMicros: Int64
    /// When over_limit became positive; 0 while it is not.
    public let overLimitSinceMicros: Int64
    public let blocks: [Block]
    public let pendingPrice: PendingPrice?

    /// All fields as given.
    public init(
        debt: Debt = Debt(), temporaryMinor: Int64 = 0, temporaryEndsAtMicros: Int64 = 0,
        overLimitSinceMicros: Int64 = 0, blocks: [Block] = [], pendingPrice: PendingPrice? = nil
    ) {
        self.debt = debt
        self.temporaryMinor = temporaryMinor
        self.temporaryEndsAtMicros = temporaryEndsAtMicros
        self.overLimitSinceMicros = overLimitSinceMicros
        self.blocks = blocks
        self.pendingPrice = pendingPrice
    }

    /// True when nothing in it says anything: then a line drops it.
    public var isEmpty: Bool {
        debt == Debt() && temporaryMinor == 0 && overLimitSinceMicros == 0 && blocks.isEmpty
            && pendingPrice == nil
    }

    /// By value.
    public static func == (left: LineDetails, right: LineDetails) -> Bool {
        left === right
            || left.debt == right.debt && left.temporaryMinor == right.temporaryMinor
                && left.temporaryEndsAtMicros == right.temporaryEndsAtMicros
                && left.overLimitSinceMicros == right.overLimitSinceMicros
                && left.blocks == right.blocks && left.pendingPrice == right.pendingPrice
    }

    /// By value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(debt)
        hasher.combine(temporaryMinor)
        hasher.combine(blocks)
    }
}

/// A line after a record, whole: what replay writes back and readers see. 120 bytes and what
/// `details` holds.
///
/// Invariant: `availableMinor - overLimitMinor + heldMinor + drawnMinor == grantedMinor`, none
/// negative.
public struct LineImage: Hashable, Sendable {
    public var id: LineID
    public var subject: SubjectID
    public var product: Hash128
    public var limitMinor: Int64
    /// Taken by open holds.
    public var heldMinor: Int64
    /// Drawn and not repaid, of every age.
    public var principalMinor: Int64
    /// Counts the records that changed this line, from 1.
    public var version: UInt64
    public var openedAtMicros: Int64
    /// Global sequence of the last record that changed this line: the next one's back-pointer.
    public var lastSequence: UInt64
    public var tenant: TenantID
    public var currency: Currency
    /// The labels that its granted amount counts under.
    public var labels: LabelSetID
    /// Of new drawings.
    public var nominalRatePpm: UInt32
    /// Days since 1970; 0 is none.
    public var renewalDay: UInt32
    public var status: LineStatus
    public var kind: LineKind
    /// Whether interest, fees and penalties take from the limit: the product's rule.
    public var chargesUseLimit: Bool
    public var details: LineDetails?

    /// What uses the limit beside holds: principal, and charges if the product says so.
    @inlinable
    public var drawnMinor: Int64 {
        guard chargesUseLimit, let details else { return principalMinor }
        return principalMinor + details.debt.chargesMinor
    }

    /// Limit and temporary limit.
    @inlinable
    public var grantedMinor: Int64 { limitMinor + (details?.temporaryMinor ?? 0) }

    /// What a new hold may take, minor units.
    @inlinable
    public var availableMinor: Int64 { max(0, grantedMinor - heldMinor - drawnMinor) }

    /// What is held and drawn beyond the granted amount, minor units.
    @inlinable
    public var overLimitMinor: Int64 { max(0, heldMinor + drawnMinor - grantedMinor) }

    /// Everything owed, minor units.
    @inlinable
    public var owedMinor: Int64 { principalMinor + (details?.debt.chargesMinor ?? 0) }

    /// All fields as given.
    public init(
        id: LineID, tenant: TenantID, subject: SubjectID, product: Hash128, currency: Currency,
        kind: LineKind = .revolving, chargesUseLimit: Bool = false, status: LineStatus,
        version: UInt64, limitMinor: Int64, heldMinor: Int64, principalMinor: Int64,
        openedAtMicros: Int64, labels: LabelSetID = .none, nominalRatePpm: UInt32 = 0,
        renewalDay: UInt32 = 0, details: LineDetails? = nil, lastSequence: UInt64
    ) {
        self.id = id
        self.tenant = tenant
        self.subject = subject
        self.product = product
        self.currency = currency
        self.kind = kind
        self.chargesUseLimit = chargesUseLimit
        self.status = status
        self.version = version
        self.limitMinor = limitMinor
        self.heldMinor = heldMinor
        self.principalMinor = principalMinor
        self.openedAtMicros = openedAtMicros
        self.labels = labels
        self.nominalRatePpm = nominalRatePpm
        self.renewalDay = renewalDay
        self.details = details
        self.lastSequence = lastSequence
    }
}

/// What is known about a subject beside its lines: few subjects have any of it.
public struct SubjectImage: Hashable, Sendable {
    public var id: SubjectID
    public var tenant: TenantID
    /// Region, segment and grade of the last decision.
    public var labels: LabelSetID
    /// Keyed hash of the group of connected customers; 0 is none.
    public var group: UInt64
    /// Blocks on every line of the subject, also on lines opened later.
    public var blocks: [Block]
    public var lastSequence: UInt64

    /// All fields as given.
    public init(
        id: SubjectID, tenant: TenantID, labels: LabelSetID = .none, group: UInt64 = 0,
        blocks: [Block] = [], lastSequence: UInt64 = 0
    ) {
        self.id = id
        self.tenant = tenant
        self.labels = labels
        self.group = group
        self.blocks = blocks
        self.lastSequence = lastSequence
    }
}
