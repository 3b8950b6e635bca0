/// What a record is about. Raw values are stored; they never change.
public enum RecordType: UInt8, Sendable, CaseIterable {
    case featuresRegistered = 1
    case featuresPut = 2
    case linksPut = 3
    case entityMarked = 4
    case decision = 5
    case lineOpened = 6
    case holdPlaced = 7
    case holdCommitted = 8
    case holdReleased = 9
    case holdExpired = 10
    case repaid = 11
    case holdExtended = 12
    case charged = 13
    case reclassified = 14
    case entryReversed = 15
    case limitChanged = 16
    case temporaryLimitSet = 17
    case repriced = 18
    case renewed = 19
    case frozen = 20
    case unfrozen = 21
    case writtenOff = 22
    case lineClosed = 23
    case batchApplied = 24
    case portfolioLimitSet = 25
    case portfolioLimitPaused = 26
    case exchangeRateSet = 27
    case groupSet = 28
    /// The sequencer's own: a time that a line or a subject waited for came.
    case lineTimeCame = 29
    case subjectTimeCame = 30
    /// The sequencer's own: a step of the scan of a new portfolio limit.
    case portfolioCounted = 31
}

/// One journal record as its readers see it: durable, and never edited.
///
/// `body` is what the worker encoded (sealed under `keyID`; 0 means in clear), `effects` is what
/// the sequencer decided about the ledger.
public struct DurableRecord: Sendable {
    public var type: RecordType
    public var tenant: TenantID
    /// The journal's own sequence, from 1, without a gap.
    public var sequence: UInt64
    /// The tenant's sequence, from 1, without a gap: the only one ever shown outside. A batch takes
    /// one for each of its operations, and this is the first.
    public var tenantSequence: UInt64
    /// How many numbers of the tenant's sequence it takes: 1, or a batch's operations.
    public var tenantSequenceCount: UInt32 = 1
    /// Journal time: never goes back.
    public var timeMicros: Int64
    public var keyID: UInt32
    public var outcome: LedgerOutcome
    public var subject: SubjectID
    public var effects: LedgerEffects
    public var body: [UInt8]

    /// All fields as given.
    public init(
        type: RecordType, tenant: TenantID, sequence: UInt64, tenantSequence: UInt64,
        timeMicros: Int64, keyID: UInt32, outcome: LedgerOutcome, subject: SubjectID,
        effects: LedgerEffects, body: [UInt8]
    ) {
        self.type = type
        self.tenant = tenant
        self.sequence = sequence
        self.tenantSequence = tenantSequence
        self.timeMicros = timeMicros
        self.keyID = keyID
        self.outcome = outcome
        self.subject = subject
        self.effects = effects
        self.body = body
    }
}
