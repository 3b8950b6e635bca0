/// What may be sent as metadata. Source: "gRPC over HTTP2", Custom-Metadata.
enum MetadataRules {
    /// Names that HTTP/2 or gRPC gives a meaning of its own.
    private static let reservedNames: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "host", "keep-alive",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Whether a byte may be in a name. Source: "gRPC over HTTP2", Header-Name.
    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Whether a reply may carry this field; see `Call.isValidMetadata`.
    static func isSendable(_ name: String, _ value: [UInt8]) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte), !name.hasPrefix("grpc-"),
            !reservedNames.contains(name)
        else { return false }
        if name.hasSuffix("-bin") { return true }
        let space = UInt8(ascii: " ")
        return value.first != space && value.last != space
            && value.allSatisfy { (0x20...0x7e).contains($0) }
    }
}
