/// What was wrong with stored bytes, and where.
public struct ByteReaderError: Error, Sendable, CustomStringConvertible {
    public let offset: Int
    public let problem: String

    /// A problem found at `offset`, counted from the start of the bytes.
    public init(offset: Int, problem: String) {
        self.offset = offset
        self.problem = problem
    }

    public var description: String { "\(problem) at byte \(offset)" }
}

/// Reads what `ByteWriter` wrote, checking every bound.
///
/// Errors: `ByteReaderError` when the bytes end too early or a text is not UTF-8.
public struct ByteReader: Sendable {
    @usableFromInline let bytes: ArraySlice<UInt8>
    @usableFromInline var position: Int

    /// Starts at the first byte.
    @inlinable
    public init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// Starts at the first byte of the slice.
    @inlinable
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Bytes not yet read.
    @inlinable
    public var remaining: Int { bytes.endIndex - position }

    /// Bytes read so far.
    @inlinable
    public var offset: Int { position - bytes.startIndex }

    @inlinable
    mutating func take(_ count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw ByteReaderError(
                offset: offset, problem: "\(count) bytes wanted, \(remaining) left")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Reads one integer, least significant byte first.
    @inlinable
    public mutating func read<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(ByteReaderError) -> Value {
        let slice = try take(MemoryLayout<Value>.size)
        return unsafe slice.withUnsafeBytes { raw in
            unsafe Value(littleEndian: raw.loadUnaligned(as: Value.self))
        }
    }

    /// Reads a double from its bit pattern.
    @inlinable
    public mutating func readDouble() throws(ByteReaderError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    /// Reads both halves, high first.
    @inlinable
    public mutating func readHash() throws(ByteReaderError) -> Hash128 {
        let high = try read(UInt64.self)
        return Hash128(high: high, low: try read(UInt64.self))
    }

    /// Reads exactly `count` bytes.
    @inlinable
    public mutating func read(count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
        try take(count)
    }

    /// Reads a 32-bit count and that many bytes.
    @inlinable
    public mutating func readCounted() throws(ByteReaderError) -> ArraySlice<UInt8> {
        try take(Int(try read(UInt32.self)))
    }

    /// Reads a counted text and checks that it is UTF-8.
    public mutating func readString() throws(ByteReaderError) -> String {
        let start = offset
        let slice = try readCounted()
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw ByteReaderError(offset: start, problem: "text is not UTF-8")
        }
        return text
    }
}
