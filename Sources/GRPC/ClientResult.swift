public import HTTP2

/// How a call ended, as the client sees it.
public enum ClientResult: Sendable, Equatable {
    /// The server answered with this message.
    case answer(ArraySlice<UInt8>)
    /// The call failed, with the reason of its ErrorInfo if it had one.
    case failure(Status, reason: String?)

    /// Reads a reply to a call with one answer.
    ///
    /// What is no gRPC reply becomes UNKNOWN, INTERNAL or UNAVAILABLE, as gRPC clients do.
    public init(_ reply: ClientReply) {
        if let problem = reply.connectionProblem {
            self = .failure(Status(.unavailable, problem), reason: nil)
            return
        }
        guard let status = reply.field("grpc-status") else {
            self = .failure(Self.withoutStatus(reply), reason: nil)
            return
        }
        guard status.elementsEqual([UInt8(ascii: "0")]) else {
            self = Self.failed(reply, status)
            return
        }
        let body = reply.body
        guard body.count >= ClientMethod.prefixBytes, body[0] == 0,
            body[1..<5].reduce(0, { $0 << 8 | Int($1) }) == body.count - ClientMethod.prefixBytes
        else {
            let status = Status(.internal, "the reply is not one plain message")
            self = .failure(status, reason: nil)
            return
        }
        self = .answer(body[ClientMethod.prefixBytes...])
    }

    private static func withoutStatus(_ reply: ClientReply) -> Status {
        if reply.errorCode != 0 {
            let code: StatusCode =
                switch reply.errorCode {
                case HTTP2ErrorCode.refusedStream: .unavailable
                case HTTP2ErrorCode.cancel: .cancelled
                case HTTP2ErrorCode.enhanceYourCalm: .resourceExhausted
                default: .internal
                }
            return Status(code, "the stream was reset with code \(reply.errorCode)")
        }
        let http = reply.field(":status").map { String(decoding: $0, as: UTF8.self) } ?? "none"
        return Status(.unknown, "no grpc-status in a reply with HTTP status \(http)")
    }

    private static func failed(_ reply: ClientReply, _ field: ArraySlice<UInt8>) -> ClientResult {
        let number = UInt8(String(decoding: field, as: UTF8.self))
        let code = number.flatMap(StatusCode.init(rawValue:)) ?? .unknown
        let message = reply.field("grpc-message").map(PercentEncoding.decode) ?? ""
        let details = reply.field("grpc-status-details-bin").flatMap { Base64.decode($0.span) }
        let status = Status(code, message, details: details ?? [])
        return .failure(status, reason: details.flatMap { try? Self.reason(in: $0) })
    }

    /// The reason of the first ErrorInfo among the details of a serialized google.rpc.Status.
    private static func reason(in details: [UInt8]) throws(WireProblem) -> String? {
        var status = WireReader(details[...])
        while let (number, value) = try status.next() {
            guard number == 3, case .data(let bytes) = value else { continue }
            var any = WireReader(bytes)
            var isInfo = false
            while let (number, value) = try any.next() {
                if number == 1 {
                    isInfo = try WireReader.text(value).hasSuffix("/google.rpc.ErrorInfo")
                } else if number == 2, isInfo, case .data(let content) = value {
                    return try infoReason(content)
                }
            }
        }
        return nil
    }

    private static func infoReason(_ content: ArraySlice<UInt8>) throws(WireProblem) -> String? {
        var info = WireReader(content)
        while let (number, value) = try info.next() {
            if number == 1 { return try WireReader.text(value) }
        }
        return nil
    }
}
