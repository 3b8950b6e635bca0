import Testing

@Suite("No unfinished work and nobody's own machine")
struct WordTests {
    private static let readExtensions: Set<String> = [
        "swift", "c", "h", "modulemap", "proto", "py", "toml", "sh", "md", "yaml", "yml",
    ]

    @Test("Nothing we write uses a banned word")
    func words() {
        let folders = ["Sources", "Tests", "Protos", "clients", "packaging", "docs"]
        var files = folders.flatMap {
            SourceTree.files(below: $0, extensions: Self.readExtensions)
        }
        files += SourceTree.names(in: "").compactMap { name in
            SourceTree.isFolder(name) ? nil : SourceTree.file(name)
        }
        files += [SourceTree.file(".ci/run")].compactMap(\.self)
        // Foreign text and what is built from it: not ours to word.
        let ours = files.filter {
            !SourceTree.isGenerated($0.path) && $0.path != "LICENSE"
                && $0.path != "Package.resolved" && !$0.path.hasPrefix("Protos/google/")
                && !$0.path.hasPrefix("Protos/grpc/")
        }
        #expect(ours.contains { $0.path == "Makefile" }, "the source tree was not found")
        let offences = ours.flatMap(WordRules.offences)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test(
        "Words are found whole, at their line",
        arguments: [
            ("// TO" + "DO: later", true), ("let TO" + "DOs = 1", false),
            ("mktemp.XX" + "XXXX", false), ("a place" + "holder.", true),
            ("try" + "! run()", true), ("retry" + "!", false), ("x as" + "! Int", true),
            ("alias" + "! b", false), ("fatal" + "Error(\"no\")", true),
            ("// try" + "! is banned", false), ("let s = \"as" + "!\"", false),
            ("good for " + "now", true), ("fornow", false), ("let path = \"/wo" + "rk/x\"", true),
        ])
    func samples(text: String, isOffence: Bool) {
        let file = SourceFile(path: "A.swift", text: "\n" + text)
        #expect(WordRules.offences(in: file).map(\.line) == (isOffence ? [2] : []))
    }
}
