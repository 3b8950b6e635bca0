import Service
import Testing

extension ServiceTests {
    /// Faults of a configuration: one line each, with the file and the line in it.
    @Suite struct ConfigurationTests {
        struct Case: CustomTestStringConvertible {
            var name: String
            var from: String
            var to: String
            /// Line of the fault in the file; nil when another file or the whole is at fault.
            var line: Int?
            var problem: String
            var testDescription: String { name }
        }

        static let digest = "9e24b55356ef2a121ab5fd1a3ee8a3c9191e837f3853e399a369e9044ff183f7"
        static let other = "f397f260a275cc4d42e7965c556167bf3f068aed491d35a8f5b38c8c2db96bb0"

        /// The beginning of a tenant with one rule of its product.
        static func product(_ rule: String) -> String {
            "    name: lender 1\n    products: {instalment: {\(rule)}}\n"
        }

        static let cases = [
            Case(
                name: "format", from: "riskd-config/1", to: "riskd-config/2", line: 1,
                problem: "format must be riskd-config/1"),
            Case(
                name: "unknown key", from: "tenants:\n", to: "lenders: 5\ntenants:\n", line: 2,
                problem: "'lenders' is not known in the file"),
            Case(
                name: "a window under a day", from: "tenants:\n",
                to: "requests: {window_hours: 23}\ntenants:\n", line: 2,
                problem: "window_hours must be from 24 to 168"),
            Case(
                name: "a window over a week", from: "tenants:\n",
                to: "requests: {window_hours: 169}\ntenants:\n", line: 2,
                problem: "window_hours must be from 24 to 168"),
            Case(
                name: "no requests at all", from: "tenants:\n",
                to: "requests: {per_tenant: 0}\ntenants:\n", line: 2,
                problem: "per_tenant must be from 1 to 4000000000"),
            Case(
                name: "unknown key of requests", from: "tenants:\n",
                to: "requests: {days: 5}\ntenants:\n", line: 2,
                problem: "'days' is not known in requests"),
            Case(
                name: "unknown key of a tenant", from: "    name: lender 1\n",
                to: "    name: lender 1\n    quota: 5\n", line: 5,
                problem: "'quota' is not known in a tenant"),
            Case(
                name: "number zero", from: "number: 1", to: "number: 0", line: 3,
                problem: "number must be from 1 to 4294967295"),
            Case(
                name: "number too large", from: "number: 1", to: "number: 4294967296", line: 3,
                problem: "number must be from 1 to 4294967295"),
            Case(
                name: "number twice", from: "number: 2", to: "number: 1", line: 9,
                problem: "two tenants have the number 1"),
            Case(
                name: "no name", from: "    name: lender 2\n", to: "", line: 9,
                problem: "a tenant needs a name"),
            Case(
                name: "keys are no list",
                from: "    keys:\n      - {name: channel, sha256: \(digest)}",
                to: "    keys: first-key", line: 5, problem: "keys must be a list"),
            Case(
                name: "digest too short", from: digest, to: "9e24b5", line: 6,
                problem: "sha256 must be 64 hexadecimal digits"),
            Case(
                name: "digest of other letters", from: digest,
                to: "g" + digest.dropFirst(), line: 6,
                problem: "sha256 must be 64 hexadecimal digits"),
            Case(
                name: "one key for two", from: other, to: digest, line: 12,
                problem: "the key 'channel' stands twice"),
            Case(
                name: "models are no list", from: "models: [", to: "models: {a: ", line: nil,
                problem: "is not YAML"),
            Case(
                name: "a key twice", from: "    name: lender 1\n",
                to: "    name: lender 1\n    name: lender 3\n", line: nil, problem: "is not YAML"),
            Case(
                name: "products are no mapping", from: "    name: lender 1\n",
                to: "    name: lender 1\n    products: [card]\n", line: 5,
                problem: "products must be a mapping"),
            Case(
                name: "a kind that is none", from: "    name: lender 1\n",
                to: "    name: lender 1\n    products: {instalment: {kind: balloon}}\n", line: 5,
                problem: "kind must be revolving or instalment"),
            Case(
                name: "unknown key of a product", from: "    name: lender 1\n",
                to: "    name: lender 1\n    products: {instalment: {rate: 5}}\n", line: 5,
                problem: "'rate' is not known in the product instalment"),
            Case(
                name: "charges that perhaps use the limit", from: "    name: lender 1\n",
                to: Self.product("charges_use_limit: perhaps"),
                line: 5,
                problem: "charges_use_limit must be true or false"),
            Case(
                name: "an order of nothing", from: "    name: lender 1\n",
                to: "    name: lender 1\n    products: {instalment: {repay_order: []}}\n", line: 5,
                problem: "repay_order must not be empty"),
            Case(
                name: "a component that is none", from: "    name: lender 1\n",
                to: Self.product("repay_order: [{component: rent, age: due}]"),
                line: 5,
                problem: "component must be principal, interest, fee or penalty"),
            Case(
                name: "an age that is none", from: "    name: lender 1\n",
                to: Self.product("repay_order: [{component: fee, age: soon}]"),
                line: 5,
                problem: "age must be overdue, due or future"),
            Case(
                name: "unknown key of the labels", from: "    name: lender 1\n",
                to: "    name: lender 1\n    labels: {colour: red}\n", line: 5,
                problem: "'colour' is not known in labels"),
            Case(
                name: "an empty label feature", from: "    name: lender 1\n",
                to: "    name: lender 1\n    labels: {region: ''}\n", line: 5,
                problem: "region must be a text of 1 to 128 bytes"),
            Case(
                name: "terms of a product that no policy has", from: "    name: lender 1\n",
                to: "    name: lender 1\n    products: {card: {kind: revolving}}\n", line: nil,
                problem: "no policy decides on the product 'card'"),
            Case(
                name: "an empty channel", from: "sha256: \(digest)}",
                to: "sha256: \(digest), channel: ''}", line: 6,
                problem: "channel must be a text of 1 to 128 bytes"),
            Case(
                name: "any origin", from: "tenants:\n",
                to: "grpc_web: {origins: ['*']}\ntenants:\n", line: 2,
                problem: "an origin reads https://host"),
            Case(
                name: "origin with a path", from: "tenants:\n",
                to: "grpc_web: {origins: ['https://a.example/']}\ntenants:\n", line: 2,
                problem: "an origin reads https://host"),
            Case(
                name: "keys over the web", from: "tenants:\n",
                to: "grpc_web: {tenant_keys: perhaps}\ntenants:\n", line: 2,
                problem: "tenant_keys must be true or false"),
            Case(
                name: "unknown key of the web", from: "tenants:\n",
                to: "grpc_web: {cookies: 1}\ntenants:\n", line: 2,
                problem: "'cookies' is not known in grpc_web"),
            Case(
                name: "a time of nothing", from: "tenants:\n",
                to: "transport: {age_seconds: 0}\ntenants:\n", line: 2,
                problem: "age_seconds must be from 1 to 86400"),
            Case(
                name: "a time in other units", from: "tenants:\n",
                to: "transport: {idle_millis: 5}\ntenants:\n", line: 2,
                problem: "'idle_millis' is not known in transport"),
            Case(
                name: "no such model", from: "german_trees.yaml", to: "oak.yaml", line: nil,
                problem: "oak.yaml"),
            Case(
                name: "a policy that is none", from: "policies: [\(TestRiskd.demo)/policy.yaml]",
                to: "policies: [\(TestRiskd.demo)/features.json]", line: nil,
                problem: "features.json: products must list"),
        ]

        @Test(arguments: cases)
        func faultsAreOneLine(row: Case) throws {
            let riskd = try TestRiskd()
            let good = TestRiskd.configuration
            #expect(good.contains(row.from))
            try riskd.write(good.replacing(row.from, with: row.to, maxReplacements: 1))
            let error = #expect(throws: ConfigurationError.self) { try riskd.start() }
            let text = try #require(error).description
            #expect(!text.contains("\n") && text.contains(row.problem), "\(text)")
            if let line = row.line {
                #expect(text.hasPrefix("\(riskd.configurationPath):\(line): "), "\(text)")
            }
        }

        @Test(arguments: ["", "tenants", "- a\n- b\n", "format: riskd-config/1\n", "a: [", "\t"])
        func filesThatAreNoConfiguration(text: String) throws {
            let riskd = try TestRiskd()
            try riskd.write(text)
            let error = #expect(throws: ConfigurationError.self) { try riskd.start() }
            let description = try #require(error).description
            #expect(!description.contains("\n") && description.hasPrefix(riskd.configurationPath))
        }

        /// A busy port is one line, and what was begun is undone: the next start works.
        @Test func busyPortIsOneLine() throws {
            let (busy, riskd) = (try TestRiskd(), try TestRiskd())
            let port = try busy.start()
            let listen = try TestRiskd.address("127.0.0.1:\(port)")
            let options = ServeOptions(
                listen: listen, dataDirectory: riskd.folder + "/data", workerCount: 1)
            for _ in 1...2 {
                let error = #expect(throws: (any Error).self) {
                    _ = try Riskd.start(options) { _ in }
                }
                let text = "\(try #require(error))"
                #expect(text.contains("port \(port)") && !text.contains("\n"), "\(text)")
            }
            try riskd.start()
        }

        @Test func publicKeyOfTheDemoOpensNoOther() throws {
            let riskd = try TestRiskd()
            let demo = "c48a01f49fd0f2cc404bc3cbbc80e91457a3d41bb429a695243de4c61794155c"
            let configuration = TestRiskd.configuration
                .replacing("number: 1", with: "number: 3").replacing(Self.digest, with: demo)
            try riskd.write(configuration)
            let options = ServeOptions(
                listen: try TestRiskd.address("127.0.0.1:0"),
                dataDirectory: riskd.folder + "/data", workerCount: 1,
                configurationPath: riskd.configurationPath,
                demoConfigurationPath: TestRiskd.demo + "/riskd.yaml")
            let error = #expect(throws: ConfigurationError.self) {
                _ = try Riskd.start(options) { _ in }
            }
            #expect(error?.description.contains("the demo's public key") == true)
        }
    }
}
