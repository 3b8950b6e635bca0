public import Domain

/// Where and when a record stands: what the ledger writes into the images it makes.
public struct LedgerStamp: Sendable {
    /// Whose record it is.
    public var tenant: TenantID
    /// The record's number within its tenant: the id of the line or hold it makes.
    public var tenantSequence: UInt64
    /// The record's number in the journal.
    public var sequence: UInt64
    /// Journal time of the record.
    public var timeMicros: Int64
    /// The time against which expiries are read: journal time, or the moment at which a clock jump
    /// froze expiry.
    public var expiryMicros: Int64

    /// All fields as given.
    public init(
        tenant: TenantID, tenantSequence: UInt64, sequence: UInt64, timeMicros: Int64,
        expiryMicros: Int64
    ) {
        self.tenant = tenant
        self.tenantSequence = tenantSequence
        self.sequence = sequence
        self.timeMicros = timeMicros
        self.expiryMicros = expiryMicros
    }
}

extension LedgerStamp {
    /// Journal time in whole seconds: the day in which a hold is placed.
    var seconds: UInt32 { UInt32(clamping: timeMicros / 1_000_000) }
}

/// What a list of operations came to.
public struct LedgerResult: Sendable {
    /// `.done`, or the first refusal met; a refusal left the ledger as it was.
    public var outcome: LedgerOutcome
    /// Images after `.done`; the line and hold that refused, unchanged, otherwise.
    public var effects = LedgerEffects()
    /// The sequence of the record that changed the first line of `effects` before; 0 when none
    /// did. After a refusal the record that changed it last.
    public var previousOfLine: UInt64 = 0
    /// Likewise of the other lines, in order: most records have none, and no array for them.
    public var previousOfOtherLines: [UInt64] = []
    /// Likewise for each counter of `effects.rare.cells`.
    public var previousOfCells: [UInt64] = []

    /// Likewise of every line of `effects`.
    public var previousOfLines: [UInt64] {
        effects.lines.isEmpty ? [] : [previousOfLine] + previousOfOtherLines
    }
}
