internal import CMessages
public import Domain
public import Ground

/// OpenLineRequest, checked.
public struct OpenLineRequest: Sendable {
    public var requestKey: Hash128
    public var subject: SubjectID
    public var product: Hash128
    public var limit: Money
    public var nominalRatePpm: UInt32
    /// Days since 1970; 0 is none.
    public var renewalDay: UInt32
    public var labels: [NamedLabel]
}

/// ReserveRequest, checked.
public struct ReserveRequest: Sendable {
    public var requestKey: Hash128
    public var line: LineID
    public var amount: Money
    public var durationMicros: Int64
    public var labels: [NamedLabel]
}

/// RepayRequest, checked.
public struct RepayRequest: Sendable {
    public var requestKey: Hash128
    public var line: LineID
    public var amount: Money
}

/// A page of something, checked.
public struct PageRequest<Owner: Sendable>: Sendable {
    public var owner: Owner
    public var pageSize: Int
    /// The page begins behind this number; 0 at the start.
    public var after: UInt64
}

extension Codec {
    /// LimitService.OpenLine. `key` hashes the tenant's identifiers.
    public func openLine(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> OpenLineRequest {
        try unsafe decode(Schemas.openLineRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            return try unsafe OpenLineRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                subject: SubjectID(
                    FieldRules.identifier(message.subject_id, "subject_id", key: key)),
                product: FieldRules.identifier(
                    message.product, "product", key: key, max: FieldRules.nameBytesMax),
                limit: FieldRules.money(message.limit, "limit"),
                nominalRatePpm: FieldRules.ratePpm(message.nominal_rate_ppm, "nominal_rate_ppm"),
                renewalDay: FieldRules.day(message.renewal_date, "renewal_date"),
                labels: FieldRules.labels(message.labels, message.n_labels, key: key))
        }
    }

    /// LimitService.GetLine: the line's number, 0 when it can be none.
    public func getLine(_ bytes: Span<UInt8>) throws(MessageFault) -> LineID {
        if let number = PlainRequest.number(bytes) { return LineID(FieldRules.number(number)) }
        return try unsafe decode(Schemas.getLineRequest, bytes) { message in
            unsafe LineID(FieldRules.number(message.line_id))
        }
    }

    /// LimitService.ListLines. Reason of its bound: a line may carry blocks and labels.
    public func listLines(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> PageRequest<SubjectID> {
        try unsafe decode(Schemas.listLinesRequest, bytes) { message throws(MessageFault) in
            try unsafe PageRequest(
                owner: SubjectID(
                    FieldRules.identifier(message.subject_id, "subject_id", key: key)),
                pageSize: FieldRules.pageSize(message.page_size, default: 100, max: 100),
                after: FieldRules.pageToken(message.page_token))
        }
    }

    /// LimitService.ListHolds.
    public func listHolds(_ bytes: Span<UInt8>) throws(MessageFault) -> PageRequest<LineID> {
        try unsafe decode(Schemas.listHoldsRequest, bytes) { message throws(MessageFault) in
            try unsafe PageRequest(
                owner: LineID(FieldRules.number(message.line_id)),
                pageSize: FieldRules.pageSize(message.page_size, default: 100, max: 1_000),
                after: FieldRules.pageToken(message.page_token))
        }
    }

    /// LimitService.Reserve.
    public func reserve(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> ReserveRequest {
        try unsafe decode(Schemas.reserveRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            return try unsafe ReserveRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                line: LineID(FieldRules.number(message.line_id)),
                amount: FieldRules.money(message.amount, "amount"),
                durationMicros: FieldRules.holdMicros(message.ttl_seconds, "ttl_seconds"),
                labels: FieldRules.labels(message.labels, message.n_labels, key: key))
        }
    }

    /// LimitService.GetHold: the hold's number, 0 when it can be none.
    public func getHold(_ bytes: Span<UInt8>) throws(MessageFault) -> HoldID {
        if let number = PlainRequest.number(bytes) { return HoldID(FieldRules.number(number)) }
        return try unsafe decode(Schemas.getHoldRequest, bytes) { message in
            unsafe HoldID(FieldRules.number(message.hold_id))
        }
    }

    /// LimitService.ExtendHold.
    public func extendHold(
        _ bytes: Span<UInt8>, key: HashKey, nowMicros: Int64
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.extendHoldRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let end = unsafe try FieldRules.holdEnd(
                ttlSeconds: message.ttl_seconds, expiresAtMicros: message.expires_at_micros,
                nowMicros: nowMicros)
            return unsafe LedgerWrite(
                .holdExtended, requestKey: requestKey,
                .extend(
                    hold: HoldID(FieldRules.number(message.hold_id)), expiresAtMicros: end))
        }
    }

    /// LimitService.Commit.
    public func commit(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.commitRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let amount = unsafe try FieldRules.money(message.amount, "amount")
            return unsafe LedgerWrite(
                .holdCommitted, requestKey: requestKey,
                .commit(
                    hold: HoldID(FieldRules.number(message.hold_id)),
                    amountMinor: amount.amountMinor, currency: amount.currency,
                    keepsRest: message.keep_rest != 0))
        }
    }

    /// LimitService.Release.
    public func release(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.releaseRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            return try unsafe LedgerWrite(
                .holdReleased,
                requestKey: FieldRules.requestID(message.request_id, key: key),
                .release(hold: HoldID(FieldRules.number(message.hold_id))))
        }
    }
}

extension FieldRules {
    /// The new end of a hold: of two ways to say it, exactly one.
    static func holdEnd(
        ttlSeconds: Int64, expiresAtMicros: Int64, nowMicros: Int64
    ) throws(MessageFault) -> Int64 {
        guard expiresAtMicros == 0 || ttlSeconds == 0 else {
            throw MessageFault(
                .fieldUnexpected, field: "expires_at_micros",
                "give ttl_seconds or expires_at_micros, not both")
        }
        if expiresAtMicros != 0 {
            let end = try timeMicros(expiresAtMicros, "expires_at_micros")
            guard end <= nowMicros + holdSecondsMax * 1_000_000 else {
                throw MessageFault(
                    .timeOutOfRange, field: "expires_at_micros",
                    "a hold ends at most \(holdSecondsMax) seconds from now")
            }
            return end
        }
        guard ttlSeconds != 0 else {
            throw MessageFault(
                .fieldMissing, field: "ttl_seconds",
                "ttl_seconds or expires_at_micros is required")
        }
        return nowMicros + (try holdMicros(ttlSeconds, "ttl_seconds"))
    }
}
