import Testing

extension ServiceTests {
    /// Requests beyond a bound are refused with a reason, and the server lives.
    @Suite struct BoundTests {
        @Test func requestsThatWouldFillTheJournalAreRefused() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            try client.putGoodApplicant("anna", request: "put")
            // A field that nobody knows is skipped, but the record keeps the request as it came.
            let ballast = [UInt8](repeating: 7, count: 16 << 10)
            for (method, message) in [
                (RiskClient.decisions + "Evaluate", RiskClient.evaluate("decide", "anna")),
                (RiskClient.limits + "OpenLine", RiskClient.openLine("open", "anna", 1)),
            ] {
                let answer = try client.call(method, message.data(900, ballast))
                #expect(answer.status == 8 && answer.reason == "MESSAGE_TOO_LARGE", "\(method)")
                try client.ok(method, message)
            }
        }

        /// Short names take more room in the record than on the wire.
        @Test func recordsTooLargeAreRefused() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            var dictionary = Wire()
            for number in 100_000..<165_536 {
                dictionary.bytes += Wire().text(3, "\(number)").bytes
            }
            var message = Wire().text(1, "register")
            for number in 0..<7 {
                let feature = Wire().text(1, "f\(number)").number(2, 4)
                message = message.data(2, feature.bytes + dictionary.bytes)
            }
            let answer = try client.call(RiskClient.features + "RegisterFeatures", message)
            #expect(answer.status == 8 && answer.reason == "RECORD_TOO_LARGE")
            try client.registerDemoFeatures()
        }

        struct Case {
            var method: String
            var message: Wire
            var reason: String
        }

        /// Numbers at the edge of their types, each of which must not stop the server.
        static let cases: [Case] = {
            func put(_ value: Wire) -> Wire {
                Wire().text(1, "put").message(2, Wire().text(1, "anna").message(3, value))
            }
            func link(_ eventMicros: Int64) -> Wire {
                let entity = Wire().number(1, 1).text(2, "anna")
                return Wire().text(1, "link").message(
                    2,
                    Wire().message(1, entity).number(2, 2)
                        .message(3, Wire().number(1, 2).text(2, "1")).number(4, eventMicros))
            }
            let whole = Wire().text(1, "duration_months")
            return [
                Case(
                    method: RiskClient.features + "ListFeatures",
                    message: Wire().text(2, "\(Int.max)"), reason: "PAGE_TOKEN_INVALID"),
                Case(
                    method: RiskClient.features + "ListFeatures",
                    message: Wire().number(1, 1_000).text(2, "-1"), reason: "PAGE_TOKEN_INVALID"),
                Case(
                    method: RiskClient.graph + "PutLinks", message: link(1 << 55),
                    reason: "TIME_OUT_OF_RANGE"),
                Case(
                    method: RiskClient.graph + "PutLinks", message: link(.min),
                    reason: "TIME_OUT_OF_RANGE"),
                Case(
                    method: RiskClient.features + "PutFeatures",
                    message: put(whole.number(3, 1 << 53 + 1)), reason: "VALUE_TYPE_MISMATCH"),
                Case(
                    method: RiskClient.features + "PutFeatures",
                    message: put(whole.number(3, .min)), reason: "VALUE_TYPE_MISMATCH"),
                Case(
                    method: RiskClient.features + "PutFeatures",
                    message: put(whole.double(2, 1)), reason: "VALUE_TYPE_MISMATCH"),
                Case(
                    method: RiskClient.limits + "OpenLine",
                    message: RiskClient.openLine("open", "anna", .max), reason: "AMOUNT_TOO_LARGE"),
            ]
        }()

        @Test func edgesAreRefused() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            for row in Self.cases {
                let answer = try client.call(row.method, row.message)
                #expect(answer.status == 3 && answer.reason == row.reason, "\(row.reason)")
            }
            try client.ok("/grpc.health.v1.Health/Check")
        }

        @Test func featuresAreListedInPages() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            try client.registerDemoFeatures()
            for size: Int64 in [0, 1, 7, 20, 1_000] {
                let pages = try Self.pages(client, size: size)
                let numbers = pages.flatMap { $0.messages(1).map { $0.number(9) } }
                #expect(numbers == Array(0..<20), "pages of \(size)")
                let full = size == 0 ? 100 : Int(size)
                #expect(pages.dropLast().allSatisfy { $0.messages(1).count == full })
            }
            let beyond = try client.ok(
                RiskClient.features + "ListFeatures", Wire().text(2, "20"))
            #expect(beyond.messages(1).isEmpty && beyond.text(2).isEmpty)
        }

        /// Long dictionaries end a page early: a reply of more than 4 MiB no client would take.
        @Test func pagesOfLongTextsAreShort() throws {
            let riskd = try TestRiskd()
            try riskd.start()
            let client = try riskd.client()
            defer { client.close() }
            for feature in 0..<3 {
                var definition = Wire().text(1, "district_\(feature)").number(2, 4)
                for category in 0..<4_000 {
                    let number = String(category)
                    definition = definition.text(
                        3, number + String(repeating: "x", count: 100 - number.count))
                }
                try client.ok(
                    RiskClient.features + "RegisterFeatures",
                    Wire().text(1, "register-\(feature)").message(2, definition))
            }
            let pages = try Self.pages(client, size: 1_000)
            #expect(
                pages.map { $0.messages(1).map { $0.text(1) } }
                    == [["district_0"], ["district_1"], ["district_2"]])
        }

        private static func pages(_ client: RiskClient, size: Int64) throws -> [Fields] {
            var pages: [Fields] = []
            var token = ""
            repeat {
                let page = try client.ok(
                    RiskClient.features + "ListFeatures", Wire().number(1, size).text(2, token))
                token = page.text(2)
                pages.append(page)
            } while !token.isEmpty && pages.count < 100
            return pages
        }
    }
}
