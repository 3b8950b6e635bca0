internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// Holds: placed, drawn, given back, moved, read.
extension LimitService {
    var holds: [Method] {
        [
            .unary(Self.path("Reserve")) { call, request in reserve(call, request) },
            .unary(Self.path("GetHold")) { call, request in getHold(call, request) },
            .unary(Self.path("ListHolds"), class: .offloaded) { call, request in
                listHolds(call, request)
            },
            write("ExtendHold") { codec, request, key in
                try codec.extendHold(request, key: key, nowMicros: engine.nowMicros)
            },
            write("Commit") { codec, request, key in try codec.commit(request, key: key) },
            write("Release") { codec, request, key in try codec.release(request, key: key) },
        ]
    }

    private func reserve(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.reserve(request, key: room.definition.identifierKey)
            let labels = try labels(of: call, wanted.labels)
            let body =
                labels.isEmpty
                ? Codec.recordBody(request: request)
                : engine.body(request, labels: labels, room, codec)
            engine.write(
                call, request, key: wanted.requestKey,
                Alternative(
                    type: .holdPlaced, subject: .none,
                    operations: .one(
                        .reserve(
                            line: .existing(wanted.line), amountMinor: wanted.amount.amountMinor,
                            currency: wanted.amount.currency,
                            expiresAtMicros: engine.nowMicros + wanted.durationMicros,
                            labels: labels.map(\.label))), body: body))
        }
    }

    private func getHold(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let hold = try codec.getHold(request)
            guard let image = engine.journal.ledger.hold(tenant, hold) else {
                throw Refusal.holdUnknown
            }
            call.reply(codec.holdReply(image, names: engine.stores.names(of: tenant)))
        }
    }

    /// Newest first; a page begins below the number that the one before ended with.
    private func listHolds(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = Codec()
            let wanted = try codec.listHolds(request)
            guard engine.journal.ledger.line(tenant, wanted.owner) != nil else {
                throw Refusal.lineUnknown
            }
            let before = wanted.after == 0 ? nil : HoldID(wanted.after)
            // One more than the page tells whether there is a next one.
            let holds = engine.journal.ledger.holds(
                tenant, of: wanted.owner, before: before, countMax: wanted.pageSize + 1)
            let page = Array(holds.prefix(wanted.pageSize))
            let next = holds.count > page.count ? page.last?.id.rawValue : nil
            call.reply(
                codec.holdsReply(page, next: next, names: engine.stores.names(of: tenant)))
        }
    }
}
