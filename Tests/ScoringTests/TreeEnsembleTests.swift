import Foundation
import Ground
import Scoring
import Testing

@Suite struct TreeEnsembleTests {
    /// Our own random files against the recursive walk over the file's arrays.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func equalsTheNaiveWalk(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        for (leafCountMax, specialEvery) in [
            (1, 0), (2, 0), (2, 3), (5, 0), (5, 3), (40, 0), (40, 100), (300, 0), (300, 3),
        ] {
            // Up to four groups of eight trees, the last one not full.
            let ensemble = RandomEnsemble(
                treeCount: Int.random(in: 1...31, using: &random), leafCountMax: leafCountMax,
                inputCount: 9, specialEvery: specialEvery, using: &random)
            let model = try ModelFile.load(name: "random", bytes: Array(ensemble.text.utf8))
            for _ in 0..<100 {
                let row = ensemble.row(using: &random)
                let naive = ensemble.trees.reduce(0) { $0 + $1.score(row) }
                let result = model.score(row)
                #expect(result.margin == naive, "seed \(seed), row \(row)")
                #expect(result.points == nil)
            }
        }
    }

    /// LightGBM's own predictions over every kind of split, missing value and boosting.
    @Test(arguments: [
        "nan_missing", "missing_matters", "zero_missing", "no_missing", "sigmoid", "dart",
        "cross_entropy",
        "stumps", "constant", "forest",
    ])
    func equalsLightGBM(name: String) throws {
        let model = try ModelFile.load(name: name, bytes: try TestData.bytes("\(name).txt"))
        let table = try Table("\(name).csv")
        // LightGBM's raw prediction of a forest is the sum of the votes; ours is their average.
        let votes = name == "forest" ? Double(try #require(model.trees).treeCount) : 1
        let margins = try table.values("margin")
        let probabilities = try table.values("probability")
        for (index, row) in try table.inputs(model.inputNames).enumerated() {
            let result = model.score(row)
            #expect(abs(result.margin - margins[index] / votes) < 1e-12, "row \(index)")
            #expect(abs(result.probability - probabilities[index]) < 1e-12, "row \(index)")
        }
        #expect(table.rows.count == 300)
    }

    /// The published models: predictions to 1e-8 (they are printed with nine digits), AUC and KS
    /// to four digits.
    @Test(arguments: [("german", 200), ("taiwan", 6_000)])
    func reproducesThePublishedModel(set: String, rowCount: Int) throws {
        let model = try ModelFile.load(name: set, bytes: try TestData.bytes("\(set)_lightgbm.txt"))
        let table = try Table("\(set)_vectors.csv")
        #expect(table.rows.count == rowCount)
        let margins = try table.values("p_lightgbm_raw")
        let probabilities = try table.values("p_lightgbm")
        var risks: [Double] = []
        for (index, row) in try table.inputs(model.inputNames).enumerated() {
            let result = model.score(row)
            risks.append(result.probability)
            if margins[index].isNaN { continue }
            #expect(abs(result.margin - margins[index]) < 1e-8, "row \(index)")
            #expect(abs(result.probability - probabilities[index]) < 1e-8, "row \(index)")
        }
        let json = try #require(try TestData.json("reference_metrics.json") as? [String: Any])
        let results = try #require(json["results"] as? [[String: Any]])
        let entry = try #require(results.first { $0["dataset"] as? String == set })
        let metrics = try #require(entry["lightgbm"] as? [String: Double])
        let separation = Separation(risks: risks, bad: try table.values("label"))
        #expect(abs(separation.auc - (metrics["auc"] ?? 0)) < 5e-5)
        #expect(abs(separation.ks - (metrics["ks"] ?? 0)) < 5e-5)
    }
}
