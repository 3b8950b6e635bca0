import Ground

@testable import GRPC

/// libFuzzer's entry: the first byte chooses a parser, the rest is its input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzParsers(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch choice % 8 {
    case 0: Parsers.timeout(bytes)
    case 1: Parsers.base64(bytes)
    case 2: Parsers.percent(bytes)
    case 3: Parsers.messages(bytes)
    case 4: Parsers.wire(bytes)
    case 5: Parsers.gzip(bytes)
    case 6: Parsers.base64Pieces(bytes)
    default: Parsers.head(bytes)
    }
    return 0
}

/// Each parser with what must hold whatever it is given.
private enum Parsers {
    static func timeout(_ bytes: [UInt8]) {
        guard let nanos = Timeout.nanos(bytes.span), let unit = bytes.last else { return }
        precondition(bytes.count <= 9 && bytes.dropLast().allSatisfy { 48...57 ~= $0 })
        precondition(UInt8(ascii: "n") != unit || nanos <= 99_999_999, "a timeout grew")
    }

    static func base64(_ bytes: [UInt8]) {
        let encoded = Base64.encode(bytes)
        precondition(Base64.decode(encoded.span) == bytes, "base64 does not come back")
        if let decoded = Base64.decode(bytes.span) {
            precondition(decoded.count <= bytes.count * 3 / 4, "base64 grew")
        }
        _ = Base64.decodeList(bytes.span)
    }

    static func percent(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let encoded = PercentEncoding.encode(text)
        precondition(encoded.allSatisfy { 0x20...0x7e ~= $0 }, "a byte outside of ASCII was left")
        precondition(PercentEncoding.decode(encoded[...]) == text, "the text does not come back")
        _ = PercentEncoding.decode(bytes[...])
    }

    /// However the bytes are cut, the same messages come out and the same problem.
    static func messages(_ bytes: [UInt8]) {
        let whole = read(bytes, step: max(bytes.count, 1))
        for step in [1, 3, 7] { precondition(read(bytes, step: step) == whole, "cut by \(step)") }
    }

    private static func read(_ bytes: [UInt8], step: Int) -> [String] {
        var reader = MessageReader()
        reader.takesCompressed = bytes.count & 1 == 0
        var found: [String] = []
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + step, bytes.count)])
            var offset = 0
            do {
                while offset < piece.count {
                    if try reader.next(piece.span, from: &offset, limit: 1_024) {
                        found.append("\(reader.message.copied()) \(reader.isCompressed)")
                    }
                }
            } catch {
                return found + ["\(error)"]
            }
            start += piece.count
        }
        return found + ["\(reader.isInsideMessage)"]
    }

    /// Whatever is packed comes back; whatever is no gzip is refused; nothing passes the limit.
    static func gzip(_ bytes: [UInt8]) {
        let limit = 8_192
        let packed = unsafe compression.deflate(bytes.span)
        let back = unsafe try? compression.inflate(packed.span, limit: limit)
        precondition(bytes.count > limit || back == bytes, "gzip does not come back")
        if let message = unsafe try? compression.inflate(bytes.span, limit: limit) {
            precondition(message.count <= limit, "\(message.count) bytes passed the limit")
        }
    }

    /// One for all inputs, as a worker has one for all calls: nothing may be left of the last one.
    /// Unsafe only in name, because libFuzzer calls from one thread.
    nonisolated(unsafe) private static let compression = Compression()

    /// The text of gRPC-Web's text mode: cut anywhere, it gives the same bytes.
    static func base64Pieces(_ bytes: [UInt8]) {
        let whole = decoded(bytes, step: max(bytes.count, 1))
        for step in [1, 3, 5] {
            let pieces = decoded(bytes, step: step)
            precondition(pieces.isText == whole.isText, "cut by \(step)")
            precondition(!whole.isText || pieces.bytes == whole.bytes, "cut by \(step)")
        }
    }

    private static func decoded(_ text: [UInt8], step: Int) -> (isText: Bool, bytes: [UInt8]) {
        var decoder = Base64Decoder()
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: step) {
            let piece = Array(text[start..<min(start + step, text.count)])
            guard decoder.decode(piece.span, into: &bytes) else { return (false, bytes) }
        }
        return (!decoder.isInsideGroup, bytes)
    }

    static func wire(_ bytes: [UInt8]) {
        var cursor = WireCursor()
        var fieldCount = 0
        do {
            while let field = try cursor.next(in: bytes.span) {
                fieldCount += 1
                if case .range(let range) = field.value {
                    precondition(range.upperBound <= bytes.count, "a field behind the message")
                    _ = try? WireCursor.text(field.value, in: bytes.span)
                }
            }
        } catch {
            precondition(error.offset <= bytes.count, "a problem behind the message")
        }
        precondition(fieldCount <= bytes.count, "fields without bytes")
    }

    /// Names and values of a request's head, cut at zero bytes.
    static func head(_ bytes: [UInt8]) {
        let table = MethodTable([Method.unary("/a.B/C") { _, _ in }])
        var head = RequestHead()
        let parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        for at in stride(from: 0, to: parts.count - 1, by: 2) {
            let (name, value) = (parts[at], parts[at + 1])
            _ = head.take(name.span, value.span, table)
        }
        if head.problem(table, isOverLimit: false) == nil {
            precondition(head.method != nil, "a head without a method was let through")
        }
    }
}
