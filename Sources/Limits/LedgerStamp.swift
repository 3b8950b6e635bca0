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

/// What a list of operations came to.
public struct LedgerResult: Sendable {
    /// `.done`, or the first refusal met; a refusal left the ledger as it was.
    public var outcome: LedgerOutcome
    /// Images after `.done`; the line and hold that refused, unchanged, otherwise.
    public var effects: LedgerEffects
    /// Sequence of the record before this one on the first line touched; 0 when there is none.
    public var previousOfLine: UInt64
}
