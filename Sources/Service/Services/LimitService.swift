internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// creditrisk.v1.LimitService: lines, holds, and what is owed.
///
/// A write checks its message, becomes one proposal and parks; its reply is rendered from the
/// record. A read is answered at once from the ledger's durable rows. Statements and watches walk
/// the journal off the worker.
struct LimitService: Sendable {
    let engine: Engine

    var methods: [Method] { lines + holds + money + blocks + batch + streams }

    static func path(_ method: String) -> String { "/creditrisk.v1.LimitService/" + method }

    /// A write that is one operation of the ledger: read, propose.
    func write(
        _ method: String,
        _ read: @escaping @Sendable (Codec, Span<UInt8>, HashKey) throws -> LedgerWrite
    ) -> Method {
        .unary(Self.path(method)) { call, request in
            engine.answer(call) {
                let key = engine.tenant(of: call).definition.identifierKey
                let codec = engine.contexts[call.workerIndex].codec
                let wanted = try read(codec, request, key)
                try Self.checkEnd(of: wanted.operation, nowMicros: engine.nowMicros)
                engine.write(call, request, wanted)
            }
        }
    }

    /// How far ahead a temporary limit may end or a price take effect. Reason: a request is
    /// remembered for 400 days, and must be for as long as what it made is open.
    static let aheadMicrosMax: Int64 = 366 * 86_400_000_000

    private static func checkEnd(
        of operation: LedgerOperation, nowMicros: Int64
    ) throws(MessageFault) {
        let (field, endMicros): (String, Int64)
        switch operation {
        case .setTemporaryLimit(_, _, _, let micros):
            (field, endMicros) = ("ends_at_micros", micros)
        case .reprice(_, let price):
            (field, endMicros) = ("effective_at_micros", price.effectiveAtMicros)
        default: return
        }
        guard endMicros - nowMicros <= aheadMicrosMax else {
            throw MessageFault(
                .timeOutOfRange, field: field, "\(field) may be at most 366 days ahead")
        }
    }

    /// The labels of a transaction: the credential's, then the caller's.
    func labels(of call: Call, _ named: [NamedLabel]) throws -> [NamedLabel] {
        let own = engine.credentialLabels(of: call)
        if named.isEmpty { return own }
        try FieldRules.fits(named.count, beside: own.count)
        return own + named
    }
}

extension Engine {
    /// One operation on what is there. The sequencer finds the line, and whose it is.
    /// Thread: the call's worker.
    func write(
        _ call: Call, _ request: Span<UInt8>, _ wanted: LedgerWrite, touches: [Hash128] = []
    ) {
        write(
            call, request, key: wanted.requestKey,
            Alternative(
                type: wanted.type, subject: wanted.subject, operations: .one(wanted.operation),
                touches: touches, body: Codec.recordBody(request: request)))
    }

    /// The body of a record that uses labels: the request, and the words that nobody knows yet.
    func body(
        _ request: Span<UInt8>, labels: [NamedLabel], change: [UInt8] = [], _ room: TenantRoom,
        _ codec: Codec
    ) -> [UInt8] {
        let words = stores.labels.unknown(labels, tenant: room.definition.tenant)
        if words.isEmpty, change.isEmpty { return Codec.recordBody(request: request) }
        return codec.recordBody(
            request: request.array(), change: change, labelNames: LabelWords.encode(words))
    }
}
