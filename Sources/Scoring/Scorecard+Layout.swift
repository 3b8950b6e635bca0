extension Scorecard {
    /// Lays the attributes out in flat arrays. The attributes must be as the reader checks them.
    init(
        attributes: [ScorecardAttribute], scaling: ScorecardScaling, basePoints: Double,
        intercept: Double, probabilitySource: ProbabilitySource, referencePoints: ReferencePoints
    ) {
        var searches: [Search] = []
        var bounds: [BoundBlock] = []
        var worths: [Worth] = []
        var slotBins: [Int16] = []
        for attribute in attributes {
            let (edges, bins) = Self.slots(of: attribute)
            let blocks = stride(from: 0, to: edges.count, by: 8).map { start in
                var block = BoundBlock(repeating: .nan)
                for lane in 0..<min(8, edges.count - start) { block[lane] = edges[start + lane] }
                return block
            }
            searches.append(
                Search(
                    firstBlock: UInt32(bounds.count), blockCount: UInt32(blocks.count),
                    firstSlot: UInt32(worths.count),
                    categoryCount: UInt32(attribute.input.categories?.count ?? 0)))
            bounds += blocks
            for number in [-1] + bins {
                let bin = number < 0 ? attribute.missing : attribute.bins[number]
                worths.append(
                    Worth(bin.points, -attribute.coefficient * bin.weightOfEvidence))
                slotBins.append(Int16(number))
            }
        }
        self.attributes = attributes
        self.scaling = scaling
        self.basePoints = basePoints
        self.intercept = intercept
        self.probabilitySource = probabilitySource
        self.referencePoints = referencePoints
        self.searches = searches
        self.bounds = bounds
        self.worths = worths
        self.slotBins = slotBins
        references = attributes.map { Self.reference(of: $0, referencePoints) }
    }

    /// The bounds of a number, and the bin of each slot after the missing one.
    private static func slots(of attribute: ScorecardAttribute) -> ([Double], [Int]) {
        var edges: [Double] = []
        var binOfCode = Array(repeating: 0, count: attribute.input.categories?.count ?? 0)
        for (number, bin) in attribute.bins.enumerated() {
            switch bin.members {
            case .below(let bound): if bound < .infinity { edges.append(bound) }
            case .codes(let codes): for code in codes { binOfCode[code] = number }
            case .missing: break
            }
        }
        return attribute.input.categories == nil
            ? (edges, Array(attribute.bins.indices)) : ([], binOfCode)
    }

    private static func reference(
        of attribute: ScorecardAttribute, _ points: ReferencePoints
    ) -> Double {
        switch points {
        case .maximum:
            attribute.bins.reduce(-Double.infinity) { max($0, $1.points) }
        case .average:
            (attribute.bins + [attribute.missing]).reduce(0) { $0 + $1.points * $1.share }
        case .neutral:
            0
        }
    }
}
