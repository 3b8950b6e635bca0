/// Appends fixed-width little-endian values to a byte array.
///
/// All formats on disk are written with this cursor and read with `ByteReader`.
/// Thread: owned by one at a time.
public struct ByteWriter: Sendable {
    public var bytes: [UInt8]

    /// Starts empty, with room for `capacity` bytes.
    @inlinable
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Bytes written so far.
    @inlinable
    public var count: Int { bytes.count }

    /// Writes one integer, least significant byte first.
    @inlinable
    public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes a double as its IEEE 754 bit pattern.
    @inlinable
    public mutating func write(_ value: Double) {
        write(value.bitPattern)
    }

    /// Writes both halves, high first.
    @inlinable
    public mutating func write(_ value: Hash128) {
        write(value.high)
        write(value.low)
    }

    /// Writes the bytes as they are, without a length.
    @inlinable
    public mutating func write(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    /// Writes a 32-bit count, then the bytes.
    @inlinable
    public mutating func write(counted: some Collection<UInt8>) {
        write(UInt32(counted.count))
        bytes.append(contentsOf: counted)
    }

    /// Writes a 32-bit byte count, then the UTF-8 bytes.
    @inlinable
    public mutating func write(_ text: String) {
        write(counted: text.utf8)
    }

    /// Overwrites four bytes at `offset`, for a length known only afterwards.
    @inlinable
    public mutating func patch(_ value: UInt32, at offset: Int) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value &>> (UInt32(index) * 8))
        }
    }
}
