import Foundation
import Service
import Testing

/// All tests that start a server, one after the other: each starts on an empty directory.
@Suite(.serialized) struct ServiceTests {}

/// A folder with a configuration of two lenders and a data directory; removed at the end.
final class TestRiskd {
    static let demo = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/riskd/Demo").path
    static let keys = ["first-key", "second-key"]
    private static let digests = [
        "9e24b55356ef2a121ab5fd1a3ee8a3c9191e837f3853e399a369e9044ff183f7",
        "f397f260a275cc4d42e7965c556167bf3f068aed491d35a8f5b38c8c2db96bb0",
    ]

    let folder: String
    private var running: Riskd?

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("riskd-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try write(Self.configuration)
    }

    deinit {
        _ = try? running?.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var configurationPath: String { folder + "/riskd.yaml" }

    /// Two lenders with the same models and the same policy.
    static var configuration: String {
        let tenants = [1, 2].map { number in
            """
              - number: \(number)
                name: lender \(number)
                keys:
                  - {name: channel, sha256: \(digests[number - 1])}
                models: [\(demo)/models/german_scorecard.yaml, \(demo)/models/german_trees.yaml]
                policies: [\(demo)/policy.yaml]

            """
        }
        return "format: riskd-config/1\ntenants:\n" + tenants.joined()
    }

    /// An address that tests know to be one.
    static func address(_ text: String) throws -> ListenAddress {
        try #require(ListenAddress(text))
    }

    func write(_ configuration: String) throws {
        try configuration.write(
            toFile: configurationPath, atomically: true, encoding: .utf8)
    }

    /// Starts on the data directory, as it was left.
    @discardableResult
    func start(admin: UInt16? = nil, workers: Int = 2) throws -> UInt16 {
        let listen = try TestRiskd.address("127.0.0.1:0")
        let riskd = try Riskd.start(
            ServeOptions(
                listen: listen, dataDirectory: folder + "/data", workerCount: workers,
                configurationPath: configurationPath,
                admin: try admin.map { try TestRiskd.address("127.0.0.1:\($0)") })
        ) { problem in
            Issue.record("the journal failed: \(problem)")
        }
        running = riskd
        return riskd.port
    }

    /// The running server.
    func server() throws -> Riskd { try #require(running) }

    /// Drains; gives whether every call finished.
    @discardableResult
    func stop() throws -> Bool {
        let stopped = try server().stop()
        running = nil
        return stopped
    }

    /// A client of the first or the second lender.
    func client(_ lender: Int = 0) throws -> RiskClient {
        try RiskClient(
            port: try server().port, authorization: "Bearer \(Self.keys[lender])")
    }
}
