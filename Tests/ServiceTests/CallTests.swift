import Testing

extension ServiceTests {
    /// Calls over real gRPC: the gate, writes and their repeats, reads of what was written.
    @Suite struct CallTests {
        struct Gate: CustomTestStringConvertible {
            var authorization: String?
            var reason: String
            var testDescription: String { authorization ?? "none" }
        }

        @Test func gateAdmitsOnlyKeys() throws {
            let riskd = try TestRiskd()
            let port = try riskd.start()
            let line = Wire().number(1, 1)
            for row in [
                Gate(authorization: nil, reason: "KEY_MISSING"),
                Gate(authorization: "Basic first-key", reason: "KEY_MISSING"),
                Gate(authorization: "Bearer", reason: "KEY_MISSING"),
                Gate(authorization: "Bearer first-key2", reason: "KEY_UNKNOWN"),
                Gate(authorization: "Bearer demo-key", reason: "KEY_UNKNOWN"),
            ] {
                let client = try RiskClient(port: port, authorization: row.authorization)
                defer { client.close() }
                let answer = try client.call(RiskClient.limits + "GetLine", line)
                #expect(answer.status == 16 && answer.reason == row.reason, "\(row)")
                #expect(answer.body.isEmpty)
                let health = try client.call("/grpc.health.v1.Health/Check")
                #expect(health.status == 0, "health is public")
            }
            let client = try RiskClient(port: port, authorization: "bearer second-key")
            defer { client.close() }
            let answer = try client.call(RiskClient.limits + "GetLine", line)
            #expect(answer.status == 5 && answer.reason == "LINE_UNKNOWN")
        }

        @Test func unknownMethodsAreUnimplemented() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            for method in [RiskClient.limits + "NoMethod", "/creditrisk.v1.NoService/Do", "/x"] {
                #expect(try client.call(method).status == 12, "\(method)")
            }
        }

        @Test func repeatsAreTheSameBytes() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            try client.putGoodApplicant("anna", request: "put")
            let writes: [(method: String, message: Wire)] = [
                (RiskClient.limits + "OpenLine", RiskClient.openLine("open", "anna", 500_000)),
                (RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna")),
                (RiskClient.graph + "PutLinks", RiskClient.link("link", ["anna"], phone: "1")),
                (RiskClient.graph + "MarkEntity", RiskClient.mark("mark", "anna")),
            ]
            let first = try writes.map { try client.call($0.method, $0.message) }
            #expect(first.allSatisfy { $0.status == 0 })
            let line = try #require(Fields(first[0].body)?.messages(2).first).number(1)
            let reserve = RiskClient.reserve("reserve", line, 1_000)
            let held = try client.call(RiskClient.limits + "Reserve", reserve)
            // The same again, after the line and the graph have changed.
            try client.ok(
                RiskClient.limits + "Reserve", RiskClient.reserve("reserve-2", line, 2_000))
            for (write, answer) in zip(writes, first) {
                #expect(try client.call(write.method, write.message) == answer, "\(write.method)")
            }
            #expect(try client.call(RiskClient.limits + "Reserve", reserve) == held)

            for (method, message) in [
                (RiskClient.limits + "Reserve", RiskClient.reserve("reserve", line, 1_001)),
                (RiskClient.limits + "OpenLine", RiskClient.openLine("reserve", "anna", 1)),
                (RiskClient.limits + "OpenLine", RiskClient.openLine("open", "ben", 500_000)),
                (
                    RiskClient.decisions + "Evaluate",
                    RiskClient.evaluate("decide", "anna", line: line)
                ),
            ] {
                let answer = try client.call(method, message)
                #expect(answer.status == 6 && answer.reason == "REQUEST_ID_REUSED", "\(method)")
            }
            let now = try client.ok(RiskClient.limits + "GetLine", Wire().number(1, line))
            #expect(now.messages(1).first?.number(5) == 3_000, "nothing was held twice")
        }

        /// A registration that was answered once is answered so for ever, also when it would
        /// clash with what the registry has become.
        @Test func repeatedRegistrationsOutliveTheRegistry() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            func register(_ request: String, _ categories: [String]) throws -> RiskClient.Answer {
                let definition = categories.reduce(Wire().text(1, "district").number(2, 4)) {
                    $0.text(3, $1)
                }
                return try client.call(
                    RiskClient.features + "RegisterFeatures",
                    Wire().text(1, request).message(2, definition))
            }
            let first = try register("first", ["north"])
            #expect(first.status == 0)
            #expect(try register("second", ["north", "south"]).status == 0)
            #expect(try register("first", ["north"]) == first)
            #expect(try register("first", ["south"]).reason == "REQUEST_ID_REUSED")
            #expect(try register("third", ["south"]).reason == "FEATURE_CONFLICT")
            #expect(try register("third", ["north", "south", "west"]).status == 0)
        }

        /// Two connections, on whichever workers they are: a reply means that everybody sees it.
        @Test func readersSeeWhatWasAnswered() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let (writer, reader) = (try riskd.client(), try riskd.client())
            defer {
                writer.close()
                reader.close()
            }
            try writer.registerDemoFeatures()
            let opened = try writer.ok(
                RiskClient.limits + "OpenLine", RiskClient.openLine("open", "anna", 100_000))
            let line = try #require(opened.messages(2).first).number(1)
            for round in 1...40 as ClosedRange<Int64> {
                let reply = try writer.ok(
                    RiskClient.limits + "Reserve",
                    RiskClient.reserve("reserve-\(round)", line, round))
                let hold = try #require(reply.bytes(2).first)
                let read = try reader.ok(RiskClient.limits + "GetLine", Wire().number(1, line))
                #expect(read.bytes(1).first == reply.bytes(3).first, "round \(round)")
                let held = try reader.ok(
                    RiskClient.limits + "GetHold",
                    Wire().number(1, try #require(Fields(hold)).number(1)))
                #expect(held.bytes(1).first == hold, "round \(round)")

                let value = Wire().text(1, "duration_months").number(3, round)
                try writer.ok(
                    RiskClient.features + "PutFeatures",
                    Wire().text(1, "put-\(round)").message(
                        2, Wire().text(1, "anna").message(3, value)))
                let row = try reader.ok(
                    RiskClient.features + "GetFeatures", Wire().text(1, "anna"))
                #expect(row.messages(1).map { $0.number(3) } == [round])
            }
        }

        @Test func decisionIsReadAsItWasAnswered() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            try client.putGoodApplicant("anna", request: "put")
            let request = RiskClient.evaluate("decide", "anna")
            let answer = try client.call(RiskClient.decisions + "Evaluate", request)
            let decision = try #require(Fields(answer.body))
            #expect(decision.number(1) == 1, "approved, \(answer.message)")
            let read = try client.ok(
                RiskClient.decisions + "GetDecision", Wire().number(1, decision.number(9)))
            #expect(read.bytes(1) == [request.bytes])
            #expect(read.bytes(2) == [answer.body])
            let hold = try #require(decision.messages(11).first)
            let line = try #require(decision.messages(12).first)
            #expect(hold.number(3) == 200_000 && hold.number(2) == line.number(1))
            #expect(line.text(2) == "instalment" && line.number(7) == 0)
            let held = try client.ok(
                RiskClient.limits + "GetHold", Wire().number(1, hold.number(1)))
            #expect(held.bytes(1) == decision.bytes(11))
            let current = try client.ok(
                RiskClient.limits + "GetLine", Wire().number(1, line.number(1)))
            #expect(current.bytes(1) == decision.bytes(12))
        }
    }
}
