import Foundation

/// One broken rule, at the place where a reader would mend it.
struct Offence: CustomStringConvertible {
    let path: String
    let line: Int
    let rule: String

    var description: String { "\(path):\(line): \(rule)" }
}

/// Every offence on its own line: the whole message of a failed expectation.
func listing(_ offences: [Offence]) -> String {
    offences.map(\.description).joined(separator: "\n")
}

/// A text file of the repository.
struct SourceFile {
    /// From the repository's root, with slashes.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The folder below `Sources` or `Tests`: the name of the SwiftPM target.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }
}

/// The repository that these tests were compiled from.
enum SourceTree {
    /// The repository's root: this file lies two folders below it.
    static let root = URL(filePath: #filePath, directoryHint: .notDirectory)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Folders that tools write and nobody edits.
    private static let generatedPrefixes = [
        "Sources/CMessages/", "Sources/CGRPCMessages/", "Sources/CInteropMessages/",
        "clients/python/riskd_client/generated/", "clients/python/tests/interop_messages/",
    ]
    private static let skippedFolders: Set<String> = [
        "__pycache__", "node_modules", "build", "dist", "venv",
    ]

    static func isGenerated(_ path: String) -> Bool {
        generatedPrefixes.contains { path.hasPrefix($0) }
    }

    /// Files below `folder` with one of `extensions` (all when empty), sorted by path.
    static func files(below folder: String, extensions: Set<String> = []) -> [SourceFile] {
        paths(below: folder)
            .filter { extensions.isEmpty || extensions.contains(fileExtension($0)) }
            .compactMap(file)
    }

    /// The file at `path`, or nil when there is none that is UTF-8.
    static func file(_ path: String) -> SourceFile? {
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
        return String(data: data, encoding: .utf8).map { SourceFile(path: path, text: $0) }
    }

    /// Paths below `folder`, hidden and built folders left out.
    static func paths(below folder: String) -> [String] {
        var found: [String] = []
        for name in names(in: folder) {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            guard isFolder(path) else {
                found.append(path)
                continue
            }
            let skipped = name.hasPrefix(".") || name.hasSuffix(".egg-info")
            if !skipped, !skippedFolders.contains(name) { found += paths(below: path) }
        }
        return found.sorted()
    }

    /// Names in `folder`, sorted; empty when there is no such folder.
    static func names(in folder: String) -> [String] {
        let path = root.appending(path: folder).path(percentEncoded: false)
        return (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }

    static func isFolder(_ path: String) -> Bool {
        let values = try? root.appending(path: path).resourceValues(forKeys: [.isDirectoryKey])
        return values?.isDirectory ?? false
    }

    private static func fileExtension(_ path: String) -> String {
        guard let dot = path.lastIndex(of: ".") else { return "" }
        return String(path[path.index(after: dot)...])
    }
}
