internal import Domain
internal import Ground

/// Appends the packed values of the record format to memory that is used again and again.
///
///     fixed    little-endian, as wide as the type
///     varint   LEB128: seven bits a byte, the lowest first, the eighth bit set on all but the last
///     zigzag   a signed number as varint of 0, -1, 1, -2, ... -> 0, 1, 2, 3, ...
///     text     varint of the count of UTF-8 bytes, then the bytes
///
/// Raw memory rather than an array: the committer writes some hundred fields a record, and an array
/// would check and count for each. Every write makes room first, so nothing is ever written behind
/// the end. Thread: owned by one at a time.
@safe
final class PackedWriter {
    /// More is given back once a batch is written. Reason: a batch is usually shorter than this,
    /// and the longest should not stay in memory for good.
    static let keptBytesMax = 4 << 20

    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 64 << 10) {
        precondition(capacity > 0, "a writer has room for something")
        self.capacity = capacity
        unsafe start = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { unsafe start.deallocate() }

    /// Starts again at the front.
    func removeAll() {
        count = 0
        guard capacity > Self.keptBytesMax else { return }
        unsafe start.deallocate()
        capacity = Self.keptBytesMax
        unsafe start = .allocate(byteCount: capacity, alignment: 64)
    }

    @inline(__always)
    private func makeRoom(_ byteCount: Int) {
        if count + byteCount > capacity { grow(byteCount) }
    }

    @inline(never)
    private func grow(_ byteCount: Int) {
        let wanted = max(capacity * 2, count + byteCount)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 64)
        unsafe larger.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = larger
        capacity = wanted
    }

    @inline(__always)
    func fixed<Value: FixedWidthInteger>(_ value: Value) {
        makeRoom(MemoryLayout<Value>.size)
        unsafe (start + count).storeBytes(of: value.littleEndian, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    @inline(__always)
    func varint(_ value: UInt64) {
        makeRoom(10)
        var rest = value
        while rest >= 0x80 {
            unsafe (start + count).storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            count += 1
            rest &>>= 7
        }
        unsafe (start + count).storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        count += 1
    }

    /// An amount or a time, which is not negative but must come back if it is.
    @inline(__always)
    func varint(_ value: Int64) { varint(UInt64(bitPattern: value)) }

    @inline(__always)
    func varint(_ value: Int) { varint(UInt64(value)) }

    @inline(__always)
    func varint(_ value: UInt32) { varint(UInt64(value)) }

    @inline(__always)
    func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value &<< 1 ^ value &>> 63)) }

    @inline(__always)
    func hash(_ value: Hash128) {
        fixed(value.high)
        fixed(value.low)
    }

    func digest(_ value: SHA256Digest) {
        fixed(value.words.0)
        fixed(value.words.1)
        fixed(value.words.2)
        fixed(value.words.3)
    }

    func text(_ text: String) {
        var text = text
        let byteCount = text.utf8.count
        varint(byteCount)
        makeRoom(byteCount)
        text.withUTF8 { utf8 in
            guard let base = utf8.baseAddress else { return }
            unsafe (start + count).copyMemory(from: base, byteCount: byteCount)
        }
        count += byteCount
    }

    func raw(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        makeRoom(bytes.count)
        unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            unsafe (start + count).copyMemory(from: base, byteCount: raw.count)
        }
        count += bytes.count
    }

    func zeros(_ byteCount: Int) {
        makeRoom(byteCount)
        unsafe _ = (start + count).initializeMemory(
            as: UInt8.self, repeating: 0, count: byteCount)
        count += byteCount
    }

    /// Leaves room to be overwritten later; its bytes say nothing until then.
    func skip(_ byteCount: Int) {
        makeRoom(byteCount)
        count += byteCount
    }

    /// Writes what `body` writes over the bytes from `offset` on, all of them written before.
    func overwrite(at offset: Int, _ body: () -> Void) {
        precondition(offset <= count, "only what was written is overwritten")
        let end = count
        count = offset
        body()
        precondition(count <= end, "only what was written is overwritten")
        count = end
    }

    /// The bytes of a range, until the next write.
    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result)
        -> Result
    {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes that were written")
        return unsafe body(
            UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
    }

    /// All bytes, until the next write.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let all = unsafe UnsafeRawBufferPointer(start: start, count: count)
            .assumingMemoryBound(to: UInt8.self)
        return try body(unsafe Span(_unsafeElements: all))
    }

    /// A copy of all bytes.
    func array() -> [UInt8] { unsafe withBytes(0..<count) { unsafe Array($0) } }
}
