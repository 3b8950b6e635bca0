import Scoring
import Testing

@Suite struct ManifestTests {
    static let sound = """
        format: riskd-model/1
        kind: scorecard
        name: small
        version: "1"
        target:
          default_definition: "90 days past due"
          horizon: "12 months"
          population: "everybody"
        scaling: {base_score: 600, base_odds: 30, points_to_double_odds: 20}
        base_points: 500
        probability_from: points
        reference_points: average
        attributes:
          - feature: term
            kind: number
            reason_code: TERM
            reason_text: "The term is long"
            bins:
              - {below: 12, points: 10, share: 0.5}
              - {points: -10, share: 0.5}
            missing: {points: 0, share: 0}
          - feature: home
            kind: category
            reason_code: HOME
            reason_text: "The home is rented"
            categories: [own, rent]
            bins:
              - {group: [own], points: 5, share: 0.6}
              - {group: [rent], points: -5, share: 0.4}
            missing: {points: 0, share: 0}

        """

    @Test func readsTheSoundManifest() throws {
        let model = try ModelFile.load(name: "m", bytes: Array(Self.sound.utf8))
        #expect(model.description.kind == .scorecard)
        #expect(model.description.version == "1")
        #expect(model.description.target.horizon == "12 months")
        #expect(model.description.inputs.map(\.categories) == [nil, ["own", "rent"]])
        #expect(model.score([24, 1]).points == 485)
        #expect(model.score([.nan, .nan]).points == 500)
        #expect(model.givesReasons)
    }

    static let faults: [LightGBMReaderTests.Fault] = [
        .init("riskd-model/1", "riskd-model/2", .unsupported, 1, "only 'riskd-model/1'"),
        .init("kind: scorecard", "kind: forest", .unsupported, 2, "'scorecard' or 'trees'"),
        .init("kind: scorecard", "kind: trees", .malformed, 9, "'scaling' is not known"),
        .init("name: small", "name: Small", .malformed, 3, "a-z"),
        .init("name: small", "naem: small", .malformed, 3, "'naem' is not known"),
        .init("name: small\n", "", .malformed, 1, "'name' is missing"),
        .init("  horizon: \"12 months\"\n", "", .malformed, 6, "'horizon' is missing"),
        .init("base_odds: 30", "base_odds: 0", .malformed, 9, "above 0"),
        .init("base_odds: 30", "base_odds: .nan", .malformed, 9, "finite"),
        .init("base_points: 500", "base_points: [1]", .malformed, 10, "finite"),
        .init("probability_from: points", "probability_from: woe", .malformed, 11, "wanted"),
        .init(
            "probability_from: points", "probability_from: weight_of_evidence", .malformed, 1,
            "'intercept' is missing"),
        .init("points: 10, share: 0.5", "points: 10", .malformed, 19, "'share' is missing"),
        .init("points: 10, share: 0.5", "points: 10, share: 1.5", .malformed, 19, "0 and 1"),
        .init("points: 10, share: 0.5", "points: 10, share: 0.3", .inconsistent, 19, "add up"),
        .init("points: 10,", "points: 1e300,", .tooLarge, 19, "within"),
        .init("points: 10, ", "", .malformed, 19, "'points' is missing"),
        .init("below: 12, ", "", .malformed, 19, "'below' is missing"),
        .init("{points: -10,", "{below: 20, points: -10,", .malformed, 20, "no upper bound"),
        .init(
            "- {points: -10,", "- {below: 12, points: 0, share: 0}\n      - {points: -10,",
            .malformed, 20, "must rise"),
        .init("        missing: {points: 0, share: 0}\n", "", .malformed, 14, "'missing'"),
        .init("feature: home", "feature: term", .malformed, 22, "stands twice"),
        .init("group: [own]", "group: [owned]", .inconsistent, 28, "not a category"),
        .init("group: [own]", "group: [own, rent]", .inconsistent, 29, "two groups"),
        .init("[own, rent]", "[own, rent, other]", .inconsistent, 28, "in no group"),
        .init("[own, rent]", "[own, own]", .malformed, 26, "stands twice"),
        .init("kind: number", "kind: word", .malformed, 15, "'number' or 'category'"),
        .init("kind: number", "kind: category", .malformed, 14, "'categories' is missing"),
        .init("\"everybody\"", "&a everybody", .unsupported, 8, "anchors"),
        .init("\"everybody\"", "*a", .unsupported, 8, "anchors"),
        .init("\"everybody\"", "\"every", .malformed, 9, "not YAML"),
        .init("\"everybody\"", "\"a\\u0007b\"", .malformed, 8, "control"),
    ]

    @Test(arguments: faults)
    func namesTheFault(_ fault: LightGBMReaderTests.Fault) throws {
        let from = fault.from.replacing("        missing", with: "    missing")
        try #require(Self.sound.contains(from))
        let broken = Self.sound.replacing(from, with: fault.to, maxReplacements: 1)
        let error = try #require(loadingError(Array(broken.utf8)))
        #expect(error.kind == fault.kind, "\(error)")
        if !error.problem.contains("not YAML") { #expect(error.line == fault.line, "\(error)") }
        #expect(error.problem.contains(fault.problem), "\(error)")
    }

    @Test(arguments: [
        ("", 1), ("[", 1), ("- a", 1), ("text", 1), ("\u{0}", 1), ("[", 100_000), ("{", 100_000),
        ("- ", 100_000), ("? ", 100_000), (" ", 3 << 20),
    ])
    func refusesNonsense(piece: String, count: Int) {
        #expect(loadingError(Array(String(repeating: piece, count: count).utf8)) != nil)
        #expect(loadingError(Array(repeating: 0xff, count: count)) != nil)
    }

    @Test func translatesTheRegistrysCodes() throws {
        let home = ModelInput(feature: "home", categories: ["own", "rent"])
        #expect(home.translation(fromRegistryOrder: ["own", "rent"]) == nil)
        let other = try #require(home.translation(fromRegistryOrder: ["free", "rent", "own"]))
        #expect(other[0].isNaN && other[1...] == [1, 0])
        #expect(ModelInput(feature: "term").translation(fromRegistryOrder: []) == nil)
    }

    static func trees(_ inputs: String) -> String {
        """
        format: riskd-model/1
        kind: trees
        name: small_trees
        version: "7"
        target: {default_definition: d, horizon: h, population: p}
        file: small.txt
        inputs:
        \(inputs)

        """
    }

    private func load(_ inputs: String) -> Result<Model, ModelError> {
        let bytes = Array(LightGBMReaderTests.sound.utf8)
        do {
            return .success(
                try ModelFile.load(name: "model", bytes: Array(Self.trees(inputs).utf8)) {
                    $0 == "small.txt" ? bytes : nil
                })
        } catch {
            return .failure(error)
        }
    }

    /// Values follow the manifest's order, not the file's.
    @Test func bindsTreesInTheOrderOfTheManifest() throws {
        let model = try load(
            """
              - {feature: home, column: b, kind: category, categories: [x, y, z]}
              - {feature: a, kind: number}
            """
        ).get()
        #expect(model.inputNames == ["home", "a"])
        #expect(model.description.name == "small_trees")
        #expect(model.score([2, 0]).margin == 0.6)
        #expect(model.score([1, 0]).margin == 0.8)
        #expect(model.score([2, 1]).margin == 0.7)
        #expect(!model.givesReasons)
        #expect(model.rankedReasons(of: [2, 1]) == nil)
    }

    @Test(arguments: [
        ("  - {feature: a, kind: number}", "the column 'b'"),
        (
            "  - {feature: a, kind: number}\n  - {feature: b, kind: number}",
            "'b' as a category"
        ),
        (
            "  - {feature: a, kind: number}\n  - {feature: c, column: a, kind: number}",
            "the column 'b'"
        ),
        (
            "  - {feature: a, kind: number}\n  - {feature: b, kind: category, categories: [x]}\n"
                + "  - {feature: c, kind: number}", "2 columns"
        ),
    ])
    func refusesInputsThatDoNotFit(inputs: String, problem: String) {
        guard case .failure(let error) = load(inputs) else {
            Issue.record("loaded")
            return
        }
        #expect(error.kind == .inconsistent)
        #expect(error.problem.contains(problem), "\(error)")
    }

    @Test(arguments: ["../small.txt", "/small.txt", ".small", "other.txt"])
    func looksNowhereElse(file: String) {
        let manifest = Self.trees("  - {feature: a, kind: number}")
            .replacing("small.txt", with: file)
        var asked: [String] = []
        let error = loadingError(Array(manifest.utf8)) {
            asked.append($0)
            return nil
        }
        #expect(error?.line == 6)
        #expect(asked == (file == "other.txt" ? ["other.txt"] : []))
    }
}
