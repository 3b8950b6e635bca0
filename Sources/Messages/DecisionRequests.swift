internal import CMessages
public import Domain
public import Ground

/// Where an approval's hold goes.
public enum HoldTarget: Sendable, Hashable {
    case line(LineID)
    case openLine
}

/// HoldOption, checked.
public struct HoldWish: Sendable, Hashable {
    public var target: HoldTarget
    public var durationMicros: Int64
    /// The caller's, for the hold and for a line that is opened.
    public var labels: [NamedLabel] = []
}

/// EvaluateRequest, checked.
public struct EvaluateRequest: Sendable {
    public var requestKey: Hash128
    public var subject: SubjectID
    public var product: Hash128
    public var amount: Money
    public var termMonths: Int
    public var hold: HoldWish?
}

/// ScoreRequest, checked.
public struct ScoreRequest: Sendable {
    public var subject: SubjectID
    public var model: String
    public var explains: Bool
}

extension Codec {
    /// DecisionService.Evaluate.
    public func evaluate(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> EvaluateRequest {
        try unsafe decode(Schemas.evaluateRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let term = unsafe message.term_months
            guard (1...FieldRules.termMonthsMax).contains(term) else {
                throw MessageFault(
                    .termOutOfRange, field: "term_months",
                    "term_months must be from 1 to \(FieldRules.termMonthsMax)")
            }
            return unsafe try EvaluateRequest(
                requestKey: requestKey,
                subject: SubjectID(
                    FieldRules.identifier(message.subject_id, "subject_id", key: key)),
                product: FieldRules.identifier(
                    message.product, "product", key: key, max: FieldRules.nameBytesMax),
                amount: FieldRules.money(message.amount, "amount"), termMonths: Int(term),
                hold: Self.holdWish(message.hold, key: key))
        }
    }

    private static func holdWish(
        _ pointer: UnsafeMutablePointer<Creditrisk__V1__HoldOption>?, key: HashKey
    ) throws(MessageFault) -> HoldWish? {
        guard let message = unsafe pointer?.pointee else { return nil }
        let duration = unsafe try FieldRules.holdMicros(message.ttl_seconds, "hold.ttl_seconds")
        let labels = unsafe try FieldRules.labels(
            message.labels, message.n_labels, "hold.labels", key: key)
        switch unsafe message.target_case {
        case CREDITRISK__V1__HOLD_OPTION__TARGET_LINE_ID:
            let line = unsafe LineID(FieldRules.number(message.line_id))
            return HoldWish(target: .line(line), durationMicros: duration, labels: labels)
        case CREDITRISK__V1__HOLD_OPTION__TARGET_OPEN_LINE where unsafe message.open_line != 0:
            return HoldWish(target: .openLine, durationMicros: duration, labels: labels)
        default:
            throw MessageFault(
                .fieldMissing, field: "hold.target",
                "hold needs a line_id, or open_line set to true")
        }
    }

    /// DecisionService.GetDecision: the decision's number, 0 when it can be none.
    public func getDecision(_ bytes: Span<UInt8>) throws(MessageFault) -> UInt64 {
        try unsafe decode(Schemas.getDecisionRequest, bytes) { message in
            unsafe FieldRules.number(message.decision_id)
        }
    }

    /// ScoringService.Score.
    public func score(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> ScoreRequest {
        try unsafe decode(Schemas.scoreRequest, bytes) { message throws(MessageFault) in
            try unsafe ScoreRequest(
                subject: SubjectID(
                    FieldRules.identifier(message.subject_id, "subject_id", key: key)),
                model: FieldRules.requiredText(
                    message.model, "model", max: FieldRules.nameBytesMax),
                explains: message.explain != 0)
        }
    }
}
