import Foundation
import Ground
import Scoring
import Testing

/// A random scorecard as data, its manifest, and the obvious way to score it.
struct RandomScorecard {
    struct Attribute {
        var bounds: [Double] = []
        var groups: [[Int]] = []
        var points: [Double]
        var weights: [Double]
        var missingPoints: Double
        var coefficient: Double
        var categoryCount: Int { groups.joined().count }
    }

    var attributes: [Attribute] = []
    let reference: String
    let source: String

    init(reference: String, source: String, count: Int, using random: inout RandomSource) {
        self.reference = reference
        self.source = source
        for _ in 0..<count {
            var attribute = Attribute(
                points: [], weights: [],
                missingPoints: Double(Int.random(in: -30...30, using: &random)),
                coefficient: Double.random(in: 0.1...1, using: &random))
            var binCount = Int.random(in: 1...18, using: &random)
            if Bool.random(using: &random) {
                var bound = Double.random(in: -9...9, using: &random)
                for _ in 1..<binCount {
                    attribute.bounds.append(bound)
                    bound += Double.random(in: 0.01...3, using: &random)
                }
            } else {
                let codes = Array(0..<Int.random(in: binCount...40, using: &random))
                    .shuffled(using: &random)
                attribute.groups = codes[..<binCount].map { [$0] }
                for code in codes[binCount...] {
                    attribute.groups[Int.random(in: 0..<binCount, using: &random)].append(code)
                }
                binCount = attribute.groups.count
            }
            for _ in 0..<binCount {
                attribute.points.append(Double(Int.random(in: -60...60, using: &random)) / 2)
                attribute.weights.append(Double.random(in: -2...2, using: &random))
            }
            attributes.append(attribute)
        }
    }

    var manifest: String {
        var lines = [
            "format: riskd-model/1", "kind: scorecard", "name: random", "version: v",
            "target: {default_definition: d, horizon: h, population: p}",
            "scaling: {base_score: 500, base_odds: 20, points_to_double_odds: 40}",
            "base_points: 480", "intercept: 0.75", "probability_from: \(source)",
            "reference_points: \(reference)", "attributes:",
        ]
        for (index, attribute) in attributes.enumerated() {
            let share = 1 / Double(attribute.points.count)
            lines.append("  - feature: f\(index)")
            lines.append("    kind: \(attribute.groups.isEmpty ? "number" : "category")")
            lines.append("    reason_code: F\(index)")
            lines.append("    reason_text: The value f\(index)")
            lines.append("    coefficient: \(attribute.coefficient)")
            if !attribute.groups.isEmpty {
                let names = (0..<attribute.categoryCount).map { "c\($0)" }.joined(separator: ", ")
                lines.append("    categories: [\(names)]")
            }
            lines.append("    missing: {points: \(attribute.missingPoints), woe: 0.5, share: 0}")
            lines.append("    bins:")
            for bin in attribute.points.indices {
                let worth =
                    "points: \(attribute.points[bin]), woe: \(attribute.weights[bin]), "
                    + "share: \(share)"
                if !attribute.groups.isEmpty {
                    let names = attribute.groups[bin].map { "c\($0)" }.joined(separator: ", ")
                    lines.append("      - {group: [\(names)], \(worth)}")
                } else if bin < attribute.bounds.count {
                    lines.append("      - {below: \(attribute.bounds[bin]), \(worth)}")
                } else {
                    lines.append("      - {\(worth)}")
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The bin by looking at each in turn; nil is the missing one.
    func bin(_ attribute: Attribute, _ value: Double) -> Int? {
        if value.isNaN { return nil }
        if attribute.groups.isEmpty {
            return attribute.bounds.firstIndex { value < $0 } ?? attribute.bounds.count
        }
        guard value >= 0, value < 1e6 else { return nil }
        return attribute.groups.firstIndex { $0.contains(Int(value)) }
    }

    func referencePoints(_ attribute: Attribute) -> Double {
        switch reference {
        case "maximum": attribute.points.max() ?? 0
        case "average": attribute.points.reduce(0, +) / Double(attribute.points.count)
        default: 0
        }
    }

    func row(using random: inout RandomSource) -> [Double] {
        attributes.map { attribute in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: [.nan, .infinity, -.infinity, -1, -0.0, 1e300].randomElement(using: &random)!
            case 1 where !attribute.bounds.isEmpty: attribute.bounds.randomElement(using: &random)!
            default:
                attribute.groups.isEmpty
                    ? Double.random(in: -12...40, using: &random)
                    : Double(Int.random(in: -1...attribute.categoryCount, using: &random))
            }
        }
    }
}

@Suite struct ScorecardTests {
    @Test(arguments: ["points", "weight_of_evidence"], ["maximum", "average", "neutral"])
    func equalsTheNaiveCard(source: String, reference: String) throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            var random = RandomSource(seed: seed)
            let card = RandomScorecard(
                reference: reference, source: source,
                count: Int.random(in: 1...30, using: &random), using: &random)
            let model = try ModelFile.load(name: "random", bytes: Array(card.manifest.utf8))
            for _ in 0..<100 {
                check(card, model, card.row(using: &random), seed: seed)
            }
        }
    }

    private func check(_ card: RandomScorecard, _ model: Model, _ row: [Double], seed: UInt64) {
        var points = 480.0
        var logOddsGood = 0.75
        var losses: [Double] = []
        for (attribute, value) in zip(card.attributes, row) {
            let bin = card.bin(attribute, value)
            let worth = bin.map { attribute.points[$0] } ?? attribute.missingPoints
            points += worth
            logOddsGood += attribute.coefficient * (bin.map { attribute.weights[$0] } ?? 0.5)
            losses.append(card.referencePoints(attribute) - worth)
        }
        if card.source == "points" { logOddsGood = log(20) + (points - 500) * log(2) / 40 }
        let result = model.score(row)
        #expect(result.points == points, "seed \(seed), row \(row)")
        #expect(abs(result.margin + logOddsGood) < 1e-9, "seed \(seed), row \(row)")
        #expect(abs(result.probability - 1 / (1 + exp(logOddsGood))) < 1e-12, "seed \(seed)")

        let expected = losses.indices.filter { losses[$0] > 1e-9 }
            .sorted { losses[$0] != losses[$1] ? losses[$0] > losses[$1] : $0 < $1 }.prefix(4)
        let reasons = model.rankedReasons(of: row)?.all ?? []
        if card.reference != "average" {
            #expect(reasons.map(\.input) == Array(expected), "seed \(seed), row \(row)")
        }
        // Averages may differ in the last bit, so costs are compared and not only their order.
        let costs = reasons.map(\.pointsLost).filter { $0 > 1e-9 }
        #expect(costs.count == expected.count, "seed \(seed), row \(row)")
        for (cost, index) in zip(costs, expected) {
            #expect(abs(cost - losses[index]) < 1e-9, "seed \(seed), row \(row)")
        }
        for reason in reasons { #expect(abs(losses[reason.input] - reason.pointsLost) < 1e-9) }
    }

    @Test func contributionsAddUpToTheScore() throws {
        var random = RandomSource(seed: 99)
        let card = RandomScorecard(
            reference: "average", source: "points", count: 25, using: &random)
        let model = try ModelFile.load(name: "random", bytes: Array(card.manifest.utf8))
        let scorecard = try #require(model.scorecard)
        for _ in 0..<100 {
            let row = card.row(using: &random)
            var contributions = [Double](repeating: .nan, count: row.count)
            var output = contributions.mutableSpan
            scorecard.contributions(of: row.span, into: &output)
            let points = try #require(model.score(row).points)
            let sum = contributions.reduce(scorecard.referenceScore, +)
            #expect(abs(sum - points) < 1e-9, "row \(row)")
        }
    }

    @Test func namesBinsAndReasons() throws {
        let model = try TestData.demoModel("german_scorecard.yaml")
        let scorecard = try #require(model.scorecard)
        let duration = try #require(model.inputNames.firstIndex(of: "duration_months"))
        #expect(scorecard.bin(ofAttribute: duration, value: 8.99).members == .below(9))
        #expect(scorecard.bin(ofAttribute: duration, value: 9).members == .below(18))
        #expect(scorecard.bin(ofAttribute: duration, value: 400).members == .below(.infinity))
        #expect(scorecard.bin(ofAttribute: duration, value: .nan).members == .missing)
        let housing = try #require(model.inputNames.firstIndex(of: "housing"))
        #expect(scorecard.bin(ofAttribute: housing, value: 2).members == .codes([2]))
        #expect(scorecard.bin(ofAttribute: housing, value: 3).members == .missing)
        #expect(model.reasonText(ofInput: housing)?.code == "HOUSING")
    }
}
