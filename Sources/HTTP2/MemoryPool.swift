internal import CNGHTTP2
internal import Glibc

/// Memory for nghttp2, pooled by size: streams and frames come and go with every call.
///
/// Layout: 16 bytes before each piece hold its class; a free piece holds the next free one.
/// Classes are powers of two from 32 bytes to 32 KiB; larger pieces are malloc's own. Freed
/// pieces stay in the pool, so it is as large as the busiest moment was, which the limits on
/// connections and streams bound. Thread: the worker that owns it.
@safe
public final class MemoryPool {
    private static let headerBytes = 16
    private static let smallestShift = 5
    private static let classCount = 11
    private let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// What nghttp2 is given; `mem_user_data` is this pool.
    let functions: UnsafeMutablePointer<nghttp2_mem>

    /// Starts empty.
    public init() {
        unsafe free = .allocate(capacity: Self.classCount)
        unsafe free.initialize(repeating: nil, count: Self.classCount)
        unsafe functions = .allocate(capacity: 1)
        let owner = unsafe UnsafeMutableRawPointer(free)
        unsafe functions.initialize(
            to: nghttp2_mem(
                mem_user_data: owner,
                malloc: { size, owner in unsafe MemoryPool.take(size, from: owner) },
                free: { piece, owner in unsafe MemoryPool.give(piece, to: owner) },
                calloc: { count, size, owner in
                    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
                    guard !overflow, let piece = unsafe MemoryPool.take(bytes, from: owner)
                    else { return nil }
                    unsafe memset(piece, 0, bytes)
                    return unsafe piece
                },
                realloc: { piece, size, owner in
                    unsafe MemoryPool.resize(piece, to: size, in: owner)
                }))
    }

    deinit {
        for index in 0..<Self.classCount {
            while let piece = unsafe free[index] {
                unsafe free[index] = unsafe piece.load(as: UnsafeMutableRawPointer?.self)
                unsafe Glibc.free(piece - Self.headerBytes)
            }
        }
        unsafe free.deallocate()
        unsafe functions.deallocate()
    }

    /// The class of `size`; `classCount` and more is malloc's.
    @inline(__always)
    private static func sizeClass(_ size: Int) -> Int {
        let shift = Int.bitWidth - max(size - 1, 1).leadingZeroBitCount
        return max(shift - smallestShift, 0)
    }

    private static func take(
        _ size: Int, from owner: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        let sizeClass = sizeClass(size)
        guard sizeClass < classCount else { return unsafe fresh(size, sizeClass) }
        let lists = unsafe owner.unsafelyUnwrapped.assumingMemoryBound(
            to: UnsafeMutableRawPointer?.self)
        guard let piece = unsafe lists[sizeClass] else {
            return unsafe fresh(1 << (sizeClass + smallestShift), sizeClass)
        }
        unsafe lists[sizeClass] = unsafe piece.load(as: UnsafeMutableRawPointer?.self)
        return unsafe piece
    }

    private static func fresh(_ size: Int, _ sizeClass: Int) -> UnsafeMutableRawPointer? {
        guard let start = unsafe malloc(size + headerBytes) else { return nil }
        unsafe start.storeBytes(of: sizeClass, as: Int.self)
        unsafe start.storeBytes(of: size, toByteOffset: 8, as: Int.self)
        return unsafe start + headerBytes
    }

    private static func give(
        _ piece: UnsafeMutableRawPointer?, to owner: UnsafeMutableRawPointer?
    ) {
        guard let piece = unsafe piece else { return }
        let sizeClass = unsafe (piece - headerBytes).load(as: Int.self)
        guard sizeClass < classCount else {
            unsafe Glibc.free(piece - headerBytes)
            return
        }
        let lists = unsafe owner.unsafelyUnwrapped.assumingMemoryBound(
            to: UnsafeMutableRawPointer?.self)
        unsafe piece.storeBytes(of: lists[sizeClass], as: UnsafeMutableRawPointer?.self)
        unsafe lists[sizeClass] = unsafe piece
    }

    private static func resize(
        _ piece: UnsafeMutableRawPointer?, to size: Int, in owner: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard let piece = unsafe piece else { return unsafe take(size, from: owner) }
        let held = unsafe (piece - headerBytes).load(fromByteOffset: 8, as: Int.self)
        if size <= held { return unsafe piece }
        guard let larger = unsafe take(size, from: owner) else { return nil }
        unsafe memcpy(larger, piece, held)
        unsafe give(piece, to: owner)
        return unsafe larger
    }
}
