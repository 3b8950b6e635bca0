public import Domain
public import Features
public import Messages
internal import Scoring

extension DecisionScratch {
    /// One model's answer for one subject, from the hot cache; nil when the subject is unknown.
    public func score(
        _ subject: SubjectID, by bound: BoundModel, tenant: TenantID, features: HotFeatureCache,
        explains: Bool
    ) -> ScoreReply? {
        modelValues.removeAll(keepingCapacity: true)
        for _ in bound.featureIDs { modelValues.append(.nan) }
        let outcome = features.gather(
            tenant: tenant, subject: subject, ids: bound.featureIDs, into: &modelValues)
        guard case .found(let missingCount) = outcome else { return nil }
        bound.translate(&modelValues)
        let values = modelValues
        var reasons: [ReasonMessage] = []
        if explains { reasons = bound.reasons(of: values.span) }
        let result = bound.model.score(values.span)
        return ScoreReply(
            model: bound.model.description.name, version: bound.model.description.version,
            probability: result.probability, margin: result.margin, points: result.points ?? 0,
            missingCount: missingCount,
            reasons: reasons)
    }
}
