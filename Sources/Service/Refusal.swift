internal import Decisions
internal import Domain
internal import Features
internal import GRPC
internal import Messages
internal import Tenancy

/// Every status error that the services answer, in one place: code, reason, words.
///
/// Domain of every reason: "creditrisk". Business refusals are not here: they are outcomes.
enum Refusal {
    static let domain = "creditrisk"

    static func status(
        _ code: StatusCode, _ reason: String, _ message: String,
        field: String? = nil, metadata: [(String, String)] = [], retryDelayMillis: Int64? = nil
    ) -> Status {
        Status.withDetails(
            code, message, reason: reason, domain: domain, metadata: metadata,
            fieldViolations: field.map { [($0, message)] } ?? [],
            retryDelayMillis: retryDelayMillis)
    }

    /// A message that breaks a rule. What is no protobuf at all is INTERNAL, as gRPC has it.
    static func message(_ fault: MessageFault) -> Status {
        let code: StatusCode = fault.reason == .messageMalformed ? .internal : .invalidArgument
        return status(
            code, fault.reason.rawValue, fault.text, field: fault.field.isEmpty ? nil : fault.field)
    }

    static func unknown(_ what: String, _ reason: String, field: String) -> Status {
        status(.notFound, reason, "the tenant has no such \(what)", field: field)
    }

    static let subjectUnknown = unknown("subject", "SUBJECT_UNKNOWN", field: "subject_id")
    static let lineUnknown = unknown("line", "LINE_UNKNOWN", field: "line_id")
    static let holdUnknown = unknown("hold", "HOLD_UNKNOWN", field: "hold_id")
    static let productUnknown = unknown("product", "PRODUCT_UNKNOWN", field: "product")
    static let modelUnknown = unknown("model", "MODEL_UNKNOWN", field: "model")
    static let decisionUnknown = unknown("decision", "DECISION_UNKNOWN", field: "decision_id")
    static let entityUnknown = unknown("entity", "ENTITY_UNKNOWN", field: "entity")

    static let requestIDReused = status(
        .alreadyExists, "REQUEST_ID_REUSED",
        "this request_id came before with another request; use a new one", field: "request_id")
    static let deadlinePassed = status(
        .deadlineExceeded, "DEADLINE_PASSED", "the deadline passed before the call's turn")
    static let noSpace = status(
        .resourceExhausted, "NO_SPACE",
        "the disk is full: writes are refused, reads go on", retryDelayMillis: 1_000)
    static let overloaded = status(
        .unavailable, "OVERLOADED", "too many writes are waiting; repeat the call",
        retryDelayMillis: 100)
    static let outcomeUnknown = status(
        .unavailable, "OUTCOME_UNKNOWN",
        "the commit failed and may or may not stand; repeat the call with the same request_id",
        retryDelayMillis: 1_000)
    static let contended = status(
        .aborted, "CONTENDED", "what the call relied on kept changing; repeat it",
        retryDelayMillis: 10)
    static let requestTooLarge = status(
        .resourceExhausted, "MESSAGE_TOO_LARGE", "this request may have at most 16 KiB")
    static let recordTooLarge = status(
        .resourceExhausted, "RECORD_TOO_LARGE",
        "the request is too large for one record; send it in parts")
    static let recordDamaged = status(
        .dataLoss, "RECORD_UNREADABLE", "a stored record cannot be read")

    static let webKeyRefused = status(
        .permissionDenied, "WEB_KEY_REFUSED",
        "a lender's key is not taken over gRPC-Web; call from a server of your own")

    static func key(_ refusal: KeyRing.Refusal) -> Status {
        switch refusal {
        case .keyMissing:
            status(
                .unauthenticated, "KEY_MISSING", "send the metadata authorization: Bearer KEY")
        case .keyUnknown:
            status(.unauthenticated, "KEY_UNKNOWN", "the key is not known")
        }
    }

    /// A value or definition that the registry refuses.
    static func feature(_ error: FeatureError, field: String) -> Status {
        status(
            error.code, error.reason, error.description, field: field,
            metadata: [("feature", error.feature)])
    }

    static func binding(_ fault: BindingFault, model: String) -> Status {
        switch fault {
        case .featuresMissing(let names):
            status(
                .failedPrecondition, "MODEL_NOT_BOUND",
                "the model \(model) reads features that are not registered: "
                    + names.joined(separator: ", "), field: "model")
        case .featureProhibited(let name):
            status(
                .failedPrecondition, "MODEL_USES_PROHIBITED_FEATURE",
                "the model \(model) reads \(name), which is prohibited", field: "model")
        }
    }
}

extension Refusal {
    /// Why an application is not decided.
    static func road(_ fault: RoadFault) -> Status {
        switch fault {
        case .productUnknown: productUnknown
        case .subjectUnknown: subjectUnknown
        case .lineUnknown: unknown("line", "LINE_UNKNOWN", field: "hold.line_id")
        case .policyNotBound(let problem):
            status(.failedPrecondition, "POLICY_NOT_BOUND", problem, field: "product")
        case .currencyNotOffered(let currency):
            status(
                .invalidArgument, "CURRENCY_NOT_OFFERED",
                "the product is offered in \(currency.code) only", field: "amount.currency")
        }
    }
}

extension FeatureError {
    /// What gRPC calls it: a clash with the registry, or a bad argument.
    fileprivate var code: StatusCode {
        switch self {
        case .meaningChanged, .dictionaryChanged: .alreadyExists
        case .registryFull: .resourceExhausted
        default: .invalidArgument
        }
    }

    /// The documented reason.
    fileprivate var reason: String {
        switch self {
        case .nameInvalid: "FEATURE_NAME_INVALID"
        case .namedTwice: "FEATURE_NAMED_TWICE"
        case .registryFull: "REGISTRY_FULL"
        case .meaningChanged, .dictionaryChanged: "FEATURE_CONFLICT"
        case .dictionarySizeInvalid, .categoryNameInvalid: "CATEGORIES_INVALID"
        case .textTooLong: "TEXT_TOO_LONG"
        case .featureUnknown, .featureNumberUnknown: "FEATURE_UNKNOWN"
        case .valueNotFinite: "VALUE_NOT_FINITE"
        case .valueNotWhole, .valueOutOfRange, .valueNotBoolean: "VALUE_TYPE_MISMATCH"
        case .categoryCodeUnknown, .categoryUnknown: "CATEGORY_UNKNOWN"
        }
    }
}
