internal import Glibc

/// The headers of a call, in the order they came.
///
/// Layout: one piece of memory; each field is two lengths of four bytes, its name and its value.
/// Cleared, not freed, when the call ends, so that the next call in the slot allocates nothing.
struct Metadata: ~Copyable {
    private var fields = GrowingBytes()

    private static let lengthBytes = 4

    /// Adds one field. The session bounds how much comes.
    @inline(__always)
    mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let lengths = unsafe fields.extend(by: 2 * Self.lengthBytes)
        unsafe lengths.storeBytes(of: UInt32(name.count), as: UInt32.self)
        unsafe lengths.storeBytes(
            of: UInt32(value.count), toByteOffset: Self.lengthBytes, as: UInt32.self)
        fields.append(copying: name)
        fields.append(copying: value)
    }

    /// Forgets every field; memory up to `keepingBytes` is kept.
    mutating func reset(keepingBytes: Int) {
        fields.reset(keepingBytes: keepingBytes)
    }

    /// A copy for another thread.
    func copied() -> CarriedMetadata { CarriedMetadata(bytes: fields.copied()) }

    /// Visits each field in order until `visit` gives something, and gives that.
    func first<Found>(_ visit: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Found?) -> Found? {
        fields.withSpan { CarriedMetadata.first(in: $0, visit) }
    }

    /// Every field in order; see `CarriedMetadata.all`.
    var all: [MetadataField] { copied().all }

    /// Gives the first value of `name`, lower case, or nil. Complexity: linear in the fields.
    func withValue<Result>(of name: String, _ body: (Span<UInt8>?) -> Result) -> Result {
        fields.withSpan { CarriedMetadata.withValue(of: name, in: $0, body) }
    }
}

/// The headers of a call that left its worker.
struct CarriedMetadata: Sendable {
    /// As `Metadata` lays them out.
    let bytes: [UInt8]

    /// Every field in order; `-bin` values decoded, one entry for each part between commas.
    var all: [MetadataField] {
        var list: [MetadataField] = []
        _ = first { name, value -> Bool? in
            let name = name.text
            if name.hasSuffix("-bin") {
                for part in Base64.decodeList(value) { list.append((name: name, value: part)) }
            } else {
                list.append((name: name, value: value.copied()))
            }
            return nil
        }
        return list
    }

    /// See `Metadata.first`.
    func first<Found>(_ visit: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Found?) -> Found? {
        Self.first(in: bytes.span, visit)
    }

    /// See `Metadata.withValue`.
    func withValue<Result>(of name: String, _ body: (Span<UInt8>?) -> Result) -> Result {
        Self.withValue(of: name, in: bytes.span, body)
    }

    private static func length(_ bytes: Span<UInt8>, at offset: Int) -> Int {
        unsafe Int(bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    fileprivate static func first<Found>(
        in bytes: Span<UInt8>, _ visit: (Span<UInt8>, Span<UInt8>) -> Found?
    ) -> Found? {
        var offset = 0
        while offset < bytes.count {
            let nameStart = offset + 8
            let nameEnd = nameStart + length(bytes, at: offset)
            let valueEnd = nameEnd + length(bytes, at: offset + 4)
            let found = visit(
                bytes.extracting(nameStart..<nameEnd), bytes.extracting(nameEnd..<valueEnd))
            if let found { return found }
            offset = valueEnd
        }
        return nil
    }

    fileprivate static func withValue<Result>(
        of name: String, in bytes: Span<UInt8>, _ body: (Span<UInt8>?) -> Result
    ) -> Result {
        let found = first(in: bytes) { candidate, value -> Result? in
            candidate.equals(text: name) ? body(value) : nil
        }
        return found ?? body(nil)
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
        var text = text
        return text.withUTF8 { right in
            unsafe withUnsafeBufferPointer { left in
                guard let left = left.baseAddress, let right = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(left, right, count) == 0
            }
        }
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
