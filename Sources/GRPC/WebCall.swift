internal import HTTP2

/// A call in gRPC-Web's form: what differs from gRPC is where trailers and base64 go.
///
/// Source: the gRPC-Web protocol document (PROTOCOL-WEB.md) and the Fetch standard for CORS.
struct WebCall {
    /// Whether the reply's body is base64.
    var isTextReply: Bool
    /// Where the page comes from; nil when no browser calls.
    var origin: String?
    /// Turns a body in base64 into bytes.
    var decoder = Base64Decoder()

    /// The reply's content type.
    var contentType: String {
        isTextReply ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
    }

    /// What a browser must be told so that its page sees the answer, with the names of metadata.
    func corsFields(exposing names: [String]) -> [MetadataField] {
        guard let origin else { return [] }
        let exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin"] + names
        return [
            (name: "access-control-allow-origin", value: Array(origin.utf8)),
            (
                name: "access-control-expose-headers",
                value: Array(exposed.joined(separator: ", ").utf8)
            ),
            (name: "vary", value: Array("origin".utf8)),
        ]
    }

    /// The last frame of a body: flag 0x80 and the trailers as lines.
    static func trailerFrame(_ fields: [MetadataField]) -> [UInt8] {
        var text: [UInt8] = []
        for field in fields {
            text += Array(field.name.utf8)
            text += Array(": ".utf8)
            text += field.value
            text += Array("\r\n".utf8)
        }
        let count = UInt32(text.count)
        return [0x80]
            + (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * $0)) } + text
    }
}

/// gRPC-Web's part of a call's way.
extension CallWorker {
    /// How long a browser may remember a preflight: two hours, the most that browsers take.
    private static let preflightSeconds = "7200"

    /// Looks for what only few calls have; gives why the call may not go on.
    @inline(__always)
    func beginRare(_ call: CallState) -> HeaderProblem? {
        if call.head.isRetry { statistics.callsRetried &+= 1 }
        if call.head.form.isWeb || call.head.isPreflight { return beginWeb(call) }
        return nil
    }

    private func beginWeb(_ call: CallState) -> HeaderProblem? {
        let origin = text(of: "origin", call)
        let isForeign = origin.map { !configuration.webOrigins.contains($0) } ?? false
        if call.head.isPreflight {
            guard let origin else { return nil }
            return isForeign ? .foreignOrigin : .preflight(origin: origin)
        }
        guard call.head.isPost else { return nil }
        if isForeign { return .foreignOrigin }
        // A client may ask for the other form than the one it speaks.
        let accepted = text(of: "accept", call).map { RequestForm(Array($0.utf8).span) }
        let form = accepted.flatMap { $0.isWeb ? $0 : nil } ?? call.head.form
        call.neededExtras.web = WebCall(isTextReply: form == .webText, origin: origin)
        return nil
    }

    private func text(of name: String, _ call: CallState) -> String? {
        call.metadata.withValue(of: name) { value in
            guard let value else { return nil }
            return value.text
        }
    }

    /// The answer to a browser that asks whether a page may call.
    func preflightBlock(_ call: CallState, _ origin: String) -> FieldBlock {
        var fields: [MetadataField] = [
            (name: ":status", value: Array("204".utf8)),
            (name: "access-control-allow-origin", value: Array(origin.utf8)),
            (name: "access-control-allow-methods", value: Array("POST".utf8)),
            (name: "access-control-max-age", value: Array(Self.preflightSeconds.utf8)),
            (name: "vary", value: Array("origin, access-control-request-headers".utf8)),
        ]
        // Metadata has any names, so every list of names that is one is allowed.
        if let asked = text(of: "access-control-request-headers", call), !asked.isEmpty,
            asked.utf8.allSatisfy({ MetadataRules.isNameByte($0) || " ,".utf8.contains($0) })
        {
            fields.append((name: "access-control-allow-headers", value: Array(asked.utf8)))
        }
        return FieldBlock(fields)
    }

    /// A piece of a body in base64.
    func textReceived(_ call: CallState, _ bytes: Span<UInt8>) {
        guard let extras = call.extras else { return }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count / 4 * 3 + 3)
        guard extras.web?.decoder.decode(bytes, into: &decoded) == true else {
            return refuseText(call)
        }
        // The stream's window counts letters; what became no byte is taken already.
        giveBack(call, bytes.count - decoded.count)
        if !decoded.isEmpty { bodyReceived(call, decoded.span) }
    }

    /// The end of a body in base64.
    func textEnded(_ call: CallState) {
        if let web = call.extras?.web, web.decoder.isInsideGroup { refuseText(call) }
    }

    private func refuseText(_ call: CallState) {
        guard isOpen(call) else { return }
        end(call, Status(.internal, "the body is no base64", reason: "FRAMING_MALFORMED"))
    }

    /// Puts the trailers at the end of the body of a gRPC-Web call; others have nothing to put.
    func appendWebTrailers(_ call: CallState, _ status: Status) {
        guard let extras = call.extras, let web = extras.web else { return }
        let frame = WebCall.trailerFrame(ReplyBlocks.fields(status) + extras.trailing)
        let bytes = web.isTextReply ? Base64.encodePadded(frame) : frame
        call.output.bytes.append(copying: bytes.span)
        repliesGrew(call, bytes.count)
    }
}
