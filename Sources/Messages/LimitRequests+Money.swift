internal import CMessages
internal import Domain
public import Ground

/// Why an entry is taken back. Raw values are on the wire.
public enum ReversalKind: UInt8, Sendable, CaseIterable {
    case correction = 1
    case refund = 2
    case returnedPayment = 3
    case chargeback = 4
}

/// ReverseEntryRequest, checked; the entry itself must be read.
public struct ReverseEntryRequest: Sendable {
    public var requestKey: Hash128
    public var entry: UInt64
    public var amountMinor: Int64
    public var kind: ReversalKind
}

extension Codec {
    /// LimitService.Repay.
    public func repay(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> RepayRequest {
        try unsafe decode(Schemas.repayRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            return try unsafe RepayRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                line: LineID(FieldRules.number(message.line_id)),
                amount: FieldRules.money(message.amount, "amount"))
        }
    }

    /// LimitService.PostCharge: a charge, or with `reclassify` the new age of a debt.
    public func postCharge(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.postChargeRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let line = unsafe LineID(FieldRules.number(message.line_id))
            let amount = unsafe try FieldRules.money(message.amount, "amount")
            let component = unsafe try FieldRules.choice(
                message.component, "component", as: DebtComponent.self)
            let age = unsafe try FieldRules.choice(message.age, "age", as: DebtAge.self)
            guard let reclassify = unsafe message.reclassify?.pointee else {
                try FieldRules.isCharge(component, "component")
                return LedgerWrite(
                    .charged, requestKey: requestKey,
                    .postCharge(
                        line: line, component: component, age: age,
                        amountMinor: amount.amountMinor, currency: amount.currency))
            }
            let from = unsafe try FieldRules.choice(
                reclassify.from_age, "reclassify.from_age", as: DebtAge.self)
            try FieldRules.differ(from, age, "reclassify.from_age")
            return LedgerWrite(
                .reclassified, requestKey: requestKey,
                .reclassify(
                    line: line, component: component, from: from, to: age,
                    amountMinor: amount.amountMinor, currency: amount.currency))
        }
    }

    /// LimitService.ReverseEntry.
    public func reverseEntry(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> ReverseEntryRequest {
        try unsafe decode(Schemas.reverseEntryRequest, bytes) { message throws(MessageFault) in
            let request = try unsafe ReverseEntryRequest(
                requestKey: FieldRules.requestID(message.request_id, key: key),
                entry: FieldRules.number(message.entry_id),
                amountMinor: FieldRules.amountMinor(message.amount_minor, "amount_minor"),
                kind: FieldRules.choice(message.kind, "kind"))
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return request
        }
    }
}

extension FieldRules {
    /// A charge is interest, a fee or a penalty.
    static func isCharge(_ component: DebtComponent, _ field: String) throws(MessageFault) {
        guard component != .principal else {
            throw MessageFault(
                .choiceUnknown, field: field,
                "principal is drawn by Commit; PostCharge moves it with reclassify only")
        }
    }

    /// A debt moves from one age to another one.
    static func differ(_ from: DebtAge, _ to: DebtAge, _ field: String) throws(MessageFault) {
        guard from != to else {
            throw MessageFault(.choiceUnknown, field: field, "\(field) must be another age")
        }
    }
}
