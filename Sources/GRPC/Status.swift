/// The 17 status codes of gRPC, by their numbers on the wire.
public enum StatusCode: UInt8, Sendable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16
}

/// How a call ended: a code, a message for developers, and typed details for programs.
public struct Status: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, for programs.
    public let code: StatusCode
    /// English, for developers; travels percent-encoded in `grpc-message`.
    public let message: String
    /// A serialized google.rpc.Status for `grpc-status-details-bin`, or empty.
    public let details: [UInt8]
    /// When the call may be tried again, for `grpc-retry-pushback-ms`; nil leaves that open.
    ///
    /// Says the same as RetryInfo in `details`.
    public let pushbackMillis: Int32?
    /// For programs, when the library itself refuses; becomes ErrorInfo on the way out.
    let reason: String?

    /// A status without details unless they are given serialized.
    public init(_ code: StatusCode, _ message: String = "", details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
        pushbackMillis = nil
        reason = nil
    }

    /// With everything as given; `withDetails` and the overload are made by it.
    private init(
        _ code: StatusCode, _ message: String, details: [UInt8], pushbackMillis: Int32?
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.pushbackMillis = pushbackMillis
        reason = nil
    }

    /// A refusal of the library's own.
    init(_ code: StatusCode, _ message: String, reason: String, pushbackMillis: Int32? = nil) {
        self.code = code
        self.message = message
        self.reason = reason
        self.pushbackMillis = pushbackMillis
        details = []
    }

    /// The refusal of a server that has too much to do: nothing was done, and the call may be
    /// tried again after `pushbackMillis`.
    static func overloaded(_ message: String, pushbackMillis: Int32) -> Status {
        Status(.unavailable, message, reason: "OVERLOADED", pushbackMillis: pushbackMillis)
    }

    /// The status as it leaves: a refusal of the library's own gets its ErrorInfo.
    func detailed(domain: String) -> Status {
        guard let reason else { return self }
        return Status.withDetails(
            code, message, reason: reason, domain: domain,
            retryDelayMillis: pushbackMillis.map(Int64.init))
    }

    /// The status of a call that went well.
    public static let ok = Status(.ok)

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// A status with a google.rpc.Status that carries the details given.
    ///
    /// `reason` and `domain` become ErrorInfo (with `metadata`), `fieldViolations` BadRequest,
    /// `quotaViolations` QuotaFailure, `retryDelayMillis` RetryInfo and pushback. The code
    /// and the message are repeated inside the details, as the rich error model asks.
    public static func withDetails(
        _ code: StatusCode,
        _ message: String,
        reason: String,
        domain: String,
        metadata: [(key: String, value: String)] = [],
        fieldViolations: [(field: String, description: String)] = [],
        quotaViolations: [(subject: String, description: String)] = [],
        retryDelayMillis: Int64? = nil
    ) -> Status {
        var info = WireWriter()
        info.text(1, reason)
        info.text(2, domain)
        for (key, value) in metadata { info.pair(3, key, value) }
        var status = WireWriter()
        status.integer(1, UInt64(code.rawValue))
        status.text(2, message)
        status.any(3, type: "google.rpc.ErrorInfo", info)
        if !fieldViolations.isEmpty {
            var violations = WireWriter()
            for (field, description) in fieldViolations { violations.pair(1, field, description) }
            status.any(3, type: "google.rpc.BadRequest", violations)
        }
        if !quotaViolations.isEmpty {
            var violations = WireWriter()
            for (subject, description) in quotaViolations {
                violations.pair(1, subject, description)
            }
            status.any(3, type: "google.rpc.QuotaFailure", violations)
        }
        if let retryDelayMillis {
            precondition(retryDelayMillis >= 0, "a retry delay cannot be negative")
            var delay = WireWriter()
            delay.integer(1, UInt64(retryDelayMillis / 1_000))
            delay.integer(2, UInt64(retryDelayMillis % 1_000) * 1_000_000)
            var retry = WireWriter()
            retry.message(1, delay)
            status.any(3, type: "google.rpc.RetryInfo", retry)
        }
        return Status(
            code, message, details: status.bytes,
            pushbackMillis: retryDelayMillis.map { Int32(clamping: $0) })
    }
}
