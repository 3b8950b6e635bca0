/// What was wrong with a message from outside, and in which field.
///
/// Shown to the caller, so the text names the field's rule and never repeats its value.
public struct MessageFault: Error, Sendable, Equatable {
    /// Documented reasons of `google.rpc.ErrorInfo`. Raw values are on the wire; they never change.
    public enum Reason: String, Sendable, CaseIterable {
        case messageMalformed = "MESSAGE_MALFORMED"
        case fieldMissing = "FIELD_MISSING"
        case textNotUTF8 = "TEXT_NOT_UTF8"
        case textHasNUL = "TEXT_HAS_NUL"
        case textTooLong = "TEXT_TOO_LONG"
        case tooManyItems = "TOO_MANY_ITEMS"
        case requestIDInvalid = "REQUEST_ID_INVALID"
        case amountNotPositive = "AMOUNT_NOT_POSITIVE"
        case amountTooLarge = "AMOUNT_TOO_LARGE"
        case currencyUnknown = "CURRENCY_UNKNOWN"
        case currencyNotOffered = "CURRENCY_NOT_OFFERED"
        case durationOutOfRange = "DURATION_OUT_OF_RANGE"
        case termOutOfRange = "TERM_OUT_OF_RANGE"
        case hopsOutOfRange = "HOPS_OUT_OF_RANGE"
        case countOutOfRange = "COUNT_OUT_OF_RANGE"
        case timeOutOfRange = "TIME_OUT_OF_RANGE"
        case pageTokenInvalid = "PAGE_TOKEN_INVALID"
        case columnsUneven = "COLUMNS_UNEVEN"
        case valueNotFinite = "VALUE_NOT_FINITE"
        case valueTypeMismatch = "VALUE_TYPE_MISMATCH"
        case categoryUnknown = "CATEGORY_UNKNOWN"
        case featureUnknown = "FEATURE_UNKNOWN"
        case featureTypeMissing = "FEATURE_TYPE_MISSING"
        case entityKindMissing = "ENTITY_KIND_MISSING"
        case relationMissing = "RELATION_MISSING"
        case markMissing = "MARK_MISSING"
        case linkToItself = "LINK_TO_ITSELF"
        case choiceUnknown = "CHOICE_UNKNOWN"
        case fieldUnexpected = "FIELD_UNEXPECTED"
        case rateOutOfRange = "RATE_OUT_OF_RANGE"
        case dateInvalid = "DATE_INVALID"
        case labelReserved = "LABEL_RESERVED"
        case labelTwice = "LABEL_TWICE"
        case consentMissing = "CONSENT_MISSING"
        case chainOpen = "CHAIN_OPEN"
        case scopeInvalid = "SCOPE_INVALID"
        case timeZoneUnknown = "TIME_ZONE_UNKNOWN"
    }

    public let reason: Reason
    /// The field's path as in the proto, such as "rows[3].subject_id"; empty for the whole message.
    public let field: String
    /// One sentence for the caller's developer.
    public let text: String

    /// A fault of `field`.
    public init(_ reason: Reason, field: String, _ text: String) {
        self.reason = reason
        self.field = field
        self.text = text
    }

    /// The same fault, one message further out: `field` becomes `outer.field`.
    func inside(_ outer: String) -> MessageFault {
        MessageFault(reason, field: field.isEmpty ? outer : "\(outer).\(field)", text)
    }
}
