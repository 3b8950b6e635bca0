import Dispatch
import Foundation
import Ground
import HTTP2
import Service
import Testing

extension ServiceTests {
    /// The operators' port.
    ///
    /// The tests run beside the cooperative pool, which the port's server needs.
    @Suite struct AdminTests {
        /// A port that was free a moment ago.
        private static func freePort() throws -> UInt16 {
            try WorkerGroup(host: "127.0.0.1", port: 0).port
        }

        private static func get(_ path: String, port: UInt16) throws -> String {
            let socket = try Socket.connect(host: "127.0.0.1", port: port)
            let request = Array(
                "GET \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".utf8)
            #expect(try socket.send(request.span) == request.count)
            var received: [UInt8] = []
            var room = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe try room.withUnsafeMutableBytes { room in
                    try unsafe socket.receive(into: room)
                }
                if count == 0 { return String(decoding: received, as: UTF8.self) }
                received += room[..<count]
            }
        }

        /// Runs `body` on a queue of its own and waits for it without holding a pool's thread.
        private func beside(_ body: @escaping @Sendable () throws -> Void) async throws {
            try await withCheckedThrowingContinuation {
                (done: CheckedContinuation<Void, any Error>) in
                DispatchQueue(label: "test.beside").async {
                    done.resume(with: Result { try body() })
                }
            }
        }

        @Test func answersWhileCallsRun() async throws {
            try await beside {
                let riskd = try TestRiskd()
                let admin = try Self.freePort()
                let port = try riskd.start(admin: admin)
                let isOver = Lock(false)
                let calls = Lock(0)
                let stopped = DispatchGroup()
                for index in 0..<2 {
                    DispatchQueue(label: "test.calls.\(index)").async(group: stopped) {
                        let made = try? RiskClient(port: port, authorization: "Bearer first-key")
                        guard let client = made else { return }
                        var round = 0
                        while !isOver.withLock({ $0 }) {
                            round += 1
                            let line = RiskClient.openLine("open-\(index)-\(round)", "anna", 1)
                            let answer = try? client.call(RiskClient.limits + "OpenLine", line)
                            guard answer?.status == 0 else { break }
                            calls.withLock { $0 += 1 }
                        }
                        client.close()
                    }
                }
                defer {
                    isOver.withLock { $0 = true }
                    stopped.wait()
                }
                for _ in 1...10 {
                    for path in ["/healthz", "/readyz"] {
                        let answer = try Self.get(path, port: admin)
                        #expect(answer.hasPrefix("HTTP/1.1 200"), "\(path)")
                    }
                    let metrics = try Self.get("/metrics", port: admin)
                    #expect(metrics.hasPrefix("HTTP/1.1 200"))
                    for name in ["riskd_calls_started_total", "riskd_journal_applied_sequence"] {
                        #expect(metrics.contains("\n\(name) "), "\(name)")
                    }
                }
                #expect(try Self.get("/other", port: admin).hasPrefix("HTTP/1.1 404"))
                #expect(calls.withLock { $0 } > 0)
            }
        }

        /// The JSON behind the headers of an answer.
        private static func json(_ answer: String) throws -> [String: Any] {
            try #require(answer.hasPrefix("HTTP/1.1 200"))
            let body = try #require(answer.components(separatedBy: "\r\n\r\n").last)
            let object = try JSONSerialization.jsonObject(with: Data(body.utf8))
            return try #require(object as? [String: Any])
        }

        @Test func tellsEveryConnection() async throws {
            try await beside {
                let riskd = try TestRiskd()
                let admin = try Self.freePort()
                let port = try riskd.start(admin: admin)
                let clients = try ["first-key", "second-key"].map {
                    try RiskClient(port: port, authorization: "Bearer \($0)")
                }
                for (index, client) in clients.enumerated() {
                    for round in 0...index {
                        let line = RiskClient.openLine("open-\(index)-\(round)", "anna", 1)
                        _ = try client.call(RiskClient.limits + "OpenLine", line)
                    }
                }
                let page = try Self.json(Self.get("/channels", port: admin))
                #expect(page["next"] is NSNull)
                let channels = try #require(page["channels"] as? [[String: Any]])
                let started = channels.compactMap { $0["streams_started"] as? Int }
                #expect(started.sorted() == [1, 2])
                for channel in channels {
                    #expect(channel["local"] as? String == "127.0.0.1:\(port)")
                    #expect((channel["remote"] as? String)?.hasPrefix("127.0.0.1:") == true)
                    #expect(
                        channel["messages_received"] as? Int == channel["streams_started"] as? Int)
                    #expect((channel["bytes_received"] as? Int ?? 0) > 0)
                    #expect(channel["tls"] is NSNull)
                    #expect((channel["open_seconds"] as? Double ?? -1) >= 0)
                }
                let ids = channels.compactMap { $0["id"] as? Int }
                try #require(ids.count == 2 && ids == ids.sorted())
                let rest = try Self.json(Self.get("/channels?from=\(ids[1])", port: admin))
                #expect((rest["channels"] as? [[String: Any]])?.count == 1)
                for wrong in ["", "-1", "one"] {
                    let answer = try Self.get("/channels?from=\(wrong)", port: admin)
                    #expect(answer.hasPrefix("HTTP/1.1 400"), "\(wrong)")
                }
                // What tells of all tenants is not for a tenant's key.
                let asked = try clients[0].call("/grpc.channelz.v1.Channelz/GetServers")
                #expect(asked.status == 12)
                clients.forEach { $0.close() }
            }
        }

        @Test func busyOrOpenPortsAreRefused() async throws {
            try await beside {
                let busy = try WorkerGroup(host: "127.0.0.1", port: 0)
                let riskd = try TestRiskd()
                let error = #expect(throws: ConfigurationError.self) {
                    try riskd.start(admin: busy.port)
                }
                #expect(error?.description.contains("admin port \(busy.port) is busy") == true)
                let options = ServeOptions(
                    listen: try TestRiskd.address("127.0.0.1:0"),
                    dataDirectory: riskd.folder + "/data", workerCount: 1,
                    admin: try TestRiskd.address("0.0.0.0:0"))
                #expect(throws: ConfigurationError.self) {
                    _ = try Riskd.start(options) { _ in }
                }
                try riskd.start()
            }
        }
    }
}
