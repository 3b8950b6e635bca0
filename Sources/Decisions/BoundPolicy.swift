internal import Domain
internal import Features
internal import FraudGraph
public import Policy

/// A compiled policy with everything it reads found: what to gather, in which order.
///
/// Immutable; a registry change makes a new one. Thread: any.
public final class BoundPolicy: Sendable {
    /// Where one slot of the policy gets its value from.
    enum Source: Sendable {
        /// Position in `featureIDs`.
        case feature(Int)
        /// Position in `models`.
        case probability(Int)
        case points(Int)
        case graph(GraphSource)
    }

    /// A signal of the graph, with its kind found.
    enum GraphSource: Sendable {
        case hopsToFlagged
        case personsWithin1
        case personsWithin2
        case hubCount
        case budgetReached
        case sharers(EntityKind)
    }

    public let policy: CompiledPolicy
    /// SHA-256 of the policy's file.
    let hash: [UInt8]
    /// Every feature that the policy or one of its models reads, each once.
    let featureIDs: [FeatureID]
    let models: [BoundModel]
    /// For each model, the positions of its inputs in `featureIDs`.
    let modelPositions: [[Int]]
    let sources: [Source]

    /// Compiles and binds. Errors: a sentence that says what is missing.
    init(
        _ loaded: LoadedPolicy, registry: FeatureRegistry, models: [String: BoundModel]
    ) throws(PolicyFault) {
        let policy: CompiledPolicy
        do {
            policy = try CompiledPolicy.compile(
                yaml: loaded.yaml, vocabulary: Self.vocabulary(registry, models))
        } catch {
            throw PolicyFault("\(loaded.name): \(error)")
        }
        var positions: [FeatureID: Int] = [:]
        var featureIDs: [FeatureID] = []
        func position(_ id: FeatureID) -> Int {
            if let known = positions[id] { return known }
            positions[id] = featureIDs.count
            featureIDs.append(id)
            return featureIDs.count - 1
        }
        var bound: [BoundModel] = []
        var modelIndexes: [String: Int] = [:]
        func index(ofModel name: String) throws(PolicyFault) -> Int {
            if let known = modelIndexes[name] { return known }
            guard let model = models[name] else {
                throw PolicyFault("\(loaded.name): the model \(name) is not bound")
            }
            modelIndexes[name] = bound.count
            bound.append(model)
            return bound.count - 1
        }
        var sources: [Source] = []
        for input in policy.inputs {
            switch input.source {
            case .feature(let name):
                guard let id = registry.id(named: name) else {
                    throw PolicyFault("\(loaded.name): the feature \(name) is not registered")
                }
                sources.append(.feature(position(id)))
            case .modelProbability(let model):
                sources.append(.probability(try index(ofModel: model)))
            case .modelPoints(let model):
                sources.append(.points(try index(ofModel: model)))
            case .graph(let signal):
                sources.append(.graph(try Self.graphSource(signal, loaded.name)))
            }
        }
        self.policy = policy
        hash = loaded.hash
        modelPositions = bound.map { model in model.featureIDs.map(position) }
        self.featureIDs = featureIDs
        self.models = bound
        self.sources = sources
    }

    private static func vocabulary(
        _ registry: FeatureRegistry, _ models: [String: BoundModel]
    ) -> PolicyVocabulary {
        var features: [String: PolicyFeature] = [:]
        for definition in registry.definitions {
            let kind: PolicyFeature.Kind =
                switch definition.type {
                case .boolean: .boolean
                case .category(let names): .category(dictionary: names)
                case .number, .integer, .time: .number
                }
            features[definition.name] = PolicyFeature(
                kind: kind, isProhibited: definition.prohibitedBasis != .none)
        }
        return PolicyVocabulary(features: features, models: Set(models.keys))
    }

    private static func graphSource(
        _ signal: PolicyGraphSignal, _ path: String
    ) throws(PolicyFault) -> GraphSource {
        switch signal {
        case .hopsToFlagged: return .hopsToFlagged
        case .personsWithin1: return .personsWithin1
        case .personsWithin2: return .personsWithin2
        case .hubCount: return .hubCount
        case .budgetReached: return .budgetReached
        case .sharers(let name):
            guard let kind = EntityKind(name: name) else {
                throw PolicyFault("\(path): there is no kind of entity called \(name)")
            }
            return .sharers(kind)
        }
    }
}

/// Why a policy cannot decide with the registry as it is.
public struct PolicyFault: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
