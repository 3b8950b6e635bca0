internal import Decisions
internal import Domain
internal import GRPC
internal import Messages

/// creditrisk.v1.ScoringService: models, asked directly.
struct ScoringService: Sendable {
    let engine: Engine

    var methods: [Method] {
        [
            .unary("/creditrisk.v1.ScoringService/Score") { call, request in
                score(call, request)
            }
        ]
    }

    private func score(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let context = engine.contexts[call.workerIndex]
            let wanted = try context.codec.score(request, key: room.definition.identifierKey)
            let model: BoundModel
            switch room.plan.models[wanted.model] {
            case .success(let bound): model = bound
            case .failure(let fault): throw Refusal.binding(fault, model: wanted.model)
            case nil: throw Refusal.modelUnknown
            }
            let scored = context.scratch.score(
                wanted.subject, by: model, tenant: room.definition.tenant,
                features: engine.stores.features, explains: wanted.explains)
            guard let scored else { throw Refusal.subjectUnknown }
            call.reply(context.codec.scoreReply(scored))
        }
    }
}
