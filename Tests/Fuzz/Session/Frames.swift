/// Makes frames of the fuzzer's choices: right ones mostly, so that the run gets past the parser.
enum Frames {
    /// The preface and an empty SETTINGS frame.
    static let greeting = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [])

    /// More frames than this in one input only cost time.
    private static let framesMax = 256
    private static let paths = [
        MemoryServer.unary, MemoryServer.serverStreaming, MemoryServer.clientStreaming,
        MemoryServer.bidirectional, "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/fuzz.Service/Missing",
    ]
    /// Fields beyond the usual ones, by number.
    private static let extras: [(String, String)] = [
        ("grpc-timeout", "1m"), ("grpc-timeout", "99999999H"), ("grpc-timeout", "9x"),
        ("grpc-encoding", "gzip"), ("grpc-encoding", "snappy"), ("grpc-encoding", "identity"),
        ("grpc-accept-encoding", "gzip,identity"), ("x-data-bin", "AAA"), ("x-data-bin", "A,=B"),
        ("content-length", "5"), ("x-name", "value"), ("x-name", "value"),
        ("grpc-previous-rpc-attempts", "3"), ("origin", "https://fuzz"), ("te", "gzip"),
        ("connection", "close"),
    ]
    private static let contentTypes = [
        "application/grpc", "application/grpc+proto", "application/grpc-web+proto",
        "application/grpc-web-text", "text/html", "application/grpc;x=1",
    ]

    static func frame(
        _ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: some Collection<UInt8>
    ) -> [UInt8] {
        let size = payload.count
        let head: [UInt8] = [
            UInt8(truncatingIfNeeded: size >> 16), UInt8(truncatingIfNeeded: size >> 8),
            UInt8(truncatingIfNeeded: size), type, flags,
        ]
        return head + big(stream) + payload
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// Adds frames until the input is used up.
    static func append(to bytes: inout [UInt8], from source: inout InputSource) {
        for _ in 0..<framesMax where !source.isEmpty {
            let choice = source.byte()
            // Streams 1, 3, 5 and so on, with now and then one that no client may open.
            let stream = choice & 0x80 == 0 ? UInt32(source.byte() & 15) * 2 + 1 : source.number()
            bytes += one(choice & 15, stream, &source)
        }
    }

    private static func one(
        _ kind: UInt8, _ stream: UInt32, _ source: inout InputSource
    ) -> [UInt8] {
        switch kind {
        case 0, 1, 2: return request(stream, &source)
        case 3: return split(stream, &source)
        case 4, 5: return frame(0, source.byte() & 9, stream, message(&source))
        case 6: return frame(0, 1, stream, [])
        case 7: return frame(3, 0, stream, big(source.number() & 15))
        case 8: return frame(8, 0, source.byte() & 1 == 0 ? 0 : stream, big(source.number()))
        case 9: return settings(&source)
        case 10: return frame(6, source.byte() & 1, 0, Array(repeating: 7, count: 8))
        case 11: return frame(2, 0, stream, big(source.number()) + [source.byte()])
        case 12: return frame(7, 0, 0, big(source.number()) + big(source.number() & 15))
        case 13: return frame(0, source.byte(), stream, source.take(Int(source.byte())))
        case 14: return frame(source.byte(), source.byte(), stream, source.take(64))
        default: return Array(source.take(Int(source.byte())))
        }
    }

    private static func settings(_ source: inout InputSource) -> [UInt8] {
        let flags = source.byte()
        guard flags & 7 != 1 else { return frame(4, 1, 0, []) }
        var payload: [UInt8] = []
        for _ in 0..<flags & 3 { payload += [0, source.byte() & 15] + big(source.number()) }
        return frame(4, 0, 0, payload)
    }

    /// A length-prefixed message, whose prefix now and then lies.
    private static func message(_ source: inout InputSource) -> [UInt8] {
        let shape = source.byte()
        let content = source.take(Int(source.byte()))
        let size = shape & 0x70 == 0x70 ? source.number() : UInt32(content.count)
        let flag: UInt8 = shape & 12 == 12 ? shape >> 6 : 0
        return [flag] + big(size) + content
    }

    private static func request(_ stream: UInt32, _ source: inout InputSource) -> [UInt8] {
        let flags = source.byte() & 1 | 4
        return frame(1, flags, stream, block(&source))
    }

    /// A request in HEADERS and CONTINUATION frames.
    private static func split(_ stream: UInt32, _ source: inout InputSource) -> [UInt8] {
        let whole = block(&source)
        var bytes: [UInt8] = []
        var start = 0
        let step = Int(source.byte()) + 1
        while start < whole.count {
            let end = min(start + step, whole.count)
            let last: UInt8 = end == whole.count ? 4 : 0
            bytes += frame(start == 0 ? 1 : 9, last, stream, whole[start..<end])
            start = end
        }
        return bytes
    }

    /// A header block of literals that leave the table alone; trailers when the path is dropped.
    private static func block(_ source: inout InputSource) -> [UInt8] {
        let choice = source.byte()
        var bytes: [UInt8] = []
        if choice & 0xc0 != 0xc0 {
            bytes += literal(":method", choice & 0x30 == 0x30 ? "GET" : "POST")
            bytes += literal(":scheme", "http")
            bytes += literal(":path", paths[Int(choice & 7)])
            bytes += literal(":authority", "fuzz")
            let type = source.byte()
            bytes += literal("content-type", contentTypes[Int(type & 63) % contentTypes.count])
        }
        for _ in 0..<source.byte() & 3 {
            let (name, value) = extras[Int(source.byte() & 15)]
            bytes += literal(name, value)
        }
        return bytes
    }

    private static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
            + Array(value.utf8)
    }
}
