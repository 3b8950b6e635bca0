internal import CMessages
public import Domain
public import Ground

/// OpenLineRequest, checked.
public struct OpenLineRequest: Sendable {
    public var requestKey: Hash128
    public var subject: SubjectID
    public var product: Hash128
    public var limit: Money
}

/// ReserveRequest, checked.
public struct ReserveRequest: Sendable {
    public var requestKey: Hash128
    public var line: LineID
    public var amount: Money
    public var durationMicros: Int64
}

/// CommitRequest, checked.
public struct CommitRequest: Sendable {
    public var requestKey: Hash128
    public var hold: HoldID
    public var amount: Money
    public var keepsRest: Bool
}

/// ReleaseRequest, checked.
public struct ReleaseRequest: Sendable {
    public var requestKey: Hash128
    public var hold: HoldID
}

/// RepayRequest, checked.
public struct RepayRequest: Sendable {
    public var requestKey: Hash128
    public var line: LineID
    public var amount: Money
}

extension Codec {
    /// LimitService.OpenLine. `key` hashes the tenant's identifiers.
    public func openLine(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> OpenLineRequest {
        try unsafe decode(Schemas.openLineRequest, bytes) { message throws(MessageFault) in
            try unsafe OpenLineRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                subject: SubjectID(
                    FieldRules.identifier(message.subject_id, "subject_id", key: key)),
                product: FieldRules.identifier(
                    message.product, "product", key: key, max: FieldRules.nameBytesMax),
                limit: FieldRules.money(message.limit, "limit"))
        }
    }

    /// LimitService.GetLine: the line's number, 0 when it can be none.
    public func getLine(_ bytes: Span<UInt8>) throws(MessageFault) -> LineID {
        try unsafe decode(Schemas.getLineRequest, bytes) { message in
            unsafe LineID(FieldRules.number(message.line_id))
        }
    }

    /// LimitService.Reserve.
    public func reserve(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> ReserveRequest {
        try unsafe decode(Schemas.reserveRequest, bytes) { message throws(MessageFault) in
            try unsafe ReserveRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                line: LineID(FieldRules.number(message.line_id)),
                amount: FieldRules.money(message.amount, "amount"),
                durationMicros: FieldRules.holdMicros(message.ttl_seconds, "ttl_seconds"))
        }
    }

    /// LimitService.GetHold: the hold's number, 0 when it can be none.
    public func getHold(_ bytes: Span<UInt8>) throws(MessageFault) -> HoldID {
        try unsafe decode(Schemas.getHoldRequest, bytes) { message in
            unsafe HoldID(FieldRules.number(message.hold_id))
        }
    }

    /// LimitService.Commit.
    public func commit(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> CommitRequest {
        try unsafe decode(Schemas.commitRequest, bytes) { message throws(MessageFault) in
            try unsafe CommitRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                hold: HoldID(FieldRules.number(message.hold_id)),
                amount: FieldRules.money(message.amount, "amount"),
                keepsRest: message.keep_rest != 0)
        }
    }

    /// LimitService.Release.
    public func release(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> ReleaseRequest {
        try unsafe decode(Schemas.releaseRequest, bytes) { message throws(MessageFault) in
            try unsafe ReleaseRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                hold: HoldID(FieldRules.number(message.hold_id)))
        }
    }

    /// LimitService.Repay.
    public func repay(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> RepayRequest {
        try unsafe decode(Schemas.repayRequest, bytes) { message throws(MessageFault) in
            try unsafe RepayRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                line: LineID(FieldRules.number(message.line_id)),
                amount: FieldRules.money(message.amount, "amount"))
        }
    }
}
