import Testing

@Suite("Dependencies point downwards")
struct ImportTests {
    @Test("No source file imports what its target may not know")
    func sources() {
        let files = SourceTree.files(below: "Sources", extensions: ["swift"])
            .filter { !SourceTree.isGenerated($0.path) }
        #expect(files.count > 20, "the source tree was not found")
        let offences = files.flatMap(ImportRules.offences)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("Tests open no C module that has its door elsewhere")
    func tests() {
        let offences = SourceTree.files(below: "Tests", extensions: ["swift"])
            .flatMap(ImportRules.testOffences)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("Package.swift gives no target more than the rules allow")
    func manifest() throws {
        let file = try #require(SourceTree.file("Package.swift"))
        let manifest = PackageManifest(file.text)
        #expect(manifest.targets.contains { $0.name == "Ground" && $0.kind == "target" })
        let offences = manifest.offences
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("Every library has its own tests")
    func everyLibraryIsTested() throws {
        let file = try #require(SourceTree.file("Package.swift"))
        let libraries = PackageManifest(file.text).targets
            .filter { $0.kind == "target" && !$0.name.hasPrefix("C") && $0.name != "LedgerOracle" }
            .map(\.name)
        let untested = libraries.filter { name in
            !SourceTree.files(below: "Tests/\(name)Tests", extensions: ["swift"])
                .contains { $0.text.contains("@Test") }
        }
        #expect(untested.isEmpty, "without tests: \(untested)")
    }

    @Test("The rules themselves: stages are strangers, a C module has one door")
    func rulesAreConsistent() {
        for stage in ImportRules.strangers {
            let known = ImportRules.allowed[stage, default: []]
            #expect(known.isDisjoint(with: ImportRules.strangers), "\(stage) knows a stage")
        }
        for (module, owner) in ImportRules.doors {
            let importers = ImportRules.allowed.filter { $0.value.contains(module) }.map(\.key)
            #expect(importers == [owner], "\(module)")
        }
        for (target, modules) in ImportRules.allowed {
            let upwards = modules.filter { ImportRules.allowed[$0]?.contains(target) == true }
            #expect(upwards.isEmpty, "\(target) and \(upwards) know each other")
        }
    }

    @Test(
        "What counts as an import",
        arguments: [
            ("import Ground", ["Ground"]),
            ("public import Domain", ["Domain"]),
            ("@preconcurrency internal import HTTP2", ["HTTP2"]),
            ("import struct Foundation.Data", ["Foundation"]),
            ("// import Policy", []),
            ("let text = \"import Policy\"", []),
            ("/* import|import Limits */ let x = 1|import GRPC", ["GRPC"]),
            ("let important = 1", []),
        ])
    func importForms(source: String, modules: [String]) {
        #expect(ImportRules.imports(of: source.replacing("|", with: "\n")).map(\.module) == modules)
    }

    @Test(
        "A forbidden import is found, an allowed one is not",
        arguments: [
            ("Policy", "Domain", false), ("Policy", "Limits", true), ("Limits", "Policy", true),
            ("Journal", "Limits", false), ("Journal", "CMessages", true),
            ("Messages", "CMessages", false), ("HTTP2", "GRPC", true), ("Ground", "Domain", true),
            ("Ground", "Glibc", false), ("Unheard", "Ground", true),
        ])
    func directions(target: String, module: String, isOffence: Bool) {
        let file = SourceFile(path: "Sources/\(target)/A.swift", text: "\nimport \(module)\n")
        #expect(ImportRules.offences(in: file).isEmpty == !isOffence)
    }

    @Test("A test target reaches a C module only through its owner's tests")
    func testDoors() {
        let text = "import CRocksDB"
        let owner = SourceFile(path: "Tests/JournalTests/A.swift", text: text)
        let other = SourceFile(path: "Tests/ServiceTests/A.swift", text: text)
        #expect(ImportRules.testOffences(in: owner).isEmpty)
        #expect(ImportRules.testOffences(in: other).count == 1)
    }

    @Test("A manifest's targets and dependencies are read")
    func manifestForms() {
        let manifest = PackageManifest(
            """
            let parser = Target.Dependency.product(name: "ArgumentParser", package: "p")
            let package = Package(name: "x", targets: [
                .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
                .target(
                    name: "Policy",
                    dependencies: ["Ground", .product(name: "Yams", package: "y")]),
                .target(name: "Limits", dependencies: ["Policy"]),  // wrong
                .executableTarget(name: "riskd", dependencies: [.byName(name: "Service"), parser]),
            ])
            """)
        #expect(manifest.targets.map(\.name) == ["CZlib", "Policy", "Limits", "riskd"])
        #expect(manifest.targets[1].dependencies == ["Ground", "Yams"])
        #expect(manifest.targets[3].dependencies == ["Service", "ArgumentParser"])
        #expect(manifest.offences.map(\.line) == [7])
    }
}
