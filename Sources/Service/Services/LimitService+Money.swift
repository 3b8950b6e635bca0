internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// What is owed: charged, repaid, taken back.
extension LimitService {
    var money: [Method] {
        [
            write("PostCharge") { codec, request, key in try codec.postCharge(request, key: key) },
            .unary(Self.path("Repay")) { call, request in repay(call, request) },
            .unary(Self.path("ReverseEntry"), class: .offloaded) { call, request in
                reverseEntry(call, request)
            },
        ]
    }

    private func repay(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.repay(request, key: room.definition.identifierKey)
            let terms = RepaymentTerms(room: room, journal: engine.journal)
            let (waterfall, touches) = terms.of(wanted.line)
            engine.write(
                call, request, key: wanted.requestKey,
                Alternative(
                    type: .repaid, subject: .none,
                    operations: [
                        .repay(
                            line: wanted.line, amountMinor: wanted.amount.amountMinor,
                            currency: wanted.amount.currency, waterfall: waterfall)
                    ], touches: touches, body: Codec.recordBody(request: request)))
        }
    }

    /// The entry's record is read here, off the worker: the sequencer reads no disk.
    private func reverseEntry(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.codec(for: call)
            let wanted = try codec.reverseEntry(request, key: room.definition.identifierKey)
            let reader = EntryReader(journal: engine.journal, tenant: room.definition.tenant)
            guard let entry = try reader.entry(wanted.entry, codec) else {
                throw Refusal.entryUnknown
            }
            guard wanted.kind.suits(entry.kind) else { throw Refusal.kindMismatch }
            let terms = RepaymentTerms(room: room, journal: engine.journal)
            let touches = terms.of(entry.line).touches
            let raw = request.array()
            engine.write(
                call, request, key: wanted.requestKey, type: .entryReversed
            ) { scratch, _ in
                WritePlan(
                    alternative: Alternative(
                        type: .entryReversed, subject: .none,
                        operations: [.reverse(entry, amountMinor: wanted.amountMinor)],
                        touches: touches, body: scratch.codec.recordBody(request: raw)))
            }
        }
    }
}

/// How repayments of a tenant's lines are spread, and whom they disturb.
struct RepaymentTerms {
    let room: TenantRoom
    let journal: Journal

    /// The order of a line's product, and what a change of its principal touches: a repayment of an
    /// instalment line lowers its limit, which a cut without consent relies on.
    ///
    /// Tenants without terms of their own are not asked for the line: some 50 ns a repayment.
    func of(_ line: LineID) -> (waterfall: Waterfall, touches: [Hash128]) {
        guard room.hasOwnTerms, let image = journal.ledger.line(room.definition.tenant, line)
        else { return (.usual, []) }
        let waterfall = room.terms(of: image.product).waterfall
        return (waterfall, image.kind == .instalment ? [GuardKeys.limit(line)] : [])
    }
}
