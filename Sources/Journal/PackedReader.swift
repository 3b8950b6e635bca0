internal import Domain
internal import Ground

/// Reads what `PackedWriter` wrote, checking every bound: these bytes may be anybody's.
///
/// A reader holds a pointer into bytes that are somebody else's, so it lives only inside
/// `PackedReader.read`, which keeps them. Errors: `ByteReaderError` with the offset.
@safe
struct PackedReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int
    private let end: Int

    private init(_ bytes: UnsafeRawBufferPointer, from offset: Int, to end: Int) {
        unsafe self.bytes = bytes
        self.offset = offset
        self.end = end
    }

    /// Runs `body` with a reader over a part of `bytes`. Offsets are those of `bytes`.
    static func read<Result>(
        _ bytes: [UInt8], _ range: Range<Int>,
        _ body: (inout PackedReader) throws(ByteReaderError) -> Result
    ) throws(ByteReaderError) -> Result {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= bytes.count, "a part of the bytes")
        return try unsafe bytes.span.withUnsafeBytes { (raw) throws(ByteReaderError) -> Result in
            var reader = unsafe PackedReader(raw, from: range.lowerBound, to: range.upperBound)
            return try body(&reader)
        }
    }

    var remaining: Int { end - offset }

    func wrong(_ problem: String) -> ByteReaderError {
        ByteReaderError(offset: offset, problem: problem)
    }

    @inline(__always)
    private func need(_ byteCount: Int) throws(ByteReaderError) {
        guard byteCount >= 0, byteCount <= remaining else {
            throw wrong("\(byteCount) bytes wanted, \(remaining) left")
        }
    }

    @inline(__always)
    mutating func fixed<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(ByteReaderError) -> Value {
        try need(MemoryLayout<Value>.size)
        let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
        return Value(littleEndian: value)
    }

    /// A varint in its shortest form: no value has two encodings.
    @inline(__always)
    mutating func varint() throws(ByteReaderError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < end else { throw wrong("the number has no end") }
            let byte = unsafe bytes[offset]
            offset += 1
            if shift == 63, byte > 1 { throw wrong("the number exceeds 64 bits") }
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                if byte == 0, shift > 0 { throw wrong("the number is not in its shortest form") }
                return value
            }
            shift += 7
        }
    }

    @inline(__always)
    mutating func amount() throws(ByteReaderError) -> Int64 { Int64(bitPattern: try varint()) }

    @inline(__always)
    mutating func zigzag() throws(ByteReaderError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inline(__always)
    mutating func number() throws(ByteReaderError) -> UInt32 {
        let value = try varint()
        guard let number = UInt32(exactly: value) else { throw wrong("\(value) exceeds 32 bits") }
        return number
    }

    /// A count of things of which each takes at least `least` bytes: never more than can follow.
    mutating func count(least: Int) throws(ByteReaderError) -> Int {
        let value = try varint()
        guard value <= UInt64(remaining / least) else {
            throw wrong("\(value) items of \(least) bytes do not fit \(remaining) bytes")
        }
        return Int(value)
    }

    mutating func flag() throws(ByteReaderError) -> Bool {
        let value = try fixed(UInt8.self)
        guard value < 2 else { throw wrong("\(value) is neither yes nor no") }
        return value == 1
    }

    /// A stored raw value of an enumeration.
    @inline(__always)
    mutating func code<Value: RawRepresentable>(
        _: Value.Type = Value.self
    ) throws(ByteReaderError) -> Value where Value.RawValue == UInt8 {
        let code = try fixed(UInt8.self)
        guard let value = Value(rawValue: code) else {
            throw wrong("unknown \(Value.self) \(code)")
        }
        return value
    }

    @inline(__always)
    mutating func hash() throws(ByteReaderError) -> Hash128 {
        let high = try fixed(UInt64.self)
        return Hash128(high: high, low: try fixed(UInt64.self))
    }

    mutating func digest() throws(ByteReaderError) -> SHA256Digest {
        let first = try fixed(UInt64.self)
        let second = try fixed(UInt64.self)
        let third = try fixed(UInt64.self)
        return SHA256Digest(words: (first, second, third, try fixed(UInt64.self)))
    }

    mutating func text() throws(ByteReaderError) -> String {
        let byteCount = try count(least: 1)
        let place = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + byteCount])
        guard let text = unsafe String(validating: place, as: UTF8.self) else {
            throw wrong("text is not UTF-8")
        }
        offset += byteCount
        return text
    }

    /// Passes over bytes and says where they stand.
    mutating func skip(_ byteCount: Int) throws(ByteReaderError) -> Range<Int> {
        try need(byteCount)
        offset += byteCount
        return offset - byteCount..<offset
    }

    /// A copy of the next bytes.
    mutating func array(_ byteCount: Int) throws(ByteReaderError) -> [UInt8] {
        let range = try skip(byteCount)
        return unsafe Array(bytes[range])
    }

    /// Everything must have been read.
    func finish() throws(ByteReaderError) {
        guard remaining == 0 else { throw wrong("\(remaining) bytes too many") }
    }

    /// A reader over the next bytes alone; this one goes on behind them.
    mutating func part(_ byteCount: Int) throws(ByteReaderError) -> PackedReader {
        let range = try skip(byteCount)
        return unsafe PackedReader(bytes, from: range.lowerBound, to: range.upperBound)
    }
}
