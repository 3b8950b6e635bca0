/// What is wrong with protobuf bytes, and where.
struct WireProblem: Error, Equatable {
    let offset: Int
    let problem: String
}

/// A place in the bytes of a protobuf message; steps from field to field, checking every bound.
///
/// Never recurses: a nested message is walked by a cursor of its own. Holds no bytes, so that it
/// walks borrowed ones without a copy. Source: the protobuf encoding guide.
struct WireCursor {
    /// The value of one field.
    enum Value {
        /// A varint.
        case integer(UInt64)
        /// Where a string, bytes, nested message or fixed-width value lies.
        case range(Range<Int>)
    }

    private var position = 0

    private func problem(_ text: String) -> WireProblem {
        WireProblem(offset: position, problem: text)
    }

    private mutating func variable(_ bytes: Span<UInt8>) throws(WireProblem) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < bytes.count else { throw problem("a varint ends too early") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw problem("a varint has more than ten bytes")
    }

    private mutating func take(
        _ count: UInt64, _ bytes: Span<UInt8>
    ) throws(WireProblem) -> Range<Int> {
        guard count <= UInt64(bytes.count - position) else {
            throw problem("a field ends behind the message")
        }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    /// The next field's number and value; nil at the end.
    mutating func next(
        in bytes: Span<UInt8>
    ) throws(WireProblem) -> (number: Int, value: Value)? {
        guard position < bytes.count else { return nil }
        let tag = try variable(bytes)
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw problem("a field number is wrong") }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (number, .integer(try variable(bytes)))
        case 1: return (number, .range(try take(8, bytes)))
        case 2: return (number, .range(try take(try variable(bytes), bytes)))
        case 5: return (number, .range(try take(4, bytes)))
        default: throw problem("a wire type is unknown")
        }
    }

    /// The text of a string field.
    static func text(_ value: Value, in bytes: Span<UInt8>) throws(WireProblem) -> String {
        guard case .range(let range) = value,
            let text = String(validating: bytes.extracting(range).copied(), as: UTF8.self)
        else { throw WireProblem(offset: 0, problem: "a string is not UTF-8") }
        return text
    }
}

/// A cursor that holds its bytes.
struct WireReader {
    /// The value of one field.
    enum Value {
        /// A varint.
        case integer(UInt64)
        /// A string, bytes, nested message or fixed-width value.
        case data(ArraySlice<UInt8>)
    }

    private let bytes: ArraySlice<UInt8>
    private var cursor = WireCursor()

    /// Starts before the first field.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// The next field's number and value; nil at the end.
    mutating func next() throws(WireProblem) -> (number: Int, value: Value)? {
        let borrowed = bytes
        guard let field = try cursor.next(in: borrowed.span) else { return nil }
        switch field.value {
        case .integer(let value): return (field.number, .integer(value))
        case .range(let range):
            let start = bytes.startIndex + range.lowerBound
            return (field.number, .data(bytes[start..<start + range.count]))
        }
    }

    /// A string field's text.
    static func text(_ value: Value) throws(WireProblem) -> String {
        guard case .data(let data) = value, let text = String(validating: data, as: UTF8.self)
        else { throw WireProblem(offset: 0, problem: "a string is not UTF-8") }
        return text
    }
}
