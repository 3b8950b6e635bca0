internal import CSystem
internal import Glibc
internal import Ground

/// Writes to one file past the page cache (O_DIRECT): a batch is read back by nobody, mostly, and
/// copying it into fresh pages costs more than writing it.
///
/// Where the file system does not take such writes, it says so and the caller writes as usual. The
/// kernel drops what the page cache had of the bytes written, so readers of the file see them.
/// Thread: any, one at a time; see `JournalFile` for who writes.
@safe
final class DirectWriter: Sendable {
    /// Reason: what every disk's blocks and the memory's alignment divide, but for disks of 4 KiB
    /// blocks, which refuse the first batch that is not whole blocks and are written as usual.
    static let blockBytes = BatchFormat.sectorBytes
    /// Of the buffer. Reason: a page suits every disk.
    private static let alignmentBytes = 4_096
    /// The buffer at least. Reason: most batches are shorter, and zeros are written in such pieces.
    private static let pieceBytes = 1 << 20

    @safe
    private struct Buffer: @unchecked Sendable {
        // Safe and Sendable because it is reached under its lock only, and freed with its owner.
        var start: UnsafeMutableRawPointer?
        var capacity = 0
        /// True once the file system refused.
        var isRefused = false
    }

    private let name: String
    private let descriptor: Int32
    private let buffer = Lock(unsafe Buffer(start: nil))

    /// Opens the file at `path` once more; nil when the file system knows no such writing.
    init?(path: String, name: String) {
        descriptor = unsafe csystem_open_direct(path)
        self.name = name
        if descriptor < 0 { return nil }
    }

    deinit {
        _ = Glibc.close(descriptor)
        buffer.withLock { unsafe free($0.start) }
    }

    /// Writes all of `bytes` at `offset`. Says false, having written nothing that counts, when this
    /// must be done as usual: not whole blocks, or the file system refuses.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) -> Bool {
        guard offset % Self.blockBytes == 0, bytes.count % Self.blockBytes == 0 else {
            return false
        }
        return try buffer.withLock { (buffer) throws(FileError) in
            guard let start = unsafe reserve(&buffer, bytes.count) else { return false }
            unsafe bytes.withUnsafeBytes { raw in
                unsafe start.copyMemory(from: raw.baseAddress!, byteCount: raw.count)
            }
            return unsafe try write(start, bytes.count, at: offset, &buffer)
        }
    }

    /// Writes zeros over the first `count` bytes. Says false as `write` does.
    func writeZeros(count: Int) throws(FileError) -> Bool {
        guard count % Self.blockBytes == 0 else { return false }
        return try buffer.withLock { (buffer) throws(FileError) in
            guard let start = unsafe reserve(&buffer, Self.pieceBytes) else { return false }
            unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: Self.pieceBytes)
            var offset = 0
            while offset < count {
                let piece = min(Self.pieceBytes, count - offset)
                guard unsafe try write(start, piece, at: offset, &buffer) else { return false }
                offset += piece
            }
            return true
        }
    }

    /// The buffer, of at least `count` bytes; nil when there is no use for it.
    private func reserve(_ buffer: inout Buffer, _ count: Int) -> UnsafeMutableRawPointer? {
        if buffer.isRefused { return nil }
        if buffer.capacity < count {
            unsafe free(buffer.start)
            unsafe buffer.start = nil
            let capacity = max(Self.pieceBytes, count)
            guard unsafe posix_memalign(&buffer.start, Self.alignmentBytes, capacity) == 0 else {
                buffer.capacity = 0
                return nil
            }
            buffer.capacity = capacity
        }
        return unsafe buffer.start
    }

    private func write(
        _ start: UnsafeMutableRawPointer, _ count: Int, at offset: Int, _ buffer: inout Buffer
    ) throws(FileError) -> Bool {
        var done = 0
        while done < count {
            let written = unsafe pwrite(
                descriptor, start + done, count - done, off_t(offset + done))
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EINVAL {
                buffer.isRefused = true
                return false
            }
            // A write of nothing is how some file systems say that the disk is full.
            guard written > 0 else {
                throw FileError(call: "pwrite", name: name, code: written == 0 ? ENOSPC : errno)
            }
            done += written
        }
        return true
    }
}
