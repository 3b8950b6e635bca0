// swift-tools-version: 6.2
import PackageDescription

/// The house settings: every Swift target of the product is built with these.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Targets on the road: small functions must inline across module borders, and the dynamic checks
/// of exclusive access, some 6% of a call, are left to the debug builds that run every test.
let hot: [SwiftSetting] =
    house + [
        .unsafeFlags(
            ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
            .when(configuration: .release))
    ]

let strictC: [CSetting] = [.treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

/// A test target beside the target it tests.
func tests(
    of name: String, with others: [Target.Dependency] = [], excluding files: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + others, exclude: files,
        swiftSettings: house)
}

let package = Package(
    name: "riskd",
    products: [
        .executable(name: "riskd", targets: ["riskd"]),
        .executable(name: "riskctl", targets: ["riskctl"]),
        .executable(name: "riskload", targets: ["riskload"]),
        .executable(name: "interop-server", targets: ["interop-server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // The ground floor: C libraries of the system, one door each.
        .systemLibrary(
            name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSystem", cSettings: strictC),
        // What protoc-c wrote from Protos/. Never edited.
        .target(
            name: "CMessages", dependencies: ["CProtobufC"], publicHeadersPath: ".",
            cSettings: strictC),
        .target(
            name: "CGRPCMessages", dependencies: ["CProtobufC"], publicHeadersPath: ".",
            cSettings: strictC),
        .target(
            name: "CInteropMessages", dependencies: ["CProtobufC", "CGRPCMessages"],
            publicHeadersPath: ".", cSettings: strictC),
        // Ground and words.
        .target(name: "Ground", dependencies: ["CSystem"], swiftSettings: hot),
        .target(name: "Domain", dependencies: ["Ground"], swiftSettings: hot),
        .target(name: "Expressions", dependencies: ["Ground"], swiftSettings: hot),
        // The wire.
        .target(
            name: "HTTP2", dependencies: ["Ground", "CSystem", "CNGHTTP2", "COpenSSL"],
            swiftSettings: hot),
        .target(
            name: "GRPC",
            dependencies: ["Ground", "HTTP2", "CGRPCMessages", "CProtobufC", "CZlib"],
            swiftSettings: hot),
        .target(
            name: "Messages", dependencies: ["Ground", "Domain", "CMessages", "CProtobufC"],
            swiftSettings: hot),
        // The stages: none of them imports another.
        .target(
            name: "Tenancy", dependencies: ["Ground", "Domain", "COpenSSL"], swiftSettings: hot),
        .target(name: "Features", dependencies: ["Ground", "Domain"], swiftSettings: hot),
        .target(
            name: "Scoring",
            dependencies: ["Ground", "Domain", .product(name: "Yams", package: "Yams")],
            swiftSettings: hot),
        .target(name: "FraudGraph", dependencies: ["Ground", "Domain"], swiftSettings: hot),
        .target(name: "Limits", dependencies: ["Ground", "Domain"], swiftSettings: hot),
        .target(
            name: "Policy",
            dependencies: ["Ground", "Domain", .product(name: "Yams", package: "Yams")],
            swiftSettings: hot),
        .target(
            name: "Journal",
            dependencies: ["Ground", "Domain", "Limits", "CSystem", "COpenSSL", "CRocksDB"],
            swiftSettings: hot),
        // The road and the house around it.
        .target(
            name: "Decisions",
            dependencies: [
                "Ground", "Domain", "Messages", "Features", "Scoring", "FraudGraph", "Policy",
                "Journal", "Tenancy",
            ],
            swiftSettings: hot),
        .target(
            name: "Service",
            dependencies: [
                "Ground", "Domain", "HTTP2", "GRPC", "Messages", "Tenancy", "Features", "Scoring",
                "FraudGraph", "Limits", "Policy", "Journal", "Decisions",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            swiftSettings: hot),
        .executableTarget(
            name: "riskd",
            dependencies: ["Ground", "Service", argumentParser],
            resources: [.copy("Demo")],
            swiftSettings: house),
        .executableTarget(
            name: "riskctl",
            dependencies: ["Expressions", "Tenancy", "Journal", argumentParser],
            swiftSettings: house),
        .executableTarget(
            name: "riskload",
            dependencies: [
                "Ground", "HTTP2", "GRPC", argumentParser,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: hot),
        // For tests only: the standard interop and conformance services on the same transport.
        .executableTarget(
            name: "interop-server",
            dependencies: [
                "Ground", "HTTP2", "GRPC", "CInteropMessages", "CProtobufC", argumentParser,
            ],
            swiftSettings: house),
        tests(of: "Ground"),
        tests(of: "Domain"),
        tests(of: "Expressions", with: ["Ground"]),
        tests(of: "HTTP2", with: ["Ground"]),
        tests(of: "GRPC", with: ["Ground", "HTTP2"]),
        tests(of: "Messages", with: ["Ground", "Domain"]),
        tests(of: "Tenancy", with: ["Ground", "Domain"]),
        tests(of: "Features", with: ["Ground", "Domain"]),
        tests(of: "Scoring", with: ["Ground", "Domain"], excluding: ["Data"]),
        tests(of: "FraudGraph", with: ["Ground", "Domain"]),
        // The naive ledger that Limits, and the simulator, are held against.
        .target(
            name: "LedgerOracle", dependencies: ["Ground", "Domain", "Limits"],
            path: "Tests/LedgerOracle", swiftSettings: hot),
        tests(of: "Limits", with: ["Ground", "Domain", "LedgerOracle"]),
        tests(of: "Policy", with: ["Ground", "Domain"]),
        tests(of: "Journal", with: ["Ground", "Domain", "Limits"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Ground", "Domain", "Limits", "Journal", "LedgerOracle"],
            swiftSettings: house),
        tests(
            of: "Decisions",
            with: [
                "Ground", "Domain", "Messages", "Features", "Scoring", "FraudGraph", "Policy",
                "Journal",
            ]),
        tests(
            of: "Service",
            with: ["Ground", "Domain", "HTTP2", "GRPC", "Messages", "Limits", "Journal"]),
        tests(
            of: "riskload", with: ["Ground", "Domain", "HTTP2", "GRPC", "Messages", argumentParser]),
        .testTarget(name: "TidyTests", swiftSettings: house),
    ]
)
