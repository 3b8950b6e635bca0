import Dispatch
import Foundation
import Ground
import Service
import Testing

extension ServiceTests {
    /// Stops and starts in one process: everything is as it was.
    @Suite struct RestartTests {
        /// A life's worth of writes; gives the reads that must not change any more.
        private func live(_ client: RiskClient) throws -> [(method: String, message: Wire)] {
            try client.registerDemoFeatures()
            try client.putGoodApplicant("anna", request: "put")
            try client.ok(
                RiskClient.graph + "PutLinks",
                RiskClient.link("link", ["anna", "ben"], phone: "+49 30 1"))
            let decision = try client.ok(
                RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna"))
            try client.ok(RiskClient.graph + "MarkEntity", RiskClient.mark("mark", "ben"))
            let opened = try client.ok(
                RiskClient.limits + "OpenLine", RiskClient.openLine("open", "anna", 100_000))
            let line = try #require(opened.messages(2).first).number(1)
            var holds: [Int64] = []
            for amount: Int64 in [1_000, 2_000, 3_000] {
                let reply = try client.ok(
                    RiskClient.limits + "Reserve",
                    RiskClient.reserve("reserve-\(amount)", line, amount))
                holds.append(try #require(reply.messages(2).first).number(1))
            }
            try client.ok(
                RiskClient.limits + "Commit",
                Wire().text(1, "commit").number(2, holds[0]).message(3, .money(400)).number(4, 1))
            try client.ok(
                RiskClient.limits + "Release", Wire().text(1, "release").number(2, holds[1]))
            try client.ok(
                RiskClient.limits + "Repay",
                Wire().text(1, "repay").number(2, line).message(3, .money(150)))
            return holds.map { (RiskClient.limits + "GetHold", Wire().number(1, $0)) } + [
                (RiskClient.limits + "GetLine", Wire().number(1, line)),
                (RiskClient.features + "GetFeatures", Wire().text(1, "anna")),
                (RiskClient.features + "ListFeatures", Wire()),
                (RiskClient.graph + "GetSignals", Wire().text(1, "anna")),
                (
                    RiskClient.graph + "GetNeighborhood",
                    Wire().message(1, Wire().number(1, 1).text(2, "anna")).number(2, 2)
                ),
                (RiskClient.decisions + "GetDecision", Wire().number(1, decision.number(9))),
                // A repeat is a read.
                (RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna")),
                (RiskClient.limits + "OpenLine", RiskClient.openLine("open", "anna", 100_000)),
            ]
        }

        @Test func everythingIsAsItWas() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            var client = try riskd.client()
            let reads = try live(client)
            let before = try reads.map { try client.call($0.method, $0.message) }
            #expect(before.allSatisfy { $0.status == 0 })
            let signals = try #require(Fields(before[6].body))
            #expect(signals.number(1) == 1, "ben is marked and one phone away")
            for start in 1...2 {
                client.close()
                #expect(try riskd.stop())
                try riskd.start()
                client = try riskd.client()
                for (read, answer) in zip(reads, before) {
                    #expect(
                        try client.call(read.method, read.message) == answer,
                        "\(read.method) after start \(start)")
                }
                // Numbers go on where they were.
                try client.ok(
                    RiskClient.limits + "OpenLine",
                    RiskClient.openLine("open-again-\(start)", "anna", 1))
            }
            client.close()
        }

        /// Calls that the server has accepted are finished; whatever it refused left no trace.
        @Test func drainFinishesAcceptedCalls() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            var client = try riskd.client()
            let calls = try (0..<300).map { index in
                try client.begin(
                    RiskClient.limits + "OpenLine",
                    RiskClient.openLine("open-\(index)", "anna", 1_000))
            }
            _ = try client.finish(calls[0])
            let server = try riskd.server()
            let isComplete = Lock<Bool?>(nil)
            let done = DispatchSemaphore(value: 0)
            DispatchQueue(label: "test.stop").async {
                let stopped = try? server.stop()
                isComplete.withLock { $0 = stopped }
                done.signal()
            }
            let answers = try calls.map { try client.finish($0) }
            client.close()
            #expect(done.wait(timeout: .now() + .seconds(20)) == .success)
            #expect(isComplete.withLock { $0 } == true)
            let finished = answers.filter { $0.status == 0 }
            let refusedStream: UInt32 = 7
            #expect(answers.allSatisfy { $0.status == 0 || $0.errorCode == refusedStream })
            #expect(throws: (any Error).self) {
                try RiskClient(port: server.port, authorization: nil)
            }
            try riskd.start()
            client = try riskd.client()
            defer { client.close() }
            for answer in finished {
                let line = try #require(Fields(answer.body)?.messages(2).first)
                let read = try client.ok(
                    RiskClient.limits + "GetLine", Wire().number(1, line.number(1)))
                #expect(read.messages(1).first?.number(4) == 1_000)
            }
            let next = Wire().number(1, Int64(finished.count) + 1)
            let absent = try client.call(RiskClient.limits + "GetLine", next)
            #expect(absent.reason == "LINE_UNKNOWN", "a refused call left no line")
        }
    }
}
