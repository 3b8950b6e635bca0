internal import Foundation
internal import Glibc
internal import Journal

/// Copies a running server's data into another folder: the journal, then the secret.
///
/// The journal is sealed before the secret is written, and nothing opens without the secret, so
/// half a backup is never taken for one. Thread: any, one at a time.
struct BackupMaker {
    let journal: Journal
    /// The data directory of the running server.
    let data: String

    /// Why a backup cannot be made, in a line for the operator.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes the backup. The folder must not exist, or be empty; its parent must exist.
    ///
    /// Errors: `Failure`, and what `Journal.backup` throws.
    func run(to folder: String) throws -> BackupReport {
        guard folder.hasPrefix("/") else {
            throw Failure(description: "the backup needs an absolute path, not '\(folder)'")
        }
        let made = unsafe mkdir(folder, 0o700)
        guard made == 0 || errno == EEXIST else { throw Self.failed(folder) }
        guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
            throw Failure(description: "\(folder) is not empty: name another directory")
        }
        let report = try journal.backup(to: folder)
        try copySecret(to: folder)
        return report
    }

    private func copySecret(to folder: String) throws {
        let secret = try Data(contentsOf: URL(fileURLWithPath: data + "/root.secret"))
        let path = folder + "/root.secret"
        guard
            FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Self.failed(path) }
        defer { try? file.close() }
        try file.write(contentsOf: secret)
        try file.synchronize()
        // The folder's own name is durable only when its parent is.
        try Self.sync(folder)
        try Self.sync((folder as NSString).deletingLastPathComponent)
    }

    private static func sync(_ folder: String) throws {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed(folder) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(folder) }
    }

    private static func failed(_ path: String) -> Failure {
        Failure(description: "cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
