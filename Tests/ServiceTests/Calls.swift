import Foundation
import Testing

/// The calls that tests make, in the words of the protos.
extension RiskClient {
    static let limits = "/creditrisk.v1.LimitService/"
    static let features = "/creditrisk.v1.FeatureService/"
    static let graph = "/creditrisk.v1.GraphService/"
    static let decisions = "/creditrisk.v1.DecisionService/"

    /// Makes a call that must succeed; gives the reply's fields.
    @discardableResult
    func ok(
        _ method: String, _ message: Wire = Wire(), _ location: SourceLocation = #_sourceLocation
    ) throws -> Fields {
        let answer = try call(method, message)
        #expect(
            answer.status == 0, "\(method): \(answer.message) \(answer.reason)",
            sourceLocation: location)
        return try #require(Fields(answer.body), sourceLocation: location)
    }

    /// Registers the demo's features.
    func registerDemoFeatures() throws {
        let path = TestRiskd.demo + "/features.json"
        let json = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: path)))
        var request = Wire().text(1, "register-demo")
        for feature in try #require(json as? [[String: Any]]) {
            let type: Int64 =
                switch try #require(feature["type"] as? String) {
                case "CATEGORY": 4
                case "INTEGER": 2
                default: 1
                }
            var definition = Wire().text(1, try #require(feature["name"] as? String))
                .number(2, type).number(7, feature["prohibited"] as? String == "NEVER" ? 3 : 1)
            for category in try #require(feature["categories"] as? [String]) {
                definition = definition.text(3, category)
            }
            request = request.message(2, definition)
        }
        try ok(Self.features + "RegisterFeatures", request)
    }

    /// Stores the values of an applicant whom the demo's policy approves.
    func putGoodApplicant(_ name: String, request: String) throws {
        let categories = [
            "checking_status": "no checking account",
            "credit_history": "critical account/ other credits existing (not at this bank)",
            "savings_status": "... >= 1000 DM", "employment_since": "4 <= ... < 7 years",
            "purpose": "car (used)",
        ]
        var row = Wire().text(1, name)
        for (feature, category) in categories.sorted(by: { $0.key < $1.key }) {
            row = row.message(3, Wire().text(1, feature).text(5, category))
        }
        for (feature, number) in [("duration_months", Int64(12)), ("existing_credits", 1)] {
            row = row.message(3, Wire().text(1, feature).number(3, number))
        }
        row = row.message(3, Wire().text(1, "credit_amount_dm").double(2, 2_000))
        try ok(Self.features + "PutFeatures", Wire().text(1, request).message(2, row))
    }

    static func openLine(_ request: String, _ subject: String, _ amountMinor: Int64) -> Wire {
        Wire().text(1, request).text(2, subject).text(3, "instalment")
            .message(4, .money(amountMinor))
    }

    static func reserve(_ request: String, _ line: Int64, _ amountMinor: Int64) -> Wire {
        Wire().text(1, request).number(2, line).message(3, .money(amountMinor))
    }

    /// An application for 2,000.00 EUR over 12 months whose approval opens a line.
    static func evaluate(_ request: String, _ subject: String, line: Int64? = nil) -> Wire {
        let hold = line.map { Wire().number(1, $0) } ?? Wire().number(2, 1)
        return Wire().text(1, request).text(2, subject).text(3, "instalment")
            .message(4, .money(200_000)).number(5, 12).message(6, hold.number(3, 600))
    }

    static func link(_ request: String, _ persons: [String], phone: String) -> Wire {
        persons.reduce(Wire().text(1, request)) { wire, person in
            wire.message(
                2,
                Wire().message(1, Wire().number(1, 1).text(2, person)).number(2, 2)
                    .message(3, Wire().number(1, 2).text(2, phone)))
        }
    }

    static func mark(_ request: String, _ person: String) -> Wire {
        Wire().text(1, request).message(2, Wire().number(1, 1).text(2, person)).number(3, 1)
            .text(4, "stolen card")
    }
}
