/// What a model says of one row.
public struct ModelResult: Sendable, Equatable {
    /// Before the link function, higher is riskier: log-odds of default for a scorecard, the sum
    /// of the leaves for trees.
    public let margin: Double
    /// Probability of default within the model's horizon, 0 to 1.
    public let probability: Double
    /// Scorecard points, higher is safer; nil for models without points.
    public let points: Double?

    /// All parts as given.
    @inlinable
    public init(margin: Double, probability: Double, points: Double?) {
        self.margin = margin
        self.probability = probability
        self.points = points
    }
}

/// One reason for a result: an input and what it cost.
public struct RankedReason: Sendable, Equatable {
    /// Which input, as an index into the model's inputs.
    public let input: Int
    /// Points below the attribute's reference, above 0.
    public let pointsLost: Double

    /// Both parts as given.
    @inlinable
    public init(input: Int, pointsLost: Double) {
        self.input = input
        self.pointsLost = pointsLost
    }
}

/// At most four reasons, the costliest first; equal costs stand in the order of the inputs.
///
/// Layout: inline, no allocation. Inserting is linear in the four places.
public struct RankedReasons: Sendable {
    var reasons = InlineArray<4, RankedReason>(repeating: RankedReason(input: 0, pointsLost: 0))

    /// How many reasons there are, 0 to 4.
    public private(set) var count = 0

    /// The reason at `rank`, 0 being the costliest.
    public subscript(rank: Int) -> RankedReason {
        precondition(rank < count, "there are only \(count) reasons")
        return reasons[rank]
    }

    /// All of them, in order. Allocates.
    public var all: [RankedReason] { (0..<count).map { self[$0] } }

    /// Takes a reason in if it truly lowered the result and is among the four costliest.
    mutating func insert(input: Int, pointsLost: Double) {
        guard pointsLost > 0 else { return }
        var place = count
        while place > 0, reasons[place - 1].pointsLost < pointsLost { place -= 1 }
        guard place < ModelLimits.reasonCountMax else { return }
        count = min(count + 1, ModelLimits.reasonCountMax)
        var moved = count - 1
        while moved > place {
            reasons[moved] = reasons[moved - 1]
            moved -= 1
        }
        reasons[place] = RankedReason(input: input, pointsLost: pointsLost)
    }
}

/// What a reason is called and how a borrower is told.
public struct ReasonText: Sendable, Equatable {
    /// Upper case, such as `CHECKING_STATUS`.
    public let code: String
    /// Plain words for the borrower.
    public let text: String

    /// Both parts as given.
    public init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}
