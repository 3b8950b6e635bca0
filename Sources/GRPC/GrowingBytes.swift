internal import Glibc

/// Bytes that are filled, read and emptied again and again: a message, a reply, the headers.
///
/// An array would check on every append whether it is shared; these bytes have one owner, a call's
/// slot, so an append is a copy and an addition. Memory doubles as it grows and is kept until
/// `reset` gives it back. Thread: the owner's.
@safe
struct GrowingBytes: ~Copyable {
    private var start: UnsafeMutableRawPointer?
    /// Bytes held.
    private(set) var count = 0
    /// Bytes there is room for.
    private(set) var capacity = 0

    private static let capacityMin = 64

    /// Empty, without memory.
    init() {
        unsafe start = nil
    }

    deinit {
        unsafe free(start)
    }

    /// Whether nothing is held.
    var isEmpty: Bool { count == 0 }

    /// The bytes, valid while `body` runs; nothing may be added meanwhile.
    @inline(__always)
    func withSpan<Result, Failure>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self), count: count)
        return try unsafe body(buffer.span)
    }

    /// Adds every byte of a span in one copy.
    @inline(__always)
    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { buffer in
            guard let source = buffer.baseAddress, buffer.count > 0 else { return }
            let end = unsafe extend(by: buffer.count)
            unsafe end.copyMemory(from: source, byteCount: buffer.count)
        }
    }

    /// Adds `count` bytes whose values the caller writes next, and gives where they lie.
    @inline(__always)
    mutating func extend(by added: Int) -> UnsafeMutableRawPointer {
        if count + added > capacity { grow(to: count + added) }
        defer { count += added }
        return unsafe start.unsafelyUnwrapped + count
    }

    private mutating func grow(to needed: Int) {
        var larger = max(capacity * 2, Self.capacityMin)
        while larger < needed { larger *= 2 }
        guard let moved = unsafe realloc(start, larger) else {
            preconditionFailure("no memory for \(larger) bytes")
        }
        unsafe start = moved
        capacity = larger
    }

    /// Forgets the bytes and keeps the memory.
    mutating func removeAll() {
        count = 0
    }

    /// Forgets the first bytes; the others move. Complexity: linear in what stays.
    mutating func removeFirst(_ removed: Int) {
        precondition(removed <= count, "more bytes were removed than are held")
        guard removed > 0, let start = unsafe start else { return }
        unsafe memmove(start, start + removed, count - removed)
        count -= removed
    }

    /// Forgets the bytes, and gives memory back that is larger than `keptBytes`.
    mutating func reset(keepingBytes keptBytes: Int) {
        count = 0
        guard capacity > keptBytes else { return }
        unsafe free(start)
        unsafe start = nil
        capacity = 0
    }

    /// Copies `range` to where the caller wants it.
    func copy(_ range: Range<Int>, to room: UnsafeMutableRawPointer) {
        precondition(range.upperBound <= count, "bytes were read that are not held")
        guard let start = unsafe start else { return }
        unsafe room.copyMemory(from: start + range.lowerBound, byteCount: range.count)
    }

    /// The bytes in an array of their own.
    func copied() -> [UInt8] { withSpan { $0.copied() } }
}
