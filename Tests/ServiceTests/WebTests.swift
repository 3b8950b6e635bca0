import Service
import Testing

extension ServiceTests {
    /// Browser pages and lenders' keys.
    @Suite struct WebTests {
        private func answer(tenantKeys: String?) throws -> RiskClient.Answer {
            let riskd = try TestRiskd()
            if let tenantKeys {
                try riskd.write(
                    TestRiskd.configuration
                        + "grpc_web: {origins: ['https://shop.example:8443'], "
                        + "tenant_keys: \(tenantKeys)}\n")
            }
            let port = try riskd.start()
            let client = try RiskClient(
                port: port, authorization: "Bearer first-key", contentType: "application/grpc-web")
            defer { client.close() }
            let line = RiskClient.openLine("open-web", "anna", 1)
            return try client.call(RiskClient.limits + "OpenLine", line)
        }

        /// Whoever can read a page's code has its key, so keys are for servers.
        @Test(arguments: [nil, "false"])
        func aKeyIsRefusedOverTheWeb(tenantKeys: String?) throws {
            let answer = try answer(tenantKeys: tenantKeys)
            #expect(answer.status == 7)
            #expect(answer.reason == "WEB_KEY_REFUSED")
        }

        @Test func aKeyIsTakenWhenConfigured() throws {
            let answer = try answer(tenantKeys: "true")
            // The status of an answer is in the body, which this client does not look into.
            #expect(answer.status == -1)
            #expect(answer.errorCode == 0)
            #expect(!answer.body.isEmpty)
        }

        /// A reply holds what the caller wrote beside what others may not guess, so it is never
        /// compressed (CRIME), whatever the caller accepts.
        @Test func repliesAreNotCompressed() throws {
            let riskd = try TestRiskd()
            let port = try riskd.start()
            let client = try RiskClient(
                port: port, authorization: "Bearer first-key",
                extra: [("grpc-accept-encoding", "gzip")])
            defer { client.close() }
            let line = RiskClient.openLine("open-plain", "anna", 1)
            let answer = try client.call(RiskClient.limits + "OpenLine", line)
            #expect(answer.status == 0)
            #expect(answer.flag == 0)
        }
    }
}
