internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// creditrisk.v1.LimitService: lines and holds.
///
/// A write checks its message, becomes one proposal and parks; its reply is rendered from the
/// record. A read is answered at once from the ledger's durable view.
struct LimitService: Sendable {
    let engine: Engine

    var methods: [Method] {
        let path = "/creditrisk.v1.LimitService/"
        return [
            .unary(path + "OpenLine") { call, request in openLine(call, request) },
            .unary(path + "GetLine") { call, request in getLine(call, request) },
            .unary(path + "Reserve") { call, request in reserve(call, request) },
            .unary(path + "GetHold") { call, request in getHold(call, request) },
            .unary(path + "Commit") { call, request in commit(call, request) },
            .unary(path + "Release") { call, request in release(call, request) },
            .unary(path + "Repay") { call, request in repay(call, request) },
        ]
    }

    private func openLine(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.openLine(request, key: room.definition.identifierKey)
            let raw = request.array()
            engine.write(call, request, key: wanted.requestKey, type: .lineOpened) { scratch, _ in
                guard let product = room.products[wanted.product] else {
                    throw Refusal.productUnknown
                }
                let operation = LedgerOperation.openLine(
                    subject: wanted.subject, product: wanted.product,
                    currency: wanted.limit.currency, limitMinor: wanted.limit.amountMinor)
                return WritePlan(
                    alternative: Alternative(
                        type: .lineOpened, subject: wanted.subject, operations: [operation],
                        body: scratch.codec.recordBody(
                            request: raw, change: Array(product.utf8))))
            }
        }
    }

    private func reserve(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let key = engine.tenant(of: call).definition.identifierKey
            let wanted = try engine.contexts[call.workerIndex].codec.reserve(request, key: key)
            write(
                call, request, key: wanted.requestKey, type: .holdPlaced,
                .reserve(
                    line: .existing(wanted.line), amountMinor: wanted.amount.amountMinor,
                    currency: wanted.amount.currency,
                    expiresAtMicros: engine.nowMicros + wanted.durationMicros))
        }
    }

    private func commit(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let key = engine.tenant(of: call).definition.identifierKey
            let wanted = try engine.contexts[call.workerIndex].codec.commit(request, key: key)
            write(
                call, request, key: wanted.requestKey, type: .holdCommitted,
                .commit(
                    hold: wanted.hold, amountMinor: wanted.amount.amountMinor,
                    currency: wanted.amount.currency, keepsRest: wanted.keepsRest))
        }
    }

    private func release(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let key = engine.tenant(of: call).definition.identifierKey
            let wanted = try engine.contexts[call.workerIndex].codec.release(request, key: key)
            write(
                call, request, key: wanted.requestKey, type: .holdReleased,
                .release(hold: wanted.hold))
        }
    }

    private func repay(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let key = engine.tenant(of: call).definition.identifierKey
            let wanted = try engine.contexts[call.workerIndex].codec.repay(request, key: key)
            write(
                call, request, key: wanted.requestKey, type: .repaid,
                .repay(
                    line: wanted.line, amountMinor: wanted.amount.amountMinor,
                    currency: wanted.amount.currency))
        }
    }

    /// One operation on a line that is there. The sequencer finds the line, and whose it is.
    private func write(
        _ call: Call, _ request: Span<UInt8>, key: Hash128, type: RecordType,
        _ operation: LedgerOperation
    ) {
        let raw = request.array()
        engine.write(call, request, key: key, type: type) { scratch, _ in
            WritePlan(
                alternative: Alternative(
                    type: type, subject: .none, operations: [operation],
                    body: scratch.codec.recordBody(request: raw)))
        }
    }

    private func getLine(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let id = try codec.getLine(request)
            guard let line = engine.journal.ledger.line(room.definition.tenant, id) else {
                throw Refusal.lineUnknown
            }
            let products = engine.stores.products.names(of: room.definition.tenant)
            call.reply(codec.lineReply(line, products: products))
        }
    }

    private func getHold(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let hold = try codec.getHold(request)
            guard let image = engine.journal.ledger.hold(room.definition.tenant, hold) else {
                throw Refusal.holdUnknown
            }
            call.reply(codec.holdReply(image))
        }
    }
}
