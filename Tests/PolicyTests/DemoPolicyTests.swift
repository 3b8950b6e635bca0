import Domain
import Foundation
import Policy
import Testing

/// The demo lender's policy compiles against the demo's features and keeps its promises.
@Suite struct DemoPolicyTests {
    static let categories: [String: [String]] = [
        "checking_status": [
            "... < 0 DM", "0 <= ... < 200 DM", "no checking account",
            "... >= 200 DM / salary assignments for at least 1 year",
        ],
        "credit_history": ["critical account/ other credits existing (not at this bank)"],
        "savings_status": ["unknown/ no savings account", "... < 100 DM"],
        "employment_since": ["unemployed", "... >= 7 years"],
        "sex_and_marital_status": ["male : single"], "foreign_worker": ["yes", "no"],
    ]

    static func text() throws -> String {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: package.appendingPathComponent("Sources/riskd/Demo/policy.yaml"),
            encoding: .utf8)
    }

    static var vocabulary: PolicyVocabulary {
        let prohibited: Set = ["sex_and_marital_status", "age_years", "foreign_worker"]
        var features: [String: PolicyFeature] = [:]
        for (name, dictionary) in categories {
            features[name] = PolicyFeature(
                kind: .category(dictionary: dictionary), isProhibited: prohibited.contains(name))
        }
        for name in ["existing_credits", "instalment_rate_percent", "age_years"] {
            features[name] = PolicyFeature(
                kind: .number, isProhibited: prohibited.contains(name))
        }
        return PolicyVocabulary(
            features: features, models: ["german_scorecard", "german_trees"])
    }

    struct Case: CustomStringConvertible {
        let name: String
        var changes: [String: Double] = [:]
        var amount: Int64 = 200_000
        var months = 24
        let outcome: Outcome
        let reason: String?
        var description: String { name }
    }

    static let cases: [Case] = [
        Case(name: "ordinary", outcome: .approve, reason: nil),
        Case(
            name: "no means",
            changes: ["checking_status": 0, "employment_since": 0, "savings_status": 1],
            outcome: .decline, reason: "NO_MEANS_TO_REPAY"),
        Case(
            name: "marked", changes: ["graph.hops_to_flagged": 0], outcome: .decline,
            reason: "SUBJECT_FLAGGED"),
        Case(
            name: "linked", changes: ["graph.hops_to_flagged": 1], outcome: .refer,
            reason: "LINKED_TO_FRAUD"),
        Case(
            name: "crowded device", changes: ["graph.sharers.device": 5], outcome: .stepUp,
            reason: "DEVICE_SHARED"),
        Case(
            name: "models disagree", changes: ["model.german_trees.pd": 0.6], outcome: .refer,
            reason: "MODELS_DISAGREE"),
        Case(
            name: "grade D is smaller", changes: ["model.german_scorecard.pd": 0.39],
            amount: 600_000, outcome: .counterOffer, reason: "AMOUNT_ABOVE_GRADE"),
        Case(
            name: "grade E", changes: ["model.german_scorecard.pd": 0.4], outcome: .refer,
            reason: "SCORE_BORDERLINE"),
        Case(
            name: "grade F", changes: ["model.german_scorecard.pd": 0.55], outcome: .decline,
            reason: "SCORE_TOO_LOW"),
        Case(
            name: "large", amount: 1_800_001, months: 60, outcome: .refer,
            reason: "LARGE_AMOUNT"),
        Case(
            name: "incomplete", changes: ["credit_history": .nan], outcome: .needsData,
            reason: "APPLICATION_INCOMPLETE"),
    ]

    @Test(arguments: cases)
    func decidesAsItSays(row: Case) throws {
        let policy = try CompiledPolicy.compile(
            yaml: try Self.text(), vocabulary: Self.vocabulary)
        var values = policy.inputs.map { input -> Double in
            switch input.source {
            case .modelProbability: 0.05
            case .graph(.hopsToFlagged): .nan
            case .graph: 0
            default: 1
            }
        }
        for (name, value) in row.changes {
            let slot = try #require(policy.inputs.firstIndex { $0.name == name })
            values[slot] = value
        }
        let result = policy.evaluate(
            values: values,
            request: PolicyRequest(amountMinor: row.amount, termMonths: row.months))
        #expect(result.outcome == row.outcome)
        #expect(result.fired.first?.reason.code == row.reason)
    }

    @Test func readsNothingProhibited() throws {
        let policy = try CompiledPolicy.compile(
            yaml: try Self.text(), vocabulary: Self.vocabulary)
        #expect(policy.currency.code == "EUR")
        #expect(policy.models == ["german_scorecard", "german_trees"])
        for name in ["sex_and_marital_status", "age_years", "foreign_worker"] {
            #expect(!policy.inputs.contains { $0.name == name })
            let text = try Self.text().replacing("  - checking_status\n", with: "  - \(name)\n")
            #expect(throws: PolicyError.self) {
                try CompiledPolicy.compile(yaml: text, vocabulary: Self.vocabulary)
            }
        }
    }
}
