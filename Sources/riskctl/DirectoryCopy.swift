import Foundation
import Glibc

/// A synced copy of a data directory, which gets its name when it is whole.
///
/// Zeros are written out, not left as holes: riskd relies on a segment never needing space again.
struct DirectoryCopy {
    /// What belongs to a data directory: `lock` is made anew.
    private static let names: Set<String> = ["root.secret", "witness", "store"]
    private static let pieceBytes = 1 << 20

    private(set) var fileCount = 0
    private(set) var byteCount = 0

    /// Errors: `.badData` when `folder` lacks what a data directory cannot do without.
    static func checkIsBackup(_ folder: URL) throws {
        let names = try contents(folder)
        for name in ["root.secret", "witness"] where !names.contains(name) {
            throw Failure(.badData, "\(folder.path) is no backup: there is no \(name)")
        }
        guard names.contains(where: { $0.hasPrefix("segment-") }) else {
            throw Failure(.badData, "\(folder.path) is no backup: there is no segment")
        }
    }

    /// Errors: `.failed` unless `folder` does not exist or is empty.
    static func checkIsFree(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        guard try contents(folder).isEmpty else {
            throw Failure(.failed, "\(folder.path) is not empty: name another directory")
        }
    }

    private static func contents(_ folder: URL) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw Failure(.badData, "\(folder.path) cannot be read as a directory")
        }
    }

    /// Copies and syncs everything. Errors: `.failed`; then nothing has the name of `target`.
    init(from source: URL, to target: URL) throws {
        let draft = target.deletingLastPathComponent()
            .appendingPathComponent(target.lastPathComponent + ".restoring")
        do {
            try? FileManager.default.removeItem(at: draft)
            try copyFolder(source, draft) { Self.names.contains($0) || $0.hasPrefix("segment-") }
            // rename(2) replaces an empty directory, and nothing else.
            guard unsafe rename(draft.path, target.path) == 0 else { throw Self.failed(target) }
            try Self.syncFolder(target.deletingLastPathComponent())
        } catch {
            try? FileManager.default.removeItem(at: draft)
            if error is Failure { throw error }
            throw Failure(.failed, "cannot copy \(source.path): \(error.localizedDescription)")
        }
    }

    private mutating func copyFolder(
        _ source: URL, _ target: URL, where belongs: (String) -> Bool = { _ in true }
    ) throws {
        try FileManager.default.createDirectory(
            at: target, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for name in try Self.contents(source).sorted() where belongs(name) {
            let from = source.appendingPathComponent(name)
            let to = target.appendingPathComponent(name)
            if try from.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                try copyFolder(from, to)
            } else {
                try copyFile(from, to)
            }
        }
        try Self.syncFolder(target)
    }

    private mutating func copyFile(_ source: URL, _ target: URL) throws {
        let reader = try FileHandle(forReadingFrom: source)
        defer { try? reader.close() }
        guard
            FileManager.default.createFile(
                atPath: target.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw Self.failed(target) }
        let writer = try FileHandle(forWritingTo: target)
        defer { try? writer.close() }
        while let piece = try reader.read(upToCount: Self.pieceBytes), !piece.isEmpty {
            try writer.write(contentsOf: piece)
            byteCount += piece.count
        }
        try writer.synchronize()
        fileCount += 1
    }

    /// A new name is durable only when its folder is.
    private static func syncFolder(_ folder: URL) throws {
        let descriptor = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed(folder) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(folder) }
    }

    private static func failed(_ place: URL) -> Failure {
        let problem = unsafe String(cString: strerror(errno))
        return Failure(.failed, "cannot write \(place.path): \(problem)")
    }
}
