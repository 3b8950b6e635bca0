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
    static let blockUnknown = unknown("block", "BLOCK_UNKNOWN", field: "block_id")
    static let entryUnknown = unknown(
        "entry that can be taken back", "ENTRY_UNKNOWN", field: "entry_id")
    static let portfolioLimitUnknown = unknown(
        "portfolio limit", "PORTFOLIO_LIMIT_UNKNOWN", field: "portfolio_limit_id")
    static let kindMismatch = status(
        .invalidArgument, "KIND_MISMATCH", "entries of this sort are not taken back so",
        field: "kind")
    static let timeZoneUnknown = status(
        .invalidArgument, "TIME_ZONE_UNKNOWN",
        "time_zone must be an IANA name such as Europe/Berlin", field: "time_zone")
    static let counterKeysInvalid = status(
        .invalidArgument, "SCOPE_INVALID",
        "keys must name one value for each open part of the scope", field: "keys")
    static let goingAway = status(
        .unavailable, "GOING_AWAY", "the server stops; resume behind the last entry",
        retryDelayMillis: 1_000)
    static let tooManyWatches = status(
        .resourceExhausted, "TOO_MANY_WATCHES", "too many streams watch already",
        retryDelayMillis: 1_000)
    static let productUnknown = unknown("product", "PRODUCT_UNKNOWN", field: "product")
    static let modelUnknown = unknown("model", "MODEL_UNKNOWN", field: "model")
    static let decisionUnknown = unknown("decision", "DECISION_UNKNOWN", field: "decision_id")
    static let entityUnknown = unknown("entity", "ENTITY_UNKNOWN", field: "entity")

    static let requestIDReused = status(
        .alreadyExists, "REQUEST_ID_REUSED",
        "this request_id came before with another request; use a new one", field: "request_id")
    static let requestIDExpired = status(
        .outOfRange, "REQUEST_ID_EXPIRED",
        "this request_id is older than the window in which ids are taken, and no such request is "
            + "remembered: nothing was executed now; look at what is there before a new id",
        field: "request_id")
    static let requestIDFromFuture = status(
        .invalidArgument, "REQUEST_ID_FROM_FUTURE",
        "this request_id states a time more than five minutes ahead of the server's clock",
        field: "request_id")
    static let requestLookUpFailed = status(
        .unavailable, "REQUEST_LOOKUP_FAILED",
        "whether this request_id came before could not be read: nothing was executed; repeat it",
        retryDelayMillis: 1_000)
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
    /// A batch whose lines and counters carry more than one record takes.
    static func recordTooLong(bytesMax: Int) -> Status {
        status(
            .resourceExhausted, "RECORD_TOO_LARGE",
            "the lines and counters that this batch changes may take more than \(bytesMax) bytes,"
                + " the longest record: nothing was done; send it in parts",
            metadata: [("record_bytes_max", "\(bytesMax)")])
    }

    static let recordDamaged = status(
        .dataLoss, "RECORD_UNREADABLE", "a stored record cannot be read")

    /// Why a request_id alone rules a write out.
    static func request(_ refusal: RequestRefusal) -> Status {
        switch refusal {
        case .expired: requestIDExpired
        case .fromFuture: requestIDFromFuture
        case .unreadable: requestLookUpFailed
        case .quotaReached(let retryMicros):
            Status.withDetails(
                .resourceExhausted, "the tenant has made as many requests as it may in one window",
                reason: "REQUEST_QUOTA", domain: domain,
                quotaViolations: [
                    ("requests", "a tenant's requests inside the window in which ids are taken")
                ],
                retryDelayMillis: max(1, retryMicros / 1_000))
        }
    }

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
