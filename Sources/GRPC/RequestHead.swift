/// The headers of a request that gRPC itself reads, and what they mean.
struct RequestHead {
    private enum ContentType {
        case missing
        case good
        case bad
    }

    private enum Timing {
        case none
        case nanos(UInt64)
        case malformed
    }

    private var isPost = false
    private var contentType = ContentType.missing
    private var timing = Timing.none
    private var encoding: String?
    private var missingPath: String?
    /// The method of the path, if there is one.
    private(set) var method: RegisteredMethod?

    /// Reads one field; false when it is the caller's metadata.
    @inline(__always)
    mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>, _ table: MethodTable) -> Bool {
        switch name.count {
        case 2: return name.equals("te")
        case 5 where name.equals(":path"):
            if let found = table.find(value) { method = found } else { missingPath = value.text }
        case 7 where name.equals(":method"): isPost = value.equals("POST")
        case 7 where name.equals(":scheme"): break
        case 10 where name.equals(":authority"): break
        case 12 where name.equals("content-type"):
            contentType = Self.isGRPC(value) ? .good : .bad
        case 12 where name.equals("grpc-timeout"):
            if let nanos = Timeout.nanos(value) {
                timing = .nanos(nanos)
            } else {
                timing = .malformed
            }
        case 13 where name.equals("grpc-encoding"):
            if !value.equals("identity") { encoding = value.text }
        default: return false
        }
        return true
    }

    /// "application/grpc", alone or with "+proto", and parameters after a semicolon.
    private static func isGRPC(_ value: Span<UInt8>) -> Bool {
        let base = 16
        guard value.count >= base, value.extracting(0..<base).equals("application/grpc") else {
            return false
        }
        if value.count == base { return true }
        if value[base] == UInt8(ascii: ";") { return true }
        let codec = base + 6
        guard value.count >= codec, value.extracting(base..<codec).equals("+proto") else {
            return false
        }
        return value.count == codec || value[codec] == UInt8(ascii: ";")
    }

    /// Nanoseconds the client gives the call, or nil.
    var timeoutNanos: UInt64? {
        if case .nanos(let nanos) = timing { return nanos }
        return nil
    }

    /// Why the call cannot go on, the most basic reason first.
    func problem(_ table: MethodTable, isOverLimit: Bool) -> HeaderProblem? {
        guard isPost else { return .notPost }
        guard contentType == .good else { return .contentType }
        if isOverLimit {
            return .status(
                Status(
                    .resourceExhausted, "the headers are over the limit",
                    reason: "METADATA_TOO_LARGE"))
        }
        if method == nil { return .status(table.missing(missingPath ?? "")) }
        if case .malformed = timing {
            return .status(
                Status(.internal, "grpc-timeout is malformed", reason: "TIMEOUT_MALFORMED"))
        }
        if let encoding { return .encoding(encoding) }
        return nil
    }
}
