internal import CProtobufC

/// Memory for one message: handed out by moving a pointer, given back all at once.
///
/// libprotobuf-c allocates every field on its own; with an arena a request costs no `malloc` after
/// warm-up. A first chunk is kept for ever; further chunks live until the next `reset`.
///
/// Bound: `Arena.bytesMax`; beyond it an allocation fails and unpacking ends with an error.
/// Thread: owned by one worker; never shared.
@safe
final class Arena {
    /// Reason: the largest message (4 MiB) unpacks to at most eight times its size under
    /// `WireCheck.elementCountMax`; twice that is room to build a reply beside it.
    static let bytesMax = 64 << 20
    static let chunkBytes = 64 << 10
    private static let alignment = 16

    private var chunks: [UnsafeMutableRawBufferPointer]
    private var used = 0
    private var total = Arena.chunkBytes
    private let allocator: UnsafeMutablePointer<ProtobufCAllocator>

    init() {
        unsafe chunks = [
            .allocate(byteCount: Arena.chunkBytes, alignment: Arena.alignment)
        ]
        unsafe allocator = .allocate(capacity: 1)
        // The arena outlives every use of its allocator: both end in `deinit`.
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe allocator.initialize(
            to: ProtobufCAllocator(
                alloc: { arena, size in
                    guard let arena = unsafe arena else { return nil }
                    // Called for every field: the arena is alive, so nothing is counted.
                    return unsafe Unmanaged<Arena>.fromOpaque(arena)._withUnsafeGuaranteedRef {
                        unsafe $0.allocate(byteCount: size)
                    }
                },
                free: { _, _ in },
                allocator_data: this))
    }

    deinit {
        for index in unsafe chunks.indices { unsafe chunks[index].deallocate() }
        unsafe allocator.deinitialize(count: 1)
        unsafe allocator.deallocate()
    }

    /// What libprotobuf-c takes; valid as long as the arena.
    var cAllocator: UnsafeMutablePointer<ProtobufCAllocator> { unsafe allocator }

    /// Uninitialised memory, aligned to 16 bytes; nil when the arena's bound is reached.
    func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = (byteCount + Arena.alignment - 1) & ~(Arena.alignment - 1)
        if unsafe used + size > chunks[chunks.count - 1].count {
            let chunkBytes = max(size, Arena.chunkBytes)
            guard total + chunkBytes <= Arena.bytesMax else { return nil }
            total += chunkBytes
            unsafe chunks.append(.allocate(byteCount: chunkBytes, alignment: Arena.alignment))
            used = 0
        }
        defer { used += size }
        return unsafe chunks[chunks.count - 1].baseAddress! + used
    }

    /// Everything handed out is over; all chunks but the first are freed.
    func reset() {
        while unsafe chunks.count > 1 { unsafe chunks.removeLast().deallocate() }
        used = 0
        total = Arena.chunkBytes
    }
}
