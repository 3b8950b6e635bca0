// swift-tools-version: 6.2
import PackageDescription

// The simulator as a program, optimized. packaging/scripts/simulate.sh lays this file beside links
// to Sources and Tests: the simulator reaches into the journal with @testable, which the product's
// own release builds must not allow.

/// The house settings, as in the product's package.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// As the product is built, and open to @testable.
let opened: [SwiftSetting] =
    house + [
        .unsafeFlags([
            "-enable-testing", "-cross-module-optimization", "-enforce-exclusivity=unchecked",
        ])
    ]

let package = Package(
    name: "simulate",
    products: [.executable(name: "simulate", targets: ["simulate"])],
    targets: [
        .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CRocksDB", path: "Sources/CRocksDB", pkgConfig: "rocksdb"),
        .target(name: "CSystem", path: "Sources/CSystem"),
        .target(
            name: "Ground", dependencies: ["CSystem"], path: "Sources/Ground",
            swiftSettings: opened),
        .target(
            name: "Domain", dependencies: ["Ground"], path: "Sources/Domain",
            swiftSettings: opened),
        .target(
            name: "Limits", dependencies: ["Ground", "Domain"], path: "Sources/Limits",
            swiftSettings: opened),
        .target(
            name: "Journal",
            dependencies: ["Ground", "Domain", "Limits", "CSystem", "COpenSSL", "CRocksDB"],
            path: "Sources/Journal", swiftSettings: opened),
        .target(
            name: "LedgerOracle", dependencies: ["Ground", "Domain", "Limits"],
            path: "Tests/LedgerOracle", swiftSettings: opened),
        .executableTarget(
            name: "simulate",
            dependencies: ["Ground", "Domain", "Limits", "Journal", "LedgerOracle"],
            path: "Tests", exclude: [],
            sources: ["Simulate/main.swift", "SimulationTests/Simulator"],
            swiftSettings: opened),
    ]
)
