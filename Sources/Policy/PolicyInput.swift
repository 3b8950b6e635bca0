/// What the caller knows of a feature when it compiles a policy.
public struct PolicyFeature: Hashable, Sendable {
    /// How a feature's values are compared.
    public enum Kind: Hashable, Sendable {
        /// By size: numbers, integers, times.
        case number
        /// True or false, held as 1 or 0.
        case boolean
        /// By name; the code is the position in the dictionary.
        case category(dictionary: [String])
    }

    /// How its values are compared.
    public let kind: Kind
    /// True when deciding on it is forbidden: a policy that reads it does not compile.
    public let isProhibited: Bool

    /// Both as given.
    public init(kind: Kind, isProhibited: Bool = false) {
        self.kind = kind
        self.isProhibited = isProhibited
    }
}

/// What a policy may read, as the caller knows it.
public struct PolicyVocabulary: Sendable {
    /// Features by name.
    public var features: [String: PolicyFeature]
    /// Names of the models there are.
    public var models: Set<String>

    /// Both as given.
    public init(features: [String: PolicyFeature], models: Set<String>) {
        self.features = features
        self.models = models
    }
}

/// Signals of the fraud graph that a policy may read, by their names in the policy.
public enum PolicyGraphSignal: Hashable, Sendable {
    /// `graph.hops_to_flagged`: 0 to 3; missing when no flagged entity is near.
    case hopsToFlagged
    /// `graph.persons_within_1`.
    case personsWithin1
    /// `graph.persons_within_2`.
    case personsWithin2
    /// `graph.hub_count`.
    case hubCount
    /// `graph.budget_reached`: 1 when the counts are lower bounds.
    case budgetReached
    /// `graph.sharers.KIND`: persons who share an identifier of the kind, named as in the graph.
    case sharers(kind: String)

    static let sharersPrefix = "sharers."

    init?(name: some StringProtocol) {
        switch name {
        case "hops_to_flagged": self = .hopsToFlagged
        case "persons_within_1": self = .personsWithin1
        case "persons_within_2": self = .personsWithin2
        case "hub_count": self = .hubCount
        case "budget_reached": self = .budgetReached
        default:
            guard name.hasPrefix(Self.sharersPrefix), name.count > Self.sharersPrefix.count else {
                return nil
            }
            self = .sharers(kind: String(name.dropFirst(Self.sharersPrefix.count)))
        }
    }
}

/// One value that a policy reads; its slot is its position in `CompiledPolicy.inputs`.
public struct PolicyInput: Hashable, Sendable {
    /// Where the caller finds the value.
    public enum Source: Hashable, Sendable {
        /// A feature by name, as it is in the cache; NaN when missing.
        case feature(name: String)
        /// A model's probability of default, 0 to 1; NaN when the model gave none.
        case modelProbability(model: String)
        /// A model's points; NaN when the model gave none.
        case modelPoints(model: String)
        /// A signal of the graph; NaN when it has none to give.
        case graph(PolicyGraphSignal)
    }

    /// As the policy says it: `credit_amount`, `model.NAME.pd`, `graph.hops_to_flagged`.
    public let name: String
    /// Where the caller finds the value.
    public let source: Source

    /// True when neither a model nor the graph is needed to know it.
    public var isEarly: Bool {
        if case .feature = source { true } else { false }
    }
}

/// What the borrower asks for.
public struct PolicyRequest: Hashable, Sendable {
    /// Minor units of the policy's currency, above zero.
    public var amountMinor: Int64
    /// Months, above zero.
    public var termMonths: Int

    /// Both as given.
    public init(amountMinor: Int64, termMonths: Int) {
        self.amountMinor = amountMinor
        self.termMonths = termMonths
    }
}
