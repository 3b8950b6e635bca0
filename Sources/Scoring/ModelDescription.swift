/// What a model predicts and for whom. Shown wherever its probability is shown.
public struct ModelTarget: Sendable, Equatable {
    /// What counts as a default, in words.
    public let defaultDefinition: String
    /// The time within which the default happens, in words.
    public let horizon: String
    /// The borrowers that the model was made for.
    public let population: String
    /// The rows and dates that it was trained on; empty if not stated.
    public let sample: String

    /// All four texts as given.
    public init(defaultDefinition: String, horizon: String, population: String, sample: String) {
        self.defaultDefinition = defaultDefinition
        self.horizon = horizon
        self.population = population
        self.sample = sample
    }

    /// The target of a bare model file, which states none.
    public static let unstated = ModelTarget(
        defaultDefinition: "", horizon: "", population: "", sample: "")
}

/// One value that a model reads.
public struct ModelInput: Sendable, Equatable {
    /// The registry's name of the feature.
    public let feature: String
    /// The names of the codes 0, 1, ... in the model's own order; nil when it is a number.
    ///
    /// A registry whose order differs must have its codes mapped before scoring. A code outside
    /// the list counts as missing in a scorecard and as "in no set" in a tree.
    public let categories: [String]?

    /// The model's code for each code of a registry that lists its names in `registryOrder`; NaN
    /// for a name that the model does not know. Nil when the codes need no translation, and for
    /// a number.
    ///
    /// A registry may add names later. Trees may compare codes as numbers, so an added name must
    /// be translated to missing and not be passed through.
    public func translation(fromRegistryOrder registryOrder: [String]) -> [Double]? {
        guard let categories, categories != registryOrder else { return nil }
        return registryOrder.map { name in
            categories.firstIndex(of: name).map(Double.init) ?? .nan
        }
    }

    /// A number when `categories` is nil.
    public init(feature: String, categories: [String]? = nil) {
        self.feature = feature
        self.categories = categories
    }
}

/// What kind of arithmetic a model is.
public enum ModelKind: String, Sendable {
    case scorecard
    case trees
}

/// What a model is and reads, apart from its arithmetic.
public struct ModelDescription: Sendable, Equatable {
    /// The name that policies and calls use.
    public let name: String
    /// The owner's own version text.
    public let version: String
    /// Which arithmetic.
    public let kind: ModelKind
    /// What is predicted, and for whom.
    public let target: ModelTarget
    /// In the order of the values given to `Model.score`.
    public let inputs: [ModelInput]

    /// All parts as given.
    public init(
        name: String, version: String, kind: ModelKind, target: ModelTarget, inputs: [ModelInput]
    ) {
        self.name = name
        self.version = version
        self.kind = kind
        self.target = target
        self.inputs = inputs
    }
}
