import Testing

extension ServiceTests {
    /// Two lenders with the same models, the same names and the same request ids.
    @Suite struct TenantTests {
        @Test func lendersNeverSeeEachOther() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let (first, second) = (try riskd.client(0), try riskd.client(1))
            defer {
                first.close()
                second.close()
            }
            try first.registerDemoFeatures()
            try first.putGoodApplicant("anna", request: "put")
            try first.ok(
                RiskClient.graph + "PutLinks",
                RiskClient.link("link", ["anna", "ben"], phone: "1"))
            let decision = try first.ok(
                RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna"))
            try first.ok(RiskClient.graph + "MarkEntity", RiskClient.mark("mark", "ben"))
            let near = try first.ok(RiskClient.graph + "GetSignals", Wire().text(1, "anna"))
            #expect(near.number(1) == 1, "the first lender is warned of ben")
            let line = try #require(decision.messages(12).first).number(1)
            let hold = try #require(decision.messages(11).first).number(1)

            // What is another's is not found, word for word like what nobody has.
            let absent: Int64 = 1_000_000
            func person(_ name: String) -> Wire { Wire().number(1, 1).text(2, name) }
            let pairs: [(method: String, there: Wire, nowhere: Wire)] = [
                (RiskClient.limits + "GetLine", Wire().number(1, line), Wire().number(1, absent)),
                (RiskClient.limits + "GetHold", Wire().number(1, hold), Wire().number(1, absent)),
                (
                    RiskClient.limits + "Reserve", RiskClient.reserve("a", line, 1),
                    RiskClient.reserve("a", absent, 1)
                ),
                (
                    RiskClient.limits + "Release", Wire().text(1, "b").number(2, hold),
                    Wire().text(1, "b").number(2, absent)
                ),
                (
                    RiskClient.decisions + "GetDecision", Wire().number(1, decision.number(9)),
                    Wire().number(1, absent)
                ),
                (RiskClient.features + "GetFeatures", Wire().text(1, "anna"), Wire().text(1, "x")),
                (RiskClient.features + "ListFeatures", Wire(), Wire().text(2, "5")),
                (RiskClient.graph + "GetSignals", Wire().text(1, "anna"), Wire().text(1, "x")),
                (
                    RiskClient.graph + "GetNeighborhood", Wire().message(1, person("anna")),
                    Wire().message(1, person("x"))
                ),
            ]
            for pair in pairs {
                let there = try second.call(pair.method, pair.there)
                #expect(try second.call(pair.method, pair.nowhere) == there, "\(pair.method)")
            }
            // No features: the second lender's policy is not bound by the first's registration.
            let unbound = try second.call(
                RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna"))
            #expect(unbound.status == 9 && unbound.reason == "POLICY_NOT_BOUND")

            // The same ids and names again are the second lender's own.
            try second.registerDemoFeatures()
            try second.putGoodApplicant("anna", request: "put")
            let borrowed = try second.call(
                RiskClient.decisions + "Evaluate",
                RiskClient.evaluate("borrow", "anna", line: line))
            #expect(borrowed.reason == "LINE_UNKNOWN")
            let own = try second.ok(
                RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna"))
            #expect(own.number(1) == 1 && own.messages(5).isEmpty, "no warning of the other's mark")
            #expect(own.number(9) == 3, "numbers count the lender's own records")
            let unchanged = try first.ok(RiskClient.limits + "GetLine", Wire().number(1, line))
            #expect(unchanged.bytes(1) == decision.bytes(12))
        }
    }
}
