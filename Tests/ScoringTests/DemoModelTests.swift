import Foundation
import Scoring
import Testing

/// The shipped models against what Python said when it trained them.
@Suite struct DemoModelTests {
    static let models = TestData.demo.appending(path: "models")

    private func reference(_ model: String) throws -> [String: Any] {
        let json = try TestData.json("reference.json", in: Self.models)
        return try #require((json as? [String: Any])?[model] as? [String: Any])
    }

    private func check(_ risks: [Double], _ bad: [Double], against model: String) throws {
        let separation = Separation(risks: risks, bad: bad)
        let metrics = try reference(model)
        let auc = try #require(metrics["auc"] as? Double)
        let ks = try #require(metrics["ks"] as? Double)
        #expect(abs(separation.auc - auc) < 1e-9)
        #expect(abs(separation.ks - ks) < 1e-9)
        #expect(separation.auc > 0.74)
    }

    @Test func scorecardEqualsPython() throws {
        let model = try TestData.demoModel("german_scorecard.yaml")
        let table = try Table("heldout_predictions.csv", in: Self.models)
        let points = try table.values("scorecard_points")
        let probabilities = try table.values("scorecard_pd")
        var risks: [Double] = []
        for (index, row) in try table.inputs(model.inputNames).enumerated() {
            let result = model.score(row)
            #expect(result.points == points[index])
            #expect(abs(result.probability - probabilities[index]) < 1e-12)
            risks.append(result.probability)
        }
        #expect(risks.count == 200)
        try check(risks, try table.values("bad"), against: "scorecard")
    }

    @Test func treesEqualLightGBM() throws {
        let model = try TestData.demoModel("german_trees.yaml")
        let table = try Table("heldout_predictions.csv", in: Self.models)
        let margins = try table.values("trees_margin")
        let probabilities = try table.values("trees_pd")
        var risks: [Double] = []
        for (index, row) in try table.inputs(model.inputNames).enumerated() {
            let result = model.score(row)
            #expect(abs(result.margin - margins[index]) < 1e-12)
            #expect(abs(result.probability - probabilities[index]) < 1e-12)
            risks.append(result.probability)
        }
        try check(risks, try table.values("bad"), against: "trees")
    }

    /// No model reads a prohibited feature, and codes mean the same in models and registry.
    @Test(arguments: ["german_scorecard.yaml", "german_trees.yaml"])
    func agreesWithTheRegistry(file: String) throws {
        let json = try TestData.json("features.json", in: TestData.demo)
        let features = try #require(json as? [[String: Any]])
        #expect(features.count == 20)
        let prohibited = features.filter { $0["prohibited"] as? String == "NEVER" }
        #expect(
            Set(prohibited.compactMap { $0["name"] as? String })
                == ["sex_and_marital_status", "age_years", "foreign_worker"])
        for input in try TestData.demoModel(file).description.inputs {
            let feature = try #require(features.first { $0["name"] as? String == input.feature })
            #expect(feature["prohibited"] as? String == "NONE", "\(input.feature)")
            #expect(feature["categories"] as? [String] == input.categories ?? [])
        }
    }

    /// Reasons of the worst applicant are plain words, and at most four.
    @Test func explainsTheWorstApplicant() throws {
        let model = try TestData.demoModel("german_scorecard.yaml")
        let table = try Table("heldout_predictions.csv", in: Self.models)
        let rows = try table.inputs(model.inputNames)
        let worst = try #require(
            rows.max { model.score($0).probability < model.score($1).probability })
        let reasons = try #require(model.rankedReasons(of: worst))
        #expect(reasons.count == 4)
        for reason in reasons.all {
            let text = try #require(model.reasonText(ofInput: reason.input))
            #expect(text.text.contains(" ") && text.code == text.code.uppercased())
        }
    }
}
