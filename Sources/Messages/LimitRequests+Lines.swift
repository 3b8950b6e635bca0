internal import CMessages
internal import Domain
public import Ground

/// Changes of a line's terms. Each says who decided it, and why.
extension Codec {
    /// LimitService.ChangeLimit.
    public func changeLimit(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LimitWrite {
        try unsafe decode(Schemas.changeLimitRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let line = unsafe LineID(FieldRules.number(message.line_id))
            let limit = unsafe try FieldRules.moneyOrZero(message.limit, "limit")
            let consent = unsafe try FieldRules.optional(
                message.consent_ref, "consent_ref", max: FieldRules.actorBytesMax)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return LimitWrite(
                write: LedgerWrite(
                    .limitChanged, requestKey: requestKey,
                    .changeLimit(
                        line: line, limitMinor: limit.amountMinor, currency: limit.currency)),
                line: line, limitMinor: limit.amountMinor, hasConsent: !consent.isEmpty)
        }
    }

    /// LimitService.SetTemporaryLimit.
    public func setTemporaryLimit(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.setTemporaryLimitRequest, bytes) {
            message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let line = unsafe LineID(FieldRules.number(message.line_id))
            let amount = unsafe try FieldRules.moneyOrZero(message.amount, "amount")
            let end = unsafe try FieldRules.timeMicros(message.ends_at_micros, "ends_at_micros")
            let consent = unsafe try FieldRules.optional(
                message.consent_ref, "consent_ref", max: FieldRules.actorBytesMax)
            if amount.amountMinor > 0 {
                guard end > 0 else {
                    throw MessageFault(
                        .fieldMissing, field: "ends_at_micros", "say when the raise ends")
                }
                guard !consent.isEmpty else { throw FieldRules.consentMissing }
            }
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return LedgerWrite(
                .temporaryLimitSet, requestKey: requestKey,
                .setTemporaryLimit(
                    line: line, amountMinor: amount.amountMinor, currency: amount.currency,
                    endsAtMicros: end))
        }
    }

    /// LimitService.Reprice.
    public func reprice(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.repriceRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let price = try unsafe PendingPrice(
                nominalRatePpm: FieldRules.ratePpm(message.nominal_rate_ppm, "nominal_rate_ppm"),
                effectiveAtMicros: FieldRules.timeMicros(
                    message.effective_at_micros, "effective_at_micros"),
                appliesToAll: FieldRules.choice(
                    message.applies_to, "applies_to", as: RepriceScope.self) == .all)
            unsafe _ = try FieldRules.required(
                message.notice_ref, "notice_ref", max: FieldRules.actorBytesMax)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .repriced, requestKey: requestKey,
                .reprice(line: LineID(FieldRules.number(message.line_id)), price: price))
        }
    }

    private enum RepriceScope: UInt8 {
        case newDrawings = 1
        case all = 2
    }

    /// LimitService.Renew.
    public func renew(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LimitWrite {
        try unsafe decode(Schemas.renewRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let line = unsafe LineID(FieldRules.number(message.line_id))
            let day = unsafe try FieldRules.day(
                message.renewal_date, "renewal_date", isRequired: true)
            let limit = unsafe try FieldRules.amountMinorOrZero(message.limit_minor, "limit_minor")
            let consent = unsafe try FieldRules.optional(
                message.consent_ref, "consent_ref", max: FieldRules.actorBytesMax)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return LimitWrite(
                write: LedgerWrite(
                    .renewed, requestKey: requestKey,
                    .renew(line: line, renewalDay: day, limitMinor: limit)),
                line: line, limitMinor: limit, hasConsent: !consent.isEmpty)
        }
    }

    /// LimitService.WriteOff.
    public func writeOff(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.writeOffRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .writtenOff, requestKey: requestKey,
                .writeOff(line: LineID(FieldRules.number(message.line_id))))
        }
    }

    /// LimitService.CloseLine.
    public func closeLine(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.closeLineRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .lineClosed, requestKey: requestKey,
                .closeLine(line: LineID(FieldRules.number(message.line_id))))
        }
    }
}

extension FieldRules {
    /// A raise without consent.
    public static let consentMissing = MessageFault(
        .consentMissing, field: "consent_ref", "a raise needs the customer's consent: say where")
}
