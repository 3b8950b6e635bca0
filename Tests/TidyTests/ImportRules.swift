/// Which target may import which, and what may be imported anywhere.
enum ImportRules {
    /// Modules of the toolchain, open to everyone.
    static let systemModules: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
    ]

    private static let stages = [
        "Tenancy", "Features", "Scoring", "FraudGraph", "Limits", "Policy",
    ]

    /// Every Swift target of `Sources` and the modules it may import, ground floor first.
    static let allowed: [String: Set<String>] = [
        "Ground": ["CSystem"],
        "Domain": ["Ground"],
        "Expressions": ["Ground", "Domain"],
        "HTTP2": ["Ground", "CSystem", "CNGHTTP2", "COpenSSL"],
        "GRPC": ["Ground", "HTTP2", "CGRPCMessages", "CProtobufC", "CZlib"],
        "Messages": ["Ground", "Domain", "CMessages", "CProtobufC"],
        "Tenancy": ["Ground", "Domain", "COpenSSL"],
        "Features": ["Ground", "Domain", "Expressions"],
        "Scoring": ["Ground", "Domain", "COnnx", "CProtobufC", "Yams"],
        "FraudGraph": ["Ground", "Domain"],
        "Limits": ["Ground", "Domain"],
        "Policy": ["Ground", "Domain", "Expressions", "Yams"],
        "Journal": ["Ground", "Domain", "Limits", "CSystem", "COpenSSL", "CRocksDB"],
        "Decisions": Set(stages + ["Ground", "Domain", "Expressions", "Messages", "Journal"]),
        "Service": Set(
            stages + [
                "Ground", "Domain", "Expressions", "HTTP2", "GRPC", "Messages", "Journal",
                "Decisions", "FlyingFox", "FlyingSocks", "Logging", "Metrics", "ServiceLifecycle",
                "Yams",
            ]),
        // Of the tests: the naive ledger is a target, because two test targets use it.
        "LedgerOracle": ["Ground", "Domain", "Limits"],
        "riskd": ["Ground", "Service", "ArgumentParser", "Logging"],
        "riskctl": [
            "Ground", "Domain", "Expressions", "Scoring", "HTTP2", "GRPC", "Messages", "Tenancy",
            "Journal", "ArgumentParser",
        ],
        "interop-server": [
            "Ground", "HTTP2", "GRPC", "CInteropMessages", "CProtobufC", "ArgumentParser",
        ],
        "riskload": [
            "Ground", "Domain", "HTTP2", "GRPC", "Messages", "ArgumentParser", "Histogram",
        ],
    ]

    /// C modules with one door: the only target that may import each.
    static let doors: [String: String] = [
        "CNGHTTP2": "HTTP2", "CRocksDB": "Journal", "CMessages": "Messages",
        "CGRPCMessages": "GRPC", "CInteropMessages": "interop-server", "COnnx": "Scoring",
        "CZlib": "GRPC",
    ]

    /// The stages that must not know each other, as DESIGN's table of targets has them.
    static let strangers = Set(stages)

    /// Imports of a product file that its target may not have.
    static func offences(in file: SourceFile) -> [Offence] {
        guard let modules = allowed[file.target] else {
            return [Offence(path: file.path, line: 1, rule: "\(file.target): no import rule")]
        }
        return imports(of: file.text).compactMap { found in
            if modules.contains(found.module) || systemModules.contains(found.module) { return nil }
            return Offence(
                path: file.path, line: found.line,
                rule: "\(file.target) must not import \(found.module)")
        }
    }

    /// C modules that a test file imports though its target has no door to them.
    static func testOffences(in file: SourceFile) -> [Offence] {
        imports(of: file.text).compactMap { found in
            guard let owner = doors[found.module], file.target != "\(owner)Tests" else {
                return nil
            }
            return Offence(
                path: file.path, line: found.line,
                rule: "only \(owner) and its tests import \(found.module)")
        }
    }

    /// The top-level modules that a source imports, with their lines.
    static func imports(of source: String) -> [(module: String, line: Int)] {
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
        ]
        let levels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
        return SwiftText.codeLines(of: source).enumerated().compactMap { index, line in
            let words = line.split { $0.isWhitespace }.map(String.init)
            guard let keyword = words.firstIndex(of: "import"),
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || levels.contains($0) }),
                var name = words[(keyword + 1)...].first
            else { return nil }
            if kinds.contains(name), words.count > keyword + 2 { name = words[keyword + 2] }
            let module = name.prefix { $0.isWordPart }
            return module.isEmpty ? nil : (String(module), index + 1)
        }
    }
}
