/// A loaded model, whatever its kind: values in, probability of default out.
///
/// Thread: any; immutable.
public final class Model: Sendable {
    enum Engine: Sendable {
        case scorecard(Scorecard)
        case trees(TreeEnsemble)
    }

    /// Name, version, target and inputs.
    public let description: ModelDescription
    let engine: Engine

    init(description: ModelDescription, engine: Engine) {
        self.description = description
        self.engine = engine
    }

    /// The features to give, in order.
    public var inputNames: [String] { description.inputs.map(\.feature) }

    /// Scores one row: one value per input in order, NaN where it is missing, a category as its
    /// code in the input's own order.
    ///
    /// No allocation. Any double is a value; infinities lie beyond every bound.
    public func score(_ values: Span<Double>) -> ModelResult {
        switch engine {
        case .scorecard(let scorecard): scorecard.score(values)
        case .trees(let trees): trees.score(values)
        }
    }

    /// Whether `rankedReasons` can answer: true for scorecards.
    public var givesReasons: Bool { scorecard != nil }

    /// The scorecard behind it, with its contributions; nil for other kinds.
    public var scorecard: Scorecard? {
        if case .scorecard(let scorecard) = engine { scorecard } else { nil }
    }

    /// The trees behind it; nil for other kinds.
    public var trees: TreeEnsemble? {
        if case .trees(let trees) = engine { trees } else { nil }
    }

    /// What lowered the result most, costliest first; nil when the kind gives no reasons.
    ///
    /// No allocation.
    public func rankedReasons(of values: Span<Double>) -> RankedReasons? {
        if case .scorecard(let scorecard) = engine {
            scorecard.rankedReasons(of: values)
        } else {
            nil
        }
    }

    /// Code and text for an input that `rankedReasons` names.
    public func reasonText(ofInput index: Int) -> ReasonText? {
        if case .scorecard(let scorecard) = engine {
            scorecard.attributes[index].reason
        } else {
            nil
        }
    }
}
