internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// Lines: opened, read, and their terms changed.
extension LimitService {
    var lines: [Method] {
        [
            .unary(Self.path("OpenLine")) { call, request in openLine(call, request) },
            .unary(Self.path("GetLine")) { call, request in getLine(call, request) },
            .unary(Self.path("ListLines"), class: .offloaded) { call, request in
                listLines(call, request)
            },
            .unary(Self.path("ChangeLimit")) { call, request in
                changeLimit(call, request) { codec, key throws(MessageFault) in
                    try codec.changeLimit(request, key: key)
                }
            },
            .unary(Self.path("Renew")) { call, request in
                changeLimit(call, request) { codec, key throws(MessageFault) in
                    try codec.renew(request, key: key)
                }
            },
            write("SetTemporaryLimit") { codec, request, key in
                try codec.setTemporaryLimit(request, key: key)
            },
            write("Reprice") { codec, request, key in try codec.reprice(request, key: key) },
            write("WriteOff") { codec, request, key in try codec.writeOff(request, key: key) },
            write("CloseLine") { codec, request, key in try codec.closeLine(request, key: key) },
        ]
    }

    private func openLine(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.openLine(request, key: room.definition.identifierKey)
            let labels = try labels(of: call, wanted.labels)
            let raw = request.array()
            engine.write(call, request, key: wanted.requestKey, type: .lineOpened) { scratch, _ in
                guard let product = room.products[wanted.product] else {
                    throw Refusal.productUnknown
                }
                let terms = room.terms(of: wanted.product)
                let opening = LineOpening(
                    subject: wanted.subject, product: wanted.product,
                    currency: wanted.limit.currency, limitMinor: wanted.limit.amountMinor,
                    kind: terms.kind, chargesUseLimit: terms.chargesUseLimit,
                    nominalRatePpm: wanted.nominalRatePpm, renewalDay: wanted.renewalDay,
                    labels: labels.map(\.label))
                return WritePlan(
                    alternative: Alternative(
                        type: .lineOpened, subject: wanted.subject,
                        operations: [.openLine(opening)],
                        body: engine.body(
                            raw.span, labels: labels, change: Array(product.utf8), room,
                            scratch.codec)))
            }
        }
    }

    private func getLine(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let tenant = engine.tenantID(of: call)
            let context = engine.contexts[call.workerIndex]
            let ledger = engine.journal.ledger
            let id = try context.codec.getLine(request)
            guard let line = ledger.line(tenant, id) else { throw Refusal.lineUnknown }
            let blocks = ledger.blocks(tenant, of: line.subject)
            context.reply.removeAll(keepingCapacity: true)
            let isWritten =
                blocks.isEmpty
                && context.codec.appendPlainLineReply(
                    line,
                    product: context.products.name(line.product, of: tenant) {
                        engine.stores.products.names(of: tenant)[line.product]
                    },
                    behind: &context.reply)
            if !isWritten {
                context.codec.appendLineReply(
                    line, blocks: blocks, names: engine.stores.names(of: tenant),
                    behind: &context.reply)
            }
            let reply = context.reply
            call.reply(reply.span)
        }
    }

    /// Newest first; a page begins below the number that the one before ended with.
    private func listLines(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let tenant = room.definition.tenant
            let codec = Codec()
            let wanted = try codec.listLines(request, key: room.definition.identifierKey)
            // One more than the page tells whether there is a next one.
            let lines = engine.journal.ledger.lines(
                tenant, of: wanted.owner, before: wanted.after == 0 ? nil : LineID(wanted.after),
                countMax: wanted.pageSize + 1)
            guard let lines else { throw FieldRules.pageTokenInvalid }
            let page = Array(lines.prefix(wanted.pageSize))
            let next = lines.count > page.count ? page.last?.id.rawValue : nil
            let subject = engine.journal.ledger.subject(tenant, wanted.owner)
            call.reply(
                codec.linesReply(
                    page, subject: subject, next: next, names: engine.stores.names(of: tenant)))
        }
    }

    /// ChangeLimit and Renew: a raise needs consent.
    ///
    /// Whether it is one is seen in the durable line, so a change without consent is guarded: when
    /// another record moves the limit before it, it looks again. What has consent may be either.
    private func changeLimit(
        _ call: Call, _ request: Span<UInt8>,
        _ read: (Codec, HashKey) throws(MessageFault) -> LimitWrite
    ) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let tenant = room.definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try read(codec, room.definition.identifierKey)
            let raw = request.array()
            engine.write(
                call, request, key: wanted.write.requestKey, type: wanted.write.type,
                plansAgain: true, recordsRefusal: true
            ) { scratch, retry in
                if let retry { try Self.giveUp(retry) }
                let key = GuardKeys.limit(wanted.line)
                let seen = engine.journal.appliedSequence
                let now = engine.journal.ledger.line(tenant, wanted.line)?.limitMinor ?? .max
                guard wanted.hasConsent || wanted.limitMinor <= now else {
                    throw Refusal.message(FieldRules.consentMissing)
                }
                return WritePlan(
                    alternative: Alternative(
                        type: wanted.write.type, subject: .none,
                        operations: [wanted.write.operation], touches: [key],
                        body: scratch.codec.recordBody(request: raw)),
                    guards: wanted.hasConsent ? [] : [Guard(key: key, seenSequence: seen)])
            }
        }
    }

    /// An unknown line stays unknown; what is overtaken time and again is left to the caller.
    private static func giveUp(_ retry: Retry) throws(Status) {
        if retry.refusal == .lineUnknown { throw Refusal.lineUnknown }
        if retry.count >= DecisionRoad.planCountMax { throw Refusal.contended }
    }
}
