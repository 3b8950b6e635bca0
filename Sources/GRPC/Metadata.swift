internal import Glibc

/// The headers of a call, in the order they came.
///
/// Layout: all names and values in one array, and where each begins. Cleared, not freed, when the
/// call ends, so that the next call in the slot allocates nothing.
struct Metadata: Sendable {
    private struct Field {
        var start: UInt32
        var nameCount: UInt32
        var valueCount: UInt32
    }

    private var text: [UInt8] = []
    private var fields: [Field] = []

    /// Adds one field. The session bounds how much comes.
    mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        fields.append(
            Field(
                start: UInt32(text.count), nameCount: UInt32(name.count),
                valueCount: UInt32(value.count)))
        text.append(copying: name)
        text.append(copying: value)
    }

    /// Forgets every field and keeps the memory.
    mutating func removeAll() {
        if fields.isEmpty { return }
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }

    /// Gives the first value of `name`, lower case, or nil. Complexity: linear in the fields.
    func withValue<Result>(of name: String, _ body: (Span<UInt8>?) -> Result) -> Result {
        let all = text.span
        for field in fields where Int(field.nameCount) == name.utf8.count {
            let start = Int(field.start)
            let end = start + Int(field.nameCount)
            guard all.extracting(start..<end).equals(text: name) else { continue }
            return body(all.extracting(end..<end + Int(field.valueCount)))
        }
        return body(nil)
    }
}

extension Span<UInt8> {
    /// Whether the bytes are those of a literal. Complexity: linear.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        return unsafe withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return true }
            return unsafe memcmp(start, text.utf8Start, count) == 0
        }
    }

    /// Whether the bytes are those of an array. Complexity: linear.
    func equals(_ other: [UInt8]) -> Bool {
        guard other.count == count else { return false }
        return unsafe withUnsafeBufferPointer { left in
            unsafe other.withUnsafeBufferPointer { right in
                guard let left = left.baseAddress, let right = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(left, right, count) == 0
            }
        }
    }

    /// Whether the bytes are the UTF-8 of `text`. Complexity: linear.
    func equals(text: String) -> Bool {
        guard text.utf8.count == count else { return false }
        var index = 0
        for byte in text.utf8 {
            if self[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    var text: String { String(decoding: copied(), as: UTF8.self) }

    /// The bytes in an array of their own.
    func copied() -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(copying: self)
        return copy
    }
}

extension [UInt8] {
    /// Appends every byte of a span in one copy.
    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { buffer in
            unsafe append(contentsOf: buffer)
        }
    }
}
