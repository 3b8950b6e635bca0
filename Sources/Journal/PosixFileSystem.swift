internal import Glibc

/// A directory of the machine, locked for this process.
///
/// The lock is flock(2) on the file `lock`: the kernel drops it when the process ends, however it
/// ends, so a left-over file locks nobody out.
public final class PosixFileSystem: FileSystem {
    /// Zeros are written in pieces of this size. Reason: large enough for the disk, small enough
    /// to keep.
    private static let pieceBytes = 1 << 20
    /// Files of this size and more are written past the page cache. Reason: segments are synced
    /// with every write; the witness is not, and is best left to the cache.
    private static let directBytesMin = 64 << 10

    private let directory: String
    private let directoryDescriptor: Int32
    private let lockDescriptor: Int32

    /// Makes the directory when it is not there and takes its lock.
    ///
    /// Errors: `.directoryInUse`, `.fileFailed`.
    public init(directory: String) throws(JournalError) {
        self.directory = directory
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw .fileFailed(FileError(call: "mkdir", name: directory, code: errno))
        }
        // The properties are set last: a throw after that would run deinit and close twice.
        let folder = unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw .fileFailed(FileError(call: "open", name: directory, code: errno))
        }
        let lock = unsafe Glibc.open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            let code = errno
            _ = Glibc.close(folder)
            throw .fileFailed(FileError(call: "open", name: "lock", code: code))
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            _ = Glibc.close(lock)
            _ = Glibc.close(folder)
            throw .directoryInUse(directory)
        }
        directoryDescriptor = folder
        lockDescriptor = lock
    }

    deinit {
        _ = Glibc.close(lockDescriptor)
        _ = Glibc.close(directoryDescriptor)
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func failure(_ call: String, _ name: String) -> FileError {
        FileError(call: call, name: name, code: errno)
    }

    /// Names of all entries but the dots.
    public func list() throws(FileError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw failure("opendir", directory) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { raw in
                let bytes = unsafe Array(raw.prefix { $0 != 0 })
                return String(decoding: bytes, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes the whole file under `name.new`, syncs it, renames it and syncs the directory.
    public func create(
        _ name: String, byteCount: Int, start: [UInt8]
    ) throws(FileError) -> any JournalFile {
        precondition(start.count <= byteCount, "the start fits the file")
        let temporary = name + ".new"
        let descriptor = unsafe Glibc.open(
            path(temporary), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", temporary) }
        let file = PosixFile(
            name: name, descriptor: descriptor, byteCount: byteCount,
            direct: direct(temporary, byteCount: byteCount))
        do throws(FileError) {
            try file.writeZeros(pieceBytes: Self.pieceBytes)
            try file.write(start, at: 0)
            try file.syncWhole()
            guard unsafe rename(path(temporary), path(name)) == 0 else {
                throw failure("rename", temporary)
            }
            guard fsync(directoryDescriptor) == 0 else { throw failure("fsync", directory) }
        } catch {
            _ = unsafe unlink(path(temporary))
            throw error
        }
        return file
    }

    /// Opens a file that is there, with its present length.
    public func open(_ name: String) throws(FileError) -> any JournalFile {
        let descriptor = unsafe Glibc.open(path(name), O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", name) }
        let end = lseek(descriptor, 0, SEEK_END)
        return PosixFile(
            name: name, descriptor: descriptor, byteCount: Int(end),
            direct: direct(name, byteCount: Int(end)))
    }

    private func direct(_ name: String, byteCount: Int) -> DirectWriter? {
        byteCount < Self.directBytesMin ? nil : DirectWriter(path: path(name), name: name)
    }

    /// Unlinks the file and syncs the directory.
    public func remove(_ name: String) throws(FileError) {
        if unsafe unlink(path(name)) != 0, errno != ENOENT { throw failure("unlink", name) }
        guard fsync(directoryDescriptor) == 0 else { throw failure("fsync", directory) }
    }
}

/// One open file by its descriptor: pwrite(2), fdatasync(2), pread(2); a large one is written past
/// the page cache.
final class PosixFile: JournalFile {
    private let name: String
    private let descriptor: Int32
    private let direct: DirectWriter?
    let byteCount: Int

    init(name: String, descriptor: Int32, byteCount: Int, direct: DirectWriter?) {
        self.name = name
        self.descriptor = descriptor
        self.byteCount = byteCount
        self.direct = direct
    }

    deinit { _ = Glibc.close(descriptor) }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        try write(bytes.span, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        precondition(offset >= 0 && offset + bytes.count <= byteCount, "write inside the file")
        if let direct, try direct.write(bytes, at: offset) { return }
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe pwrite(
                    descriptor, raw.baseAddress! + done, raw.count - done, off_t(offset + done))
            }
            if count < 0 && errno == EINTR { continue }
            // A write of nothing is how some file systems say that the disk is full.
            guard count > 0 else {
                throw FileError(call: "pwrite", name: name, code: count == 0 ? ENOSPC : errno)
            }
            done += count
        }
    }

    /// Writes zeros over the whole file.
    func writeZeros(pieceBytes: Int) throws(FileError) {
        if let direct, try direct.writeZeros(count: byteCount) { return }
        let piece = [UInt8](repeating: 0, count: min(byteCount, pieceBytes))
        var offset = 0
        while offset < byteCount {
            let count = min(piece.count, byteCount - offset)
            try write(count == piece.count ? piece : Array(piece[..<count]), at: offset)
            offset += count
        }
    }

    func sync() throws(FileError) {
        guard fdatasync(descriptor) == 0 else {
            throw FileError(call: "fdatasync", name: name, code: errno)
        }
    }

    /// Length and block map too: after creation.
    func syncWhole() throws(FileError) {
        guard fsync(descriptor) == 0 else {
            throw FileError(call: "fsync", name: name, code: errno)
        }
    }

    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let wanted = max(0, min(count, byteCount - offset))
        var failed: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            while initialized < wanted {
                let start = unsafe buffer.baseAddress! + initialized
                let got = unsafe pread(
                    descriptor, start, wanted - initialized, off_t(offset + initialized))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failed = errno }
                guard got > 0 else { return }
                initialized += got
            }
        }
        guard failed == 0 else { throw FileError(call: "pread", name: name, code: failed) }
        return bytes
    }
}
