import Testing

extension ServiceTests {
    /// Requests that are read and planned off their worker: the same answers, the same records.
    @Suite struct BatchTests {
        private static func rows(_ request: String, _ count: Int) -> Wire {
            (0..<count).reduce(Wire().text(1, request)) { wire, index in
                let value = Wire().text(1, "duration_months").number(3, Int64(6 + index % 60))
                return wire.message(2, Wire().text(1, "subject-\(index)").message(3, value))
            }
        }

        @Test(arguments: [1, 20, 600])
        func batchesOfEverySizeAreWrittenOnceAndRepeated(count: Int) throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            let method = RiskClient.features + "PutFeatures"
            let first = try client.call(method, Self.rows("batch", count))
            #expect(first.status == 0, "\(first.message)")
            try #expect(client.call(method, Self.rows("batch", count)) == first)
            let reused = try client.call(method, Self.rows("batch", count + 1))
            #expect(reused.status == 6 && reused.reason == "REQUEST_ID_REUSED")
            let row = try client.ok(
                RiskClient.features + "GetFeatures", Wire().text(1, "subject-\(count - 1)"))
            #expect(!row.messages(1).isEmpty)
        }

        @Test func aLargeBatchThatMakesNoSenseIsRefusedLikeASmallOne() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            // No feature is registered yet.
            for count in [1, 600] {
                let answer = try client.call(
                    RiskClient.features + "PutFeatures", Self.rows("none-\(count)", count))
                #expect(answer.status == 3 && answer.reason == "FEATURE_UNKNOWN", "\(count)")
            }
            let persons = (0..<300).map { "person-\($0)" }
            let method = RiskClient.graph + "PutLinks"
            let first = try client.call(method, RiskClient.link("many", persons, phone: "1"))
            #expect(first.status == 0, "\(first.message)")
            let again = try client.call(method, RiskClient.link("many", persons, phone: "1"))
            #expect(again == first)
        }
    }
}
