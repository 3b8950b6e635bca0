internal import Glibc
internal import Ground

/// A journal's directory that is looked at and never changed.
///
/// Recovery zeroes a torn tail and removes files that were never finished; over this both stay as
/// they are, because what it writes is dropped. Thread: any.
struct ReadOnlyFileSystem: FileSystem {
    private let files: any FileSystem

    init(_ files: any FileSystem) { self.files = files }

    func list() throws(FileError) -> [String] { try files.list() }

    /// Nothing is made. Errors: always EROFS.
    func create(
        _ name: String, byteCount: Int, start: [UInt8]
    ) throws(FileError) -> any JournalFile {
        throw FileError(call: "create", name: name, code: EROFS)
    }

    func open(_ name: String) throws(FileError) -> any JournalFile {
        ReadOnlyFile(try files.open(name))
    }

    func remove(_ name: String) {}
}

/// A file whose writes are dropped.
private final class ReadOnlyFile: JournalFile {
    private let file: any JournalFile
    var byteCount: Int { file.byteCount }

    init(_ file: any JournalFile) { self.file = file }

    func write(_ bytes: [UInt8], at offset: Int) {}

    func sync() {}

    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}

/// A store that is looked at and never changed: writes are dropped.
///
/// Thread: any.
final class ReadOnlyStore: Store {
    private let store: any Store

    init(_ store: any Store) { self.store = store }

    func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]? { try store.get(key) }

    func write(_ changes: [StoreChange]) {}

    func scan(
        prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreError) {
        try store.scan(prefix: prefix, body)
    }

    func flush() {}

    func forgetReads() { store.forgetReads() }
}
