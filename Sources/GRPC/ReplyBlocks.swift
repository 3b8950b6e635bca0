internal import HTTP2

/// The header and trailer blocks that replies begin and end with.
enum ReplyBlocks {
    /// Every reply that has a body.
    static let headers = FieldBlock(
        [(":status", "200"), ("content-type", "application/grpc")], permanent: true)
    /// A call that went well.
    static let okTrailers = FieldBlock([("grpc-status", "0")], permanent: true)
    /// HTTP answers to what is not gRPC.
    static let unsupportedMediaType = FieldBlock([(":status", "415")], permanent: true)
    static let methodNotAllowed = FieldBlock(
        [(":status", "405"), ("allow", "POST")], permanent: true)

    private static func fields(_ status: Status) -> [(name: String, value: [UInt8])] {
        var list = [(name: "grpc-status", value: Array(String(status.code.rawValue).utf8))]
        if !status.message.isEmpty {
            list.append((name: "grpc-message", value: PercentEncoding.encode(status.message)))
        }
        if !status.details.isEmpty {
            list.append((name: "grpc-status-details-bin", value: Base64.encode(status.details)))
        }
        return list
    }

    /// The trailers of a call that had a body.
    static func trailers(_ status: Status) -> FieldBlock {
        if status == .ok { return okTrailers }
        return FieldBlock(fields(status))
    }

    /// A whole reply in one block.
    static func trailersOnly(
        _ status: Status, extra: [(name: String, value: [UInt8])] = []
    ) -> FieldBlock {
        var list = [
            (name: ":status", value: Array("200".utf8)),
            (name: "content-type", value: Array("application/grpc".utf8)),
        ]
        list += fields(status)
        return FieldBlock(list + extra)
    }
}
