public import HTTP2

/// A method as a client calls it: the header block that opens each of its streams.
public struct ClientMethod: Sendable {
    /// "/package.Service/Method".
    public let path: String
    /// What `ClientPool.submit` takes.
    public let block: FieldBlock

    /// Prepares the block. An empty `key` sends no credential.
    ///
    /// The block must outlive the connections that use it: its text is not copied.
    public init(path: String, authority: String, key: String) {
        self.path = path
        var fields = [
            (":method", "POST"), (":scheme", "http"), (":path", path),
            (":authority", authority), ("te", "trailers"),
            ("content-type", "application/grpc"),
        ]
        if !key.isEmpty { fields.append(("authorization", "Bearer " + key)) }
        block = FieldBlock(fields, permanent: true)
    }

    /// Bytes before each message: a flag and the length.
    public static let prefixBytes = 5

    /// Appends one uncompressed message that `write` appends, with its prefix.
    ///
    /// Source: "gRPC over HTTP2", Length-Prefixed-Message.
    public static func appendMessage(to body: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        let start = body.count
        for _ in 0..<prefixBytes { body.append(0) }
        write(&body)
        let length = UInt32(body.count - start - prefixBytes)
        for index in 0..<4 {
            body[start + 1 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index))
        }
    }
}
