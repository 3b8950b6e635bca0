internal import CMessages
internal import Domain
public import Ground

/// Blocks on lines and subjects.
extension Codec {
    /// LimitService.Freeze.
    public func freeze(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.freezeRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let target: BlockTarget
            switch unsafe message.target_case {
            case CREDITRISK__V1__FREEZE_REQUEST__TARGET_LINE_ID:
                target = unsafe .line(LineID(FieldRules.number(message.line_id)))
            case CREDITRISK__V1__FREEZE_REQUEST__TARGET_SUBJECT_ID:
                target = unsafe try .subject(
                    SubjectID(FieldRules.identifier(message.subject_id, "subject_id", key: key)))
            default: throw FieldRules.targetMissing
            }
            let cause = unsafe try FieldRules.choice(message.cause, "cause", as: BlockCause.self)
            let scope = unsafe try FieldRules.choice(message.scope, "scope", as: BlockScope.self)
            let until = unsafe try FieldRules.timeMicros(message.until_micros, "until_micros")
            let pending = unsafe try FieldRules.choice(
                message.pending_holds, "pending_holds", as: PendingHolds.self)
            let actor = unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return LedgerWrite(
                .frozen, requestKey: requestKey, subject: target.subject,
                .freeze(
                    target, cause: cause, scope: scope,
                    untilMicros: until == 0 ? .max : until, actor: actor, pending: pending))
        }
    }

    /// LimitService.Unfreeze.
    public func unfreeze(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.unfreezeRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let target: BlockTarget
            switch unsafe message.target_case {
            case CREDITRISK__V1__UNFREEZE_REQUEST__TARGET_LINE_ID:
                target = unsafe .line(LineID(FieldRules.number(message.line_id)))
            case CREDITRISK__V1__UNFREEZE_REQUEST__TARGET_SUBJECT_ID:
                target = unsafe try .subject(
                    SubjectID(FieldRules.identifier(message.subject_id, "subject_id", key: key)))
            default: throw FieldRules.targetMissing
            }
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .unfrozen, requestKey: requestKey, subject: target.subject,
                .unfreeze(target, block: FieldRules.number(message.block_id)))
        }
    }
}

extension FieldRules {
    static let targetMissing = MessageFault(
        .fieldMissing, field: "line_id", "line_id or subject_id is required")
}

extension BlockTarget {
    /// The subject, if that is what is meant.
    fileprivate var subject: SubjectID {
        switch self {
        case .line: .none
        case .subject(let subject): subject
        }
    }
}
