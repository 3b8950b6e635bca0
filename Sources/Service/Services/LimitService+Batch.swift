internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// Many operations in one record.
extension LimitService {
    var batch: [Method] {
        [
            .unary(
                Self.path("BatchApply"),
                class: .inlineUpTo(bytes: Engine.inlineRequestBytesMax)
            ) { call, request in batchApply(call, request) }
        ]
    }

    private func batchApply(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.codec(for: call)
            let own = engine.credentialLabels(of: call)
            let made = BatchMaking(room: room, journal: engine.journal)
            let batch = try codec.batchApply(
                request, in: made.context(nowMicros: engine.nowMicros, labels: own))
            let labels = batch.labels.isEmpty ? own : own + batch.labels
            let known = engine.stores.products.names(of: room.definition.tenant)
            let products = made.products.filter { known[$0.key] == nil }
            let body = engine.body(
                request, labels: labels,
                change: products.isEmpty ? [] : ProductBook.encode(products), room, codec)
            let touches = Array(made.touches)
            engine.write(call, request, key: batch.requestKey, type: .batchApplied) { _, _ in
                if let place = batch.unknownProduct {
                    throw Refusal.unknown(
                        "product", "PRODUCT_UNKNOWN", field: "operations[\(place)].product")
                }
                var alternative = Alternative(
                    type: .batchApplied, subject: .none, operations: batch.operations,
                    touches: touches, body: body)
                alternative.chains = batch.chains
                return WritePlan(alternative: alternative)
            }
        }
    }
}

/// What the operations of one batch ask of their tenant, remembered while they are read.
///
/// Thread: the one that reads the batch.
private final class BatchMaking {
    private let room: TenantRoom
    private let terms: RepaymentTerms
    /// Names of the products whose lines it opens.
    private(set) var products: ProductNames = [:]
    private(set) var touches: Set<Hash128> = []

    init(room: TenantRoom, journal: Journal) {
        self.room = room
        terms = RepaymentTerms(room: room, journal: journal)
    }

    func context(nowMicros: Int64, labels: [NamedLabel]) -> BatchContext {
        BatchContext(
            key: room.definition.identifierKey, nowMicros: nowMicros,
            credentialLabels: labels.map(\.label),
            opening: { subject, product, limit in
                self.opening(subject, product, limit)
            }, waterfall: { line in self.waterfall(line) })
    }

    private func opening(
        _ subject: SubjectID, _ product: Hash128, _ limit: Money
    ) -> LineOpening? {
        guard let name = room.products[product] else { return nil }
        products[product] = name
        let terms = room.terms(of: product)
        return LineOpening(
            subject: subject, product: product, currency: limit.currency,
            limitMinor: limit.amountMinor, kind: terms.kind,
            chargesUseLimit: terms.chargesUseLimit)
    }

    private func waterfall(_ line: LineID) -> Waterfall {
        let (waterfall, touches) = terms.of(line)
        for key in touches { self.touches.insert(key) }
        return waterfall
    }
}
