// swift-tools-version: 6.2
import PackageDescription

// The fuzz targets and the few targets they reach, built with libFuzzer's coverage.
// packaging/scripts/fuzz.sh lays this file beside links to Sources and Tests/Fuzz: SwiftPM takes
// no target from outside its package, and the product's own package stays free of two mains.

/// The house settings, as in the product's package.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// libFuzzer brings main; the entry is a C function. Internals are reached with @testable.
let fuzzing: [SwiftSetting] = house + [.unsafeFlags(["-parse-as-library"])]
let opened: [SwiftSetting] = house + [.unsafeFlags(["-enable-testing"])]

let package = Package(
    name: "fuzz",
    products: [
        .executable(name: "FuzzSession", targets: ["FuzzSession"]),
        .executable(name: "FuzzParsers", targets: ["FuzzParsers"]),
    ],
    targets: [
        .systemLibrary(name: "CNGHTTP2", path: "Sources/CNGHTTP2", pkgConfig: "libnghttp2"),
        .systemLibrary(name: "CProtobufC", path: "Sources/CProtobufC", pkgConfig: "libprotobuf-c"),
        .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib"),
        .target(name: "CSystem", path: "Sources/CSystem"),
        .target(
            name: "CGRPCMessages", dependencies: ["CProtobufC"], path: "Sources/CGRPCMessages",
            publicHeadersPath: "."),
        .target(
            name: "Ground", dependencies: ["CSystem"], path: "Sources/Ground",
            swiftSettings: opened),
        .target(
            name: "HTTP2", dependencies: ["Ground", "CSystem", "CNGHTTP2", "COpenSSL"],
            path: "Sources/HTTP2", swiftSettings: opened),
        .target(
            name: "GRPC",
            dependencies: ["Ground", "HTTP2", "CGRPCMessages", "CProtobufC", "CZlib"],
            path: "Sources/GRPC", swiftSettings: opened),
        .executableTarget(
            name: "FuzzSession", dependencies: ["Ground", "HTTP2", "GRPC"], path: "Fuzz/Session",
            swiftSettings: fuzzing),
        .executableTarget(
            name: "FuzzParsers", dependencies: ["Ground", "GRPC"], path: "Fuzz/Parsers",
            swiftSettings: fuzzing),
    ]
)
