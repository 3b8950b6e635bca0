public import Ground

/// Something a worker read and relies on: the commit fails if it changed since.
///
/// `seenSequence` is the journal sequence up to which the worker's projections had applied when it
/// read; the guard passes when no later record touched `key`.
public struct Guard: Hashable, Sendable {
    public let key: Hash128
    public let seenSequence: UInt64

    /// A key and the sequence it was seen at.
    public init(key: Hash128, seenSequence: UInt64) {
        self.key = key
        self.seenSequence = seenSequence
    }
}

/// One way a proposal can end: a record, what it does to the ledger, and the keys it touches.
public struct Alternative: Sendable {
    public var type: RecordType
    public var subject: SubjectID
    /// At most `Proposal.operationCountMax`, all or none.
    public var operations: Few<LedgerOperation>
    /// Guarded keys whose holders must look again after this record.
    public var touches: [Hash128]
    /// Encoded (and later sealed) by the worker; its meaning is the record type's.
    public var body: [UInt8]
    /// For a batch (`.batchApplied`): how many operations each chain has, in order; their sum is
    /// the count of operations. Each chain takes effect or not by itself, and the record is made
    /// either way. Empty for every other record: then all operations are one chain.
    public var chains: [UInt16] = []

    /// All fields as given, the operations as an array.
    public init(
        type: RecordType, subject: SubjectID, operations: [LedgerOperation],
        touches: [Hash128] = [], body: [UInt8]
    ) {
        self.init(
            type: type, subject: subject, operations: Few(operations), touches: touches,
            body: body)
    }

    /// All fields as given.
    public init(
        type: RecordType, subject: SubjectID, operations: Few<LedgerOperation> = .none,
        touches: [Hash128] = [], body: [UInt8]
    ) {
        self.type = type
        self.subject = subject
        self.operations = operations
        self.touches = touches
        self.body = body
    }
}

/// What a worker asks the sequencer to make true.
///
/// A copy counts one reference: it passes through several lists on its way. Setting a field copies
/// the others.
public struct Proposal: Sendable {
    /// Reason: what one decision reads (subject, graph entities, lists) fits well below.
    public static let guardCountMax = 16
    /// Approve, counter-offer, step up, refer.
    public static let alternativeCountMax = 4
    /// Open a line and place a hold on it, with room for later group operations.
    public static let operationCountMax = 8
    /// Operations of a batch. Reason: the sequencer runs it whole, in some milliseconds.
    public static let batchOperationCountMax = 8_000

    /// What the ledger's refusal of the last alternative means.
    public enum OnRefusal: Sendable {
        /// A business answer: a record with the refusal as its outcome, repeatable.
        case recordRefusal
        /// The worker plans again; nothing is recorded.
        case returnToWorker
    }

    @usableFromInline
    struct Fields: Sendable {
        @usableFromInline var tenant: TenantID
        @usableFromInline var requestKey: Hash128
        @usableFromInline var fingerprint: Hash128
        @usableFromInline var deadlineMicros: Int64
        @usableFromInline var nowMicros: Int64
        @usableFromInline var guards: [Guard]
        @usableFromInline var alternatives: OneOrMore<Alternative>
        @usableFromInline var onRefusal: OnRefusal
        @usableFromInline var ticket: UInt64
        @usableFromInline var lookedUpBelow: Int?
    }

    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let fields: Fields
        init(_ fields: Fields) { self.fields = fields }
    }

    @usableFromInline var box: Box

    /// All fields as given.
    public init(
        tenant: TenantID, requestKey: Hash128, fingerprint: Hash128,
        deadlineMicros: Int64 = .max, nowMicros: Int64, guards: [Guard] = [],
        alternatives: OneOrMore<Alternative>, onRefusal: OnRefusal = .recordRefusal, ticket: UInt64
    ) {
        box = Box(
            Fields(
                tenant: tenant, requestKey: requestKey, fingerprint: fingerprint,
                deadlineMicros: deadlineMicros, nowMicros: nowMicros, guards: guards,
                alternatives: alternatives, onRefusal: onRefusal, ticket: ticket))
    }

    private mutating func edit(_ change: (inout Fields) -> Void) {
        var fields = box.fields
        change(&fields)
        box = Box(fields)
    }
}

extension Proposal {
    /// Whose it is.
    public var tenant: TenantID {
        @inlinable @inline(__always)
        _read { yield box.fields.tenant }
        set { edit { $0.tenant = newValue } }
    }
    /// Keyed hash of the caller's request_id, made by `RequestKey`.
    public var requestKey: Hash128 {
        @inlinable @inline(__always)
        _read { yield box.fields.requestKey }
        set { edit { $0.requestKey = newValue } }
    }
    /// Keyed hash of the request's payload: the same id with another payload is refused.
    public var fingerprint: Hash128 {
        @inlinable @inline(__always)
        _read { yield box.fields.fingerprint }
        set { edit { $0.fingerprint = newValue } }
    }
    /// Wall-clock microseconds after which it must not be executed; `Int64.max` is none.
    public var deadlineMicros: Int64 {
        @inlinable @inline(__always)
        _read { yield box.fields.deadlineMicros }
        set { edit { $0.deadlineMicros = newValue } }
    }
    /// When the worker made it, wall-clock microseconds.
    public var nowMicros: Int64 {
        @inlinable @inline(__always)
        _read { yield box.fields.nowMicros }
        set { edit { $0.nowMicros = newValue } }
    }
    /// What the worker relies on; at most `guardCountMax`.
    public var guards: [Guard] {
        @inlinable @inline(__always)
        _read { yield box.fields.guards }
        set { edit { $0.guards = newValue } }
    }
    /// Ways it can end, the wanted one first; at most `alternativeCountMax`.
    public var alternatives: OneOrMore<Alternative> {
        @inlinable @inline(__always)
        _read { yield box.fields.alternatives }
        set { edit { $0.alternatives = newValue } }
    }
    /// What the ledger's refusal of the last alternative means.
    public var onRefusal: OnRefusal {
        @inlinable @inline(__always)
        _read { yield box.fields.onRefusal }
        set { edit { $0.onRefusal = newValue } }
    }
    /// The caller's own number, given back with the verdict.
    public var ticket: UInt64 {
        @inlinable @inline(__always)
        _read { yield box.fields.ticket }
        set { edit { $0.ticket = newValue } }
    }
    /// Set by the journal once it has looked on disk: none of the requests numbered below this one
    /// is the same.
    public var lookedUpBelow: Int? {
        @inlinable @inline(__always)
        _read { yield box.fields.lookedUpBelow }
        set { edit { $0.lookedUpBelow = newValue } }
    }

    /// Bytes of the bodies of all alternatives.
    public var bodyByteCount: Int {
        alternatives.indices.reduce(0) { $0 + alternatives[$1].body.count }
    }
}

/// What became of a proposal. Sent only after everything it speaks of is durable and applied.
public struct Verdict: Sendable {
    /// The ways a proposal ends.
    public enum Answer: Sendable {
        /// Recorded now, as the alternative with this index.
        case recorded(DurableRecord, alternative: Int)
        /// The same request_id was recorded before. Whether it was the same request says
        /// `Journal.readRepeat`: then its reply is given again.
        case repeated(sequence: UInt64)
        /// The request_id alone rules it out; nothing is recorded.
        case requestRefused(RequestRefusal)
        /// A guard failed or the ledger refused every alternative; nothing is recorded.
        case planAgain(refusal: LedgerOutcome?, effects: LedgerEffects)
        /// What a batch changes would make a longer record than the journal takes, which is this
        /// many bytes; nothing is recorded.
        case recordTooLong(bytesMax: Int)
        /// The deadline passed before its turn; nothing is recorded.
        case deadlinePassed
        /// The journal takes no writes now (no space for the next segment); nothing is recorded.
        case noSpace
        /// Too much waits already, or the journal is closing; nothing is recorded.
        case overloaded
        /// A write or sync failed: it may or may not be in the journal.
        case outcomeUnknown
    }

    public var ticket: UInt64
    public var answer: Answer
    /// With `repeated`: which request asked.
    public var repeats: RepeatedRequest?

    /// All fields as given.
    public init(ticket: UInt64, answer: Answer, repeats: RepeatedRequest? = nil) {
        self.ticket = ticket
        self.answer = answer
        self.repeats = repeats
    }

    /// A proposal whose request_id was recorded before.
    public init(_ proposal: Proposal, repeats sequence: UInt64) {
        self.init(
            ticket: proposal.ticket, answer: .repeated(sequence: sequence),
            repeats: RepeatedRequest(proposal))
    }
}
