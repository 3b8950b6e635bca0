extension Scorecard {
    static let manifestKeys: Set<String> = [
        "scaling", "base_points", "intercept", "probability_from", "reference_points",
        "attributes",
    ]

    /// Reads the scorecard of a manifest.
    ///
    /// Errors: `ModelError` at the first value that is wrong.
    init(manifest: ModelManifest) throws(ModelError) {
        let map = manifest.map
        let sourceValue = try map.required("probability_from")
        guard let source = ProbabilitySource(rawValue: try sourceValue.text()) else {
            throw sourceValue.error("'points' or 'weight_of_evidence' is wanted")
        }
        let referenceValue = try map.required("reference_points")
        guard let reference = ReferencePoints(rawValue: try referenceValue.text()) else {
            throw referenceValue.error("'average', 'maximum' or 'neutral' is wanted")
        }
        let intercept: Double =
            source == .points
            ? try map["intercept"]?.worth() ?? 0 : try map.required("intercept").worth()
        let reader = ScorecardAttributeReader(source: source, reference: reference)
        var attributes: [ScorecardAttribute] = []
        var features: Set<String> = []
        for value in try map.required("attributes").list(atMost: ModelLimits.attributeCountMax) {
            let attribute = try reader.attribute(value)
            guard features.insert(attribute.input.feature).inserted else {
                throw value.error("the feature '\(attribute.input.feature)' stands twice")
            }
            attributes.append(attribute)
        }
        self.init(
            attributes: attributes, scaling: try Self.scaling(map.required("scaling")),
            basePoints: try map.required("base_points").worth(), intercept: intercept,
            probabilitySource: source, referencePoints: reference)
    }

    private static func scaling(_ value: ManifestValue) throws(ModelError) -> ScorecardScaling {
        let map = try value.map(keys: ["base_score", "base_odds", "points_to_double_odds"])
        func positive(_ key: String) throws(ModelError) -> Double {
            let value = try map.required(key)
            let number = try value.worth()
            guard number > 0 else { throw value.error("a number above 0 is wanted") }
            return number
        }
        return ScorecardScaling(
            baseScore: try map.required("base_score").worth(),
            baseOdds: try positive("base_odds"),
            pointsToDoubleOdds: try positive("points_to_double_odds"))
    }
}

/// Reads and checks the attributes of a scorecard.
struct ScorecardAttributeReader {
    let source: Scorecard.ProbabilitySource
    let reference: Scorecard.ReferencePoints

    /// Shares are printed with few digits, so their sum may miss 1 by this.
    private static let shareTolerance = 0.01

    func attribute(_ value: ManifestValue) throws(ModelError) -> ScorecardAttribute {
        let map = try value.map(
            keys: [
                "feature", "kind", "categories", "reason_code", "reason_text", "coefficient",
                "bins", "missing",
            ])
        let input = ModelInput(
            feature: try ModelManifest.identifier(map.required("feature")),
            categories: try ModelManifest.categories(of: map))
        let coefficient: Double =
            source == .points
            ? try map["coefficient"]?.worth() ?? 0 : try map.required("coefficient").worth()
        let binValues = try map.required("bins")
        let entries = try binValues.list(atMost: ModelLimits.binCountMax)
        let bins =
            if let categories = input.categories {
                try groups(entries, categories: categories, of: binValues)
            } else {
                try ranges(entries)
            }
        let missing = try bin(
            map.required("missing").map(keys: ["points", "woe", "share"]), .missing)
        if reference == .average {
            let shares = bins.reduce(missing.share) { $0 + $1.share }
            guard abs(shares - 1) <= Self.shareTolerance else {
                throw binValues.error(.inconsistent, "the shares add up to \(shares), not to 1")
            }
        }
        return ScorecardAttribute(
            input: input,
            reason: ReasonText(
                code: try map.required("reason_code").text(),
                text: try map.required("reason_text").text()),
            coefficient: coefficient, bins: bins, missing: missing)
    }

    private func bin(
        _ map: ManifestMap, _ members: ScorecardBin.Members
    ) throws(ModelError) -> ScorecardBin {
        let weight: Double =
            source == .points ? try map["woe"]?.worth() ?? 0 : try map.required("woe").worth()
        let share: Double =
            reference == .average
            ? try map.required("share").number() : try map["share"]?.number() ?? 0
        guard (0...1).contains(share) else {
            throw map.value.error("a share between 0 and 1 is wanted")
        }
        return ScorecardBin(
            members: members, points: try map.required("points").worth(),
            weightOfEvidence: weight, share: share)
    }

    /// Bins of a number: rising bounds, the last bin without one.
    private func ranges(_ entries: [ManifestValue]) throws(ModelError) -> [ScorecardBin] {
        var bins: [ScorecardBin] = []
        var lowest = -Double.infinity
        for (index, entry) in entries.enumerated() {
            let map = try entry.map(keys: ["below", "points", "woe", "share"])
            let isLast = index == entries.count - 1
            guard isLast == (map["below"] == nil) else {
                throw entry.error(
                    isLast ? "the last bin has no upper bound" : "the key 'below' is missing")
            }
            var bound = Double.infinity
            if let value = map["below"] {
                bound = try value.number()
                guard bound > lowest else { throw value.error("bounds must rise") }
            }
            lowest = bound
            bins.append(try bin(map, .below(bound)))
        }
        return bins
    }

    /// Bins of a category: every category in exactly one group.
    private func groups(
        _ entries: [ManifestValue], categories: [String], of list: ManifestValue
    ) throws(ModelError) -> [ScorecardBin] {
        var codes: [String: Int] = [:]
        for (code, name) in categories.enumerated() { codes[name] = code }
        var bins: [ScorecardBin] = []
        for entry in entries {
            let map = try entry.map(keys: ["group", "points", "woe", "share"])
            let group = try map.required("group")
            var members: [Int] = []
            for name in try group.names(atMost: ModelLimits.categoryCountMax) {
                guard let code = codes.removeValue(forKey: name) else {
                    throw group.error(
                        .inconsistent, "'\(name)' is not a category, or is in two groups")
                }
                members.append(code)
            }
            bins.append(try bin(map, .codes(members)))
        }
        if let name = codes.keys.min() {
            throw list.error(.inconsistent, "the category '\(name)' is in no group")
        }
        return bins
    }
}
