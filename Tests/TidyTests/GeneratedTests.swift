import Foundation
import Testing

@Suite("Generated files match Protos/")
struct GeneratedTests {
    private static let manifestPath = "Protos/generated.sha256"
    private static let generatedFolders = [
        "Sources/CMessages", "Sources/CGRPCMessages", "Sources/CInteropMessages",
        "clients/python/riskd_client/generated", "clients/python/tests/interop_messages",
    ]

    /// Runs a command in the repository's root and gives its status with what it printed.
    private static func run(_ command: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = SourceTree.root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// The paths of a manifest whose lines are `HASH  PATH`.
    private static func listedPaths(_ text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").compactMap {
                $0.split(separator: " ", maxSplits: 1).last.map { String($0).trimmed }
            })
    }

    @Test("Neither a .proto nor a generated file changed without the other")
    func hashes() throws {
        let check = try Self.run("sha256sum", "--check", "--strict", "--quiet", Self.manifestPath)
        #expect(check.status == 0, "\(check.output)run 'make protos' and commit what it writes")
    }

    @Test("The list of hashes names every .proto and every generated file")
    func completeness() throws {
        let manifest = try #require(SourceTree.file(Self.manifestPath))
        var expected = Set(SourceTree.files(below: "Protos", extensions: ["proto"]).map(\.path))
        #expect(!expected.isEmpty)
        for folder in Self.generatedFolders {
            expected.formUnion(SourceTree.paths(below: folder))
        }
        expected = expected.filter { !$0.hasSuffix("module.modulemap") }
        let listed = Self.listedPaths(manifest.text)
        #expect(expected.subtracting(listed) == [], "not generated from Protos/")
        #expect(listed.subtracting(expected) == [], "listed but gone")
    }

    @Test("protoc-c writes the same C again", .enabled(if: protocMatches()))
    func regeneration() throws {
        let check = try Self.run("packaging/scripts/protos.sh", "--check", "--c")
        #expect(check.status == 0, "\(check.output)")
    }

    @Test("A list of hashes is read")
    func manifestForm() {
        #expect(
            Self.listedPaths("ab12  Protos/a.proto\ncd34  b c.h\n") == ["Protos/a.proto", "b c.h"])
    }

    /// Other releases of protoc-c may write other C: only the one used for the checked-in files
    /// can tell drift from difference.
    private static func protocMatches() -> Bool {
        guard let version = try? run("protoc-c", "--version") else { return false }
        return version.status == 0 && version.output.contains("protobuf-c 1.4.1")
    }
}
