import Foundation
import Testing

@Suite("The repository's top level")
struct LayoutTests {
    static let required: Set<String> = [
        "Package.swift", "Sources", "Protos", "Tests", "clients", "packaging", "README.md",
        "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile",
        ".ci", ".gitignore", ".swift-format",
    ]
    /// May be there: `docs`, the resolved versions, and what the commands leave behind unversioned.
    static let allowed: Set<String> = ["docs", "Package.resolved", "data", "demo-data"]

    static func strangers(among names: [String]) -> [String] {
        names.filter { !$0.hasPrefix(".") && !required.contains($0) && !allowed.contains($0) }
    }

    @Test("Everything expected is there and nothing else")
    func topLevel() {
        let names = SourceTree.names(in: "")
        #expect(Self.required.subtracting(names) == [])
        #expect(Self.strangers(among: names) == [])
    }

    @Test("A stranger at the top is noticed, hidden and known names are not")
    func samples() {
        #expect(
            Self.strangers(among: ["Sources", "notes.txt", ".build", "docs", "lib"])
                == ["notes.txt", "lib"])
    }

    @Test("ARCHITECTURE.md names every target")
    func architectureNamesTargets() throws {
        let manifest = try #require(SourceTree.file("Package.swift"))
        let text = try #require(SourceTree.file("ARCHITECTURE.md")).text
        let targets = PackageManifest(manifest.text).targets.filter { $0.kind != "testTarget" }
        #expect(targets.count > 10)
        let unnamed = targets.map(\.name).filter { !WordRules.contains(text, word: $0) }
        #expect(unnamed.isEmpty)
    }

    @Test("Scripts can be started and name their shell")
    func scripts() throws {
        let scripts =
            SourceTree.files(below: "packaging/scripts", extensions: ["sh"])
            + [try #require(SourceTree.file(".ci/run"))]
        #expect(scripts.count > 3)
        for script in scripts {
            // A file that is only sourced opens with a comment that says so.
            let isSourced = script.text.hasPrefix("# Sourced ")
            #expect(
                script.text.hasPrefix("#!/usr/bin/env bash\n") != isSourced, "\(script.path)")
            let path = SourceTree.root.appending(path: script.path)
            let isExecutable = try path.resourceValues(forKeys: [.isExecutableKey]).isExecutable
            #expect(isExecutable == !isSourced, "\(script.path): wrong mode")
        }
    }
}
