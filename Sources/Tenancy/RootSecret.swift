public import Domain
internal import Glibc
public import Ground

/// The 32 random bytes that a data directory's identifier hashes come from.
///
/// Made once, kept in `root.secret` (mode 0600) beside the journal. Losing it loses the way from a
/// lender's identifiers to the records, so it belongs into every backup.
public struct RootSecret: Sendable {
    /// Why the secret cannot be read or made.
    public enum Failure: Error, Sendable, CustomStringConvertible {
        case unreadable(path: String, reason: String)
        case wrongSize(path: String, byteCount: Int)
        case missing(path: String)

        public var description: String {
            switch self {
            case .unreadable(let path, let reason): "cannot read or write \(path): \(reason)"
            case .wrongSize(let path, let byteCount):
                "\(path) has \(byteCount) bytes instead of \(Digest.byteCount): restore it"
            case .missing(let path):
                "\(path) is missing although there is a journal: restore it from a backup"
            }
        }
    }

    private let bytes: [UInt8]

    /// From given bytes, for tests and stores in memory.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the secret of `directory`, or makes it when there is none and no journal either: a
    /// new secret over old records would lose every subject and execute every repeat anew.
    public static func load(directory: String) throws(Failure) -> RootSecret {
        let path = directory + "/root.secret"
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 {
            guard errno == ENOENT else { throw unreadable(path) }
            guard unsafe access(directory + "/witness", F_OK) != 0 else {
                throw .missing(path: path)
            }
            try make(path: path)
            return try load(directory: directory)
        }
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount + 1)
        let count = unsafe read(file, &bytes, bytes.count)
        guard count >= 0 else { throw unreadable(path) }
        guard count == Digest.byteCount else {
            throw .wrongSize(path: path, byteCount: count)
        }
        return RootSecret(bytes: Array(bytes.prefix(count)))
    }

    /// Written under another name first, so that a crash never leaves half a secret, and linked
    /// instead of renamed: of two processes that start at once, both use the first one's secret.
    private static func make(path: String) throws(Failure) {
        let bytes = Digest.randomBytes(Digest.byteCount)
        let draft = "\(path).\(Digest.hexadecimal(Digest.randomBytes(8))).new"
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unreadable(draft) }
        defer { _ = close(file) }
        guard unsafe write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw unreadable(draft)
        }
        defer { _ = unsafe unlink(draft) }
        guard unsafe link(draft, path) == 0 || errno == EEXIST else { throw unreadable(path) }
        try syncFolder(of: path)
    }

    /// A new name is durable only when its folder is.
    private static func syncFolder(of path: String) throws(Failure) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let file = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(folder) }
        defer { _ = close(file) }
        guard fsync(file) == 0 else { throw unreadable(folder) }
    }

    private static func unreadable(_ path: String) -> Failure {
        .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
    }

    /// The key that hashes this tenant's identifiers: 128 bits of
    /// HMAC-SHA-256(secret, "identifiers" || tenant).
    public func identifierKey(of tenant: TenantID) -> HashKey {
        var message = ByteWriter()
        message.write(raw: "identifiers".utf8)
        message.write(tenant.rawValue)
        let digest = Digest.hmac(message.bytes, key: bytes)
        return HashKey(first: Self.number(digest[0..<8]), second: Self.number(digest[8..<16]))
    }

    /// The number that every file of this directory's journal carries, so that a journal and the
    /// secret of another are never opened together: 64 bits of HMAC-SHA-256(secret, "journal").
    public var journalIdentity: UInt64 {
        Self.number(Digest.hmac(Array("journal".utf8), key: bytes)[0..<8])
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
        digits.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
