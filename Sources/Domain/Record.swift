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
///
/// A copy counts one reference: a record is made once, and then handed from the sequencer to the
/// writer, the readers' views and the caller's answer. Setting a field copies the others.
public struct DurableRecord: Sendable {
    @usableFromInline
    struct Fields: Sendable {
        @usableFromInline var type: RecordType
        @usableFromInline var tenant: TenantID
        @usableFromInline var sequence: UInt64
        @usableFromInline var tenantSequence: UInt64
        @usableFromInline var tenantSequenceCount: UInt32 = 1
        @usableFromInline var timeMicros: Int64
        @usableFromInline var keyID: UInt32
        @usableFromInline var outcome: LedgerOutcome
        @usableFromInline var subject: SubjectID
        @usableFromInline var effects: LedgerEffects
        @usableFromInline var body: [UInt8]
    }

    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let fields: Fields
        init(_ fields: Fields) { self.fields = fields }
    }

    @usableFromInline var box: Box

    /// All fields as given.
    public init(
        type: RecordType, tenant: TenantID, sequence: UInt64, tenantSequence: UInt64,
        tenantSequenceCount: UInt32 = 1, timeMicros: Int64, keyID: UInt32, outcome: LedgerOutcome,
        subject: SubjectID, effects: LedgerEffects, body: [UInt8]
    ) {
        box = Box(
            Fields(
                type: type, tenant: tenant, sequence: sequence, tenantSequence: tenantSequence,
                tenantSequenceCount: tenantSequenceCount, timeMicros: timeMicros, keyID: keyID,
                outcome: outcome, subject: subject, effects: effects, body: body))
    }

    private mutating func edit(_ change: (inout Fields) -> Void) {
        var fields = box.fields
        change(&fields)
        box = Box(fields)
    }
}

extension DurableRecord {
    /// What it is about.
    public var type: RecordType {
        @inlinable @inline(__always)
        _read { yield box.fields.type }
        set { edit { $0.type = newValue } }
    }
    /// Whose it is.
    public var tenant: TenantID {
        @inlinable @inline(__always)
        _read { yield box.fields.tenant }
        set { edit { $0.tenant = newValue } }
    }
    /// The journal's own sequence, from 1, without a gap.
    public var sequence: UInt64 {
        @inlinable @inline(__always)
        _read { yield box.fields.sequence }
        set { edit { $0.sequence = newValue } }
    }
    /// The tenant's sequence, from 1, without a gap: the only one ever shown outside. A batch takes
    /// one for each of its operations, and this is the first.
    public var tenantSequence: UInt64 {
        @inlinable @inline(__always)
        _read { yield box.fields.tenantSequence }
        set { edit { $0.tenantSequence = newValue } }
    }
    /// How many numbers of the tenant's sequence it takes: 1, or a batch's operations.
    public var tenantSequenceCount: UInt32 {
        @inlinable @inline(__always)
        _read { yield box.fields.tenantSequenceCount }
        set { edit { $0.tenantSequenceCount = newValue } }
    }
    /// Journal time: never goes back.
    public var timeMicros: Int64 {
        @inlinable @inline(__always)
        _read { yield box.fields.timeMicros }
        set { edit { $0.timeMicros = newValue } }
    }
    /// The key that `body` is sealed under; 0 means in clear.
    public var keyID: UInt32 {
        @inlinable @inline(__always)
        _read { yield box.fields.keyID }
        set { edit { $0.keyID = newValue } }
    }
    /// What came of it.
    public var outcome: LedgerOutcome {
        @inlinable @inline(__always)
        _read { yield box.fields.outcome }
        set { edit { $0.outcome = newValue } }
    }
    /// Whose chain it is in.
    public var subject: SubjectID {
        @inlinable @inline(__always)
        _read { yield box.fields.subject }
        set { edit { $0.subject = newValue } }
    }
    /// What it did to the ledger.
    public var effects: LedgerEffects {
        @inlinable @inline(__always)
        _read { yield box.fields.effects }
        set { edit { $0.effects = newValue } }
    }
    /// What the worker encoded.
    public var body: [UInt8] {
        @inlinable @inline(__always)
        _read { yield box.fields.body }
        set { edit { $0.body = newValue } }
    }
}
