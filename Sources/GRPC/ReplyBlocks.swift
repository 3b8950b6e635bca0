internal import HTTP2

/// The header and trailer blocks that replies begin and end with.
enum ReplyBlocks {
    /// Every reply that has a body.
    static let headers = FieldBlock(
        [(":status", "200"), ("content-type", "application/grpc")], permanent: true)
    /// The encodings that requests may have.
    static let encodings = "identity,gzip"
    /// The field that lists them.
    static let encodingsField: MetadataField = (
        name: "grpc-accept-encoding", value: Array(encodings.utf8)
    )
    /// Every reply that has a body, to a client that spoke of encodings.
    static let headersListing = FieldBlock(
        [
            (":status", "200"), ("content-type", "application/grpc"),
            ("grpc-accept-encoding", encodings),
        ], permanent: true)
    /// A call that went well.
    static let okTrailers = FieldBlock([("grpc-status", "0")], permanent: true)
    /// HTTP answers to what is not gRPC.
    static let unsupportedMediaType = FieldBlock(
        [(":status", "415"), ("content-type", "text/plain")], permanent: true)
    static let forbidden = FieldBlock(
        [(":status", "403"), ("content-type", "text/plain")], permanent: true)
    static let methodNotAllowed = FieldBlock(
        [(":status", "405"), ("allow", "POST"), ("content-type", "text/plain")], permanent: true)

    /// The longest `grpc-message` and the longest details, as bytes before their encoding.
    /// Reason: nghttp2 sends no block above 64 KiB, and most clients take far less.
    private static let messageBytesMax = 4 << 10
    private static let detailsBytesMax = 8 << 10

    /// The fields that tell a status. A longer message is cut; longer details are left out.
    static func fields(_ status: Status) -> [MetadataField] {
        var list: [MetadataField] = [
            (name: "grpc-status", value: Array(String(status.code.rawValue).utf8))
        ]
        if !status.message.isEmpty {
            let message = PercentEncoding.encode(status.message, bytesMax: messageBytesMax)
            list.append((name: "grpc-message", value: message))
        }
        if !status.details.isEmpty, status.details.count <= detailsBytesMax {
            list.append((name: "grpc-status-details-bin", value: Base64.encode(status.details)))
        }
        if let millis = status.pushbackMillis {
            list.append((name: "grpc-retry-pushback-ms", value: Array(String(millis).utf8)))
        }
        return list
    }

    /// The trailers of a call that had a body.
    static func trailers(_ status: Status) -> FieldBlock {
        return FieldBlock(fields(status))
    }

    /// A whole reply in one block.
    static func trailersOnly(
        _ status: Status, extra: [MetadataField] = []
    ) -> FieldBlock {
        var list: [MetadataField] = [
            (name: ":status", value: Array("200".utf8)),
            (name: "content-type", value: Array("application/grpc".utf8)),
        ]
        list += fields(status)
        return FieldBlock(list + extra)
    }
}
