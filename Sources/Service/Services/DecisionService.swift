internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// creditrisk.v1.DecisionService: applications decided, and decisions read again.
struct DecisionService: Sendable {
    let engine: Engine
    private let road: DecisionRoad

    init(engine: Engine) {
        self.engine = engine
        road = DecisionRoad(stores: engine.stores, journal: engine.journal)
    }

    var methods: [Method] {
        let path = "/creditrisk.v1.DecisionService/"
        return [
            .unary(path + "Evaluate") { call, request in evaluate(call, request) },
            .unary(path + "GetDecision", class: .offloaded) { call, request in
                getDecision(call, request)
            },
        ]
    }

    private func evaluate(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.evaluate(request, key: room.definition.identifierKey)
            let labels = engine.credentialLabels(of: call)
            if let wish = wanted.hold {
                try FieldRules.fits(wish.labels.count, beside: labels.count)
            }
            let raw = request.array()
            engine.write(
                call, request, key: wanted.requestKey, type: .decision, plansAgain: true
            ) { scratch, retry in
                do throws(RoadFault) {
                    let planned = try road.decide(
                        wanted, raw: raw, in: room, nowMicros: engine.nowMicros, labels: labels,
                        retry: retry, scratch: scratch)
                    return WritePlan(alternative: planned.alternative, guards: planned.guards)
                } catch {
                    throw Refusal.road(error)
                }
            }
        }
    }

    private func getDecision(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = Codec()
            let number = try codec.getDecision(request)
            let record = try engine.journal.read(
                tenant: room.definition.tenant, tenantSequence: number)
            guard let record, record.type == .decision else { throw Refusal.decisionUnknown }
            let names = engine.stores.names(of: room.definition.tenant)
            call.reply(try codec.decisionReply(record, names: names))
        }
    }
}
