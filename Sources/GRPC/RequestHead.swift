internal import Ground

/// Which of gRPC's forms a request speaks, by its content type.
enum RequestForm {
    /// No content type.
    case missing
    /// None of gRPC's.
    case foreign
    case grpc
    /// gRPC-Web with binary bodies.
    case web
    /// gRPC-Web with bodies in base64.
    case webText

    var isWeb: Bool { self == .web || self == .webText }

    /// "application/grpc", "application/grpc-web" or "application/grpc-web-text", alone or with
    /// "+proto", and parameters after a semicolon.
    @inline(__always)
    init(_ value: Span<UInt8>) {
        let base = 16
        guard value.count >= base, value.extracting(0..<base).equals("application/grpc") else {
            self = .foreign
            return
        }
        if value.count == base {
            self = .grpc
        } else {
            self = Self.longer(value.extracting(base..<value.count))
        }
    }

    /// The form by what follows "application/grpc".
    private static func longer(_ value: Span<UInt8>) -> RequestForm {
        var rest = value
        var form = RequestForm.grpc
        if rest.begins(with: "-web") {
            form = .web
            rest = rest.extracting(4..<rest.count)
            if rest.begins(with: "-text") {
                form = .webText
                rest = rest.extracting(5..<rest.count)
            }
        }
        if rest.begins(with: "+proto") { rest = rest.extracting(6..<rest.count) }
        return rest.isEmpty || rest[0] == UInt8(ascii: ";") ? form : .foreign
    }
}

/// The headers of a request that gRPC itself reads, and what they mean.
///
/// What only refused calls have lies behind one reference.
struct RequestHead: ~Copyable {
    /// What a refusal names.
    private final class Problem {
        var encoding: String?
        var missingPath: String?
    }

    private enum Verb {
        case post
        /// What browsers ask before they let a page call.
        case options
        case head
        case other
    }

    private enum Timing {
        case none
        case nanos(UInt64)
        case malformed
    }

    /// How request messages may be packed.
    enum Encoding {
        case identity
        case gzip
        case unknown
    }

    private var verb = Verb.other
    private(set) var form = RequestForm.missing
    private var timing = Timing.none
    private(set) var encoding = Encoding.identity
    /// Whether the client reads gzip.
    private(set) var acceptsGzip = false
    /// Whether the client spoke of encodings, so that the reply lists those of the server.
    private(set) var speaksOfEncodings = false
    /// Whether `grpc-previous-rpc-attempts` came.
    private(set) var isRetry = false
    private var seen: Problem?
    /// The method of the path, if there is one; lives as long as the table, which lives as long
    /// as the worker.
    private(set) var method: Unowned<RegisteredMethod>?

    /// Starts afresh.
    mutating func reset() {
        verb = .other
        form = .missing
        timing = .none
        encoding = .identity
        acceptsGzip = false
        speaksOfEncodings = false
        isRetry = false
        if seen != nil { seen = nil }
        method = nil
    }

    private mutating func note(_ change: (Problem) -> Void) {
        let problem = seen ?? Problem()
        change(problem)
        seen = problem
    }

    /// Whether a browser asks what it may do.
    var isPreflight: Bool { verb == .options }
    var isPost: Bool { verb == .post }
    /// Whether the answer may have no body.
    var isHead: Bool { verb == .head }

    /// Reads one field; false when it is the caller's metadata.
    ///
    /// `te` is not asked for: gRPC-Web has none and proxies drop it. One that says anything else
    /// than "trailers" never comes here, nghttp2 resets its stream.
    @inline(__always)
    mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>, _ table: MethodTable) -> Bool {
        switch name.count {
        case 2: return name.equals("te")
        case 5 where name.equals(":path"):
            method = table.find(value)
            if method == nil { note { $0.missingPath = value.text } }
        case 7 where name.equals(":method"):
            verb = value.equals("POST") ? .post : Self.rareVerb(value)
        case 7 where name.equals(":scheme"): break
        case 10 where name.equals(":authority"): break
        case 12 where name.equals("content-type"): form = RequestForm(value)
        case 12 where name.equals("grpc-timeout"):
            if let nanos = Timeout.nanos(value) {
                timing = .nanos(nanos)
            } else {
                timing = .malformed
            }
        case 13 where name.equals("grpc-encoding"): takeEncoding(value)
        case 20 where name.equals("grpc-accept-encoding"):
            speaksOfEncodings = true
            if value.lists("gzip") { acceptsGzip = true }
        case 26 where name.equals("grpc-previous-rpc-attempts"):
            isRetry = true
            return false
        default: return false
        }
        return true
    }

    private static func rareVerb(_ value: Span<UInt8>) -> Verb {
        value.equals("OPTIONS") ? .options : value.equals("HEAD") ? .head : .other
    }

    private mutating func takeEncoding(_ value: Span<UInt8>) {
        speaksOfEncodings = true
        if value.equals("identity") {
            encoding = .identity
        } else if value.equals("gzip") {
            encoding = .gzip
        } else {
            encoding = .unknown
            note { $0.encoding = value.text }
        }
    }

    /// Nanoseconds the client gives the call, or nil.
    var timeoutNanos: UInt64? {
        if case .nanos(let nanos) = timing { return nanos }
        return nil
    }

    /// Why the call cannot go on, the most basic reason first.
    func problem(_ table: MethodTable, isOverLimit: Bool) -> HeaderProblem? {
        guard verb == .post else { return .notPost }
        guard form == .grpc || form.isWeb else { return .contentType }
        if isOverLimit {
            return .status(
                Status(
                    .resourceExhausted, "the headers are over the limit",
                    reason: "METADATA_TOO_LARGE"))
        }
        if method == nil { return .status(table.missing(seen?.missingPath ?? "")) }
        if case .malformed = timing {
            return .status(
                Status(.internal, "grpc-timeout is malformed", reason: "TIMEOUT_MALFORMED"))
        }
        if encoding == .unknown { return .encoding(seen?.encoding ?? "") }
        return nil
    }
}

extension Span<UInt8> {
    /// Whether the bytes begin with a literal.
    fileprivate func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && extracting(0..<text.utf8CodeUnitCount).equals(text)
    }

    /// Whether a list with commas names `text`, which is lower case. Complexity: linear.
    func lists(_ text: StaticString) -> Bool {
        var start = 0
        for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
            var end = index
            while start < end, self[start] == UInt8(ascii: " ") { start += 1 }
            while end > start, self[end - 1] == UInt8(ascii: " ") { end -= 1 }
            if extracting(start..<end).equals(text) { return true }
            start = index + 1
        }
        return false
    }
}
