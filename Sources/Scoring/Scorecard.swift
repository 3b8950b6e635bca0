internal import Glibc

/// A points scorecard: each attribute's value falls into a bin, and the bins' points add up.
///
/// The manifest of `kind: scorecard`, after the head that `ModelManifest` describes:
///
///     scaling: {base_score: 600, base_odds: 30, points_to_double_odds: 20}
///     base_points: 525           # what a row without any evidence scores
///     intercept: 0.80            # log-odds good to bad; for probability_from weight_of_evidence
///     probability_from: points   # or weight_of_evidence
///     reference_points: average  # or maximum, neutral: what contributions are measured from
///     attributes:
///       - feature: duration_months
///         kind: number           # bins are half-open; the last has no upper bound
///         reason_code: DURATION_MONTHS
///         reason_text: "The credit runs over a long time"
///         coefficient: 0.70      # of the weight of evidence; only for weight_of_evidence
///         bins:
///           - {below: 9, points: 26, woe: 1.30, share: 0.0875}
///           - {points: -27, woe: -1.35, share: 0.9125}
///         missing: {points: 0, woe: 0, share: 0}
///       - feature: housing
///         kind: category         # every category stands in exactly one group
///         categories: [own, rent, for free]
///         ...
///         bins:
///           - {group: [own], points: 1, woe: 0.2, share: 0.7}
///           - {group: [rent, for free], points: -2, woe: -0.4, share: 0.3}
///         missing: {points: 0, woe: 0, share: 0}
///
/// `base_odds` is good to bad at `base_score`. `woe` is ln(share of the good / share of the bad).
/// `share` is the part of the training rows in the bin, needed for `average` only; it includes the
/// missing bin and adds up to 1. `neutral` measures from 0 points.
///
/// Arithmetic: double; `points = base_points + sum`, added in the order of the attributes.
/// From points, log-odds of default = -(ln(base_odds) + (points - base_score) * ln 2 / pdo). From
/// weight of evidence it is -(intercept + sum(coefficient * woe)).
///
/// Layout: flat arrays. The bounds of a number stand in blocks of eight, padded with NaN, which no
/// value reaches: the bin is the count of the bounds reached, eight at a time and without a branch,
/// because no processor guesses where a value falls. A category's code is its place. Slot 0 of an
/// attribute is the missing bin; slot 1 + n is for n bounds reached, or for code n.
///
/// Thread: any; immutable.
public struct Scorecard: Sendable {
    /// What the probability is computed from.
    public enum ProbabilitySource: String, Sendable {
        case points
        case weightOfEvidence = "weight_of_evidence"
    }

    /// What contributions are measured against.
    public enum ReferencePoints: String, Sendable {
        /// The attribute's best bin.
        case maximum
        /// The average over the training rows.
        case average
        /// 0 points: no evidence either way.
        case neutral
    }

    /// Eight bounds: one cache line.
    typealias BoundBlock = SIMD8<Double>

    /// Where an attribute's search stands in the flat arrays: 16 bytes, four to a cache line.
    struct Search: Sendable {
        var firstBlock: UInt32
        /// 0 for a number with a single bin, and for a category.
        var blockCount: UInt32
        var firstSlot: UInt32
        /// 0 for a number.
        var categoryCount: UInt32
    }

    /// What a slot adds: points and log-odds of default.
    typealias Worth = SIMD2<Double>

    /// The attributes as the file has them, in order; attribute i reads value i.
    public let attributes: [ScorecardAttribute]
    /// How points stand for odds.
    public let scaling: ScorecardScaling
    /// Points of a row without any evidence.
    public let basePoints: Double
    /// Log-odds good to bad of a row without any evidence.
    public let intercept: Double
    /// What the probability is computed from.
    public let probabilitySource: ProbabilitySource
    /// What contributions are measured against.
    public let referencePoints: ReferencePoints

    let searches: [Search]
    let bounds: [BoundBlock]
    let worths: [Worth]
    /// The bin of each slot, as an index into the attribute's bins; -1 is the missing bin.
    let slotBins: [Int16]
    /// Reference points of each attribute.
    let references: [Double]

    /// The slot that a value falls into.
    @inline(__always)
    static func slot(_ search: Search, _ value: Double, _ bounds: Span<BoundBlock>) -> Int {
        var place = 0
        if search.categoryCount != 0 {
            // NaN fails both comparisons; so does a code that is not in the list.
            guard value >= 0, value < Double(search.categoryCount) else {
                return Int(search.firstSlot)
            }
            place = Int(value)
        } else {
            let first = Int(search.firstBlock)
            for block in first..<first &+ Int(search.blockCount) {
                place &+= unsafe reached(bounds[unchecked: block], value)
            }
        }
        // NaN reaches no bound, so only the missing bin must be told apart from the first.
        return Int(search.firstSlot) &+ (value == value ? 1 &+ place : 0)
    }

    /// How many of eight bounds a value is not below.
    @inline(__always)
    private static func reached(_ block: BoundBlock, _ value: Double) -> Int {
        let ones = SIMD8<Int64>.zero.replacing(with: 1, where: block .<= value)
        return Int(truncatingIfNeeded: ones.wrappedSum())
    }

    /// Scores one row: one value per attribute, NaN where it is missing.
    ///
    /// Complexity: attributes x bins / 8; no allocation.
    public func score(_ values: Span<Double>) -> ModelResult {
        precondition(values.count == searches.count, "one value per attribute")
        let searches = searches.span
        let bounds = bounds.span
        let worths = worths.span
        var total = Worth(basePoints, -intercept)
        // Unchecked look-ups are safe because the layout made the places, and the values' count
        // is checked above; checks would cost a tenth of the call.
        for index in searches.indices {
            let slot = unsafe Self.slot(
                searches[unchecked: index], values[unchecked: index], bounds)
            total += unsafe worths[unchecked: slot]
        }
        let logOdds =
            probabilitySource == .points ? scaling.logOddsOfDefault(points: total.x) : total.y
        return ModelResult(
            margin: logOdds, probability: 1 / (1 + exp(-logOdds)), points: total.x)
    }
}

/// How points stand for odds.
public struct ScorecardScaling: Sendable, Equatable {
    /// The score that stands for the base odds.
    public let baseScore: Double
    /// Good to bad at the base score, above 0.
    public let baseOdds: Double
    /// Points that double the odds, above 0.
    public let pointsToDoubleOdds: Double
    let logBaseOdds: Double
    let factor: Double

    /// All parts as given; odds and doubling points must be above 0.
    public init(baseScore: Double, baseOdds: Double, pointsToDoubleOdds: Double) {
        precondition(baseOdds > 0 && pointsToDoubleOdds > 0, "odds and doubling must be above 0")
        self.baseScore = baseScore
        self.baseOdds = baseOdds
        self.pointsToDoubleOdds = pointsToDoubleOdds
        logBaseOdds = log(baseOdds)
        factor = pointsToDoubleOdds / log(2)
    }

    /// Natural logarithm of bad to good at `points`.
    public func logOddsOfDefault(points: Double) -> Double {
        -(logBaseOdds + (points - baseScore) / factor)
    }
}

/// One attribute of a scorecard.
public struct ScorecardAttribute: Sendable, Equatable {
    /// The feature it reads.
    public let input: ModelInput
    /// What a borrower is told when it costs points.
    public let reason: ReasonText
    /// Multiplies the weight of evidence in log-odds good to bad.
    public let coefficient: Double
    /// In the order of the file.
    public let bins: [ScorecardBin]
    /// Where a missing value falls, or a code without a category.
    public let missing: ScorecardBin
}

/// One bin of an attribute.
public struct ScorecardBin: Sendable, Equatable {
    /// Which values belong to it.
    public enum Members: Sendable, Equatable {
        /// Below this and not below the bin before; infinity in the last bin.
        case below(Double)
        /// The codes of these categories.
        case codes([Int])
        /// No value.
        case missing
    }

    /// The values in it.
    public let members: Members
    /// Added to the score.
    public let points: Double
    /// Natural logarithm of its share of the good over its share of the bad.
    public let weightOfEvidence: Double
    /// Part of the training rows, 0 to 1.
    public let share: Double
}
