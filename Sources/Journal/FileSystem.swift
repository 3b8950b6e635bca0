internal import Glibc
internal import Ground

/// What the operating system refused: which call, on which file, with which errno.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system call.
    public var call: String
    /// The file or folder.
    public var name: String
    /// Its errno.
    public var code: Int32

    /// All fields as given.
    public init(call: String, name: String, code: Int32) {
        self.call = call
        self.name = name
        self.code = code
    }

    /// One line for a log.
    public var description: String {
        let problem = unsafe String(cString: strerror(code))
        return "\(call) of \(name) failed with errno \(code): \(problem)"
    }
}

/// One file of fixed length, written in place.
///
/// A write is durable only after a later `sync` returned; until then any 512-byte sector of it may
/// be old or new after a crash. Thread: any; writes to one file come from one queue.
public protocol JournalFile: AnyObject, Sendable {
    /// The length it was made with.
    var byteCount: Int { get }
    /// Writes all bytes at `offset`, inside the length.
    func write(_ bytes: [UInt8], at offset: Int) throws(FileError)
    /// The same for bytes that are in no array.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError)
    /// Makes every earlier write durable. After an error nothing about them is known.
    func sync() throws(FileError)
    /// Reads up to `count` bytes; fewer only at the end of the file.
    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8]
}

extension JournalFile {
    /// Writes a copy: for files that keep what they are given.
    public func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        try write(bytes.array(), at: offset)
    }
}

/// The directory a journal lives in: the machine's, or a simulated one that loses and tears writes.
///
/// Thread: any.
public protocol FileSystem: Sendable {
    /// Names of the files there are.
    func list() throws(FileError) -> [String]
    /// Makes a file of `byteCount` bytes: `start`, then zeros, all written and synced. The name
    /// appears only when the whole file is durable.
    func create(_ name: String, byteCount: Int, start: [UInt8]) throws(FileError)
        -> any JournalFile
    /// Opens an existing file.
    func open(_ name: String) throws(FileError) -> any JournalFile
    /// Removes a file; nothing when it is not there.
    func remove(_ name: String) throws(FileError)
}
