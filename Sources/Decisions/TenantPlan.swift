internal import Domain
public import Features
public import Ground
public import Messages
internal import Scoring

/// Everything a tenant's calls need, bound to the registry as it is now: an immutable snapshot,
/// swapped whole when features are registered.
public final class TenantPlan: Sendable {
    public let registry: FeatureRegistry
    /// Models by name, or why they cannot run.
    public let models: [String: Result<BoundModel, BindingFault>]
    /// Policies by the hash of their product, or why they cannot decide.
    public let policies: [Hash128: Result<BoundPolicy, PolicyFault>]
    /// The registered category features that label a subject, with the name of their dimension.
    let labelSources: [(name: String, feature: FeatureID)]

    init(_ definition: TenantDefinition, registry: FeatureRegistry) {
        self.registry = registry
        var models: [String: Result<BoundModel, BindingFault>] = [:]
        for loaded in definition.models {
            let name = loaded.model.description.name
            do throws(BindingFault) {
                models[name] = .success(
                    try BoundModel(loaded.model, hash: loaded.hash, registry: registry))
            } catch {
                models[name] = .failure(error)
            }
        }
        let bound = models.compactMapValues { try? $0.get() }
        var policies: [Hash128: Result<BoundPolicy, PolicyFault>] = [:]
        for loaded in definition.policies {
            let result: Result<BoundPolicy, PolicyFault>
            do throws(PolicyFault) {
                result = .success(try BoundPolicy(loaded, registry: registry, models: bound))
            } catch {
                result = .failure(error)
            }
            for product in loaded.products {
                policies[SipHash.hash(product.utf8, key: definition.identifierKey)] = result
            }
        }
        self.models = models
        self.policies = policies
        labelSources = [
            ("region", definition.labels.region), ("segment", definition.labels.segment),
        ].compactMap { name, feature in
            guard let id = feature.flatMap(registry.id(named:)),
                case .category? = registry.definition(of: id)?.type
            else { return nil }
            return (name, id)
        }
    }
}

/// A tenant at run time: its definition, and the plan of the moment.
///
/// Readers take the plan under a lock held for one retain (some 20 ns); only the journal's
/// publisher replaces it. Thread: any.
public final class TenantRoom: Sendable {
    public let definition: TenantDefinition
    /// The products that the configuration offers, by hash. Lines may have others: `ProductBook`.
    public let products: ProductNames
    /// Terms of the products that have their own, by hash.
    private let terms: [Hash128: ProductTerms]
    /// Whether a repayment must ask for the product of its line: else all have the usual order.
    public let hasOwnTerms: Bool
    private let current: Lock<TenantPlan>

    /// A tenant whose registry is empty until recovery or a registration fills it.
    public init(_ definition: TenantDefinition) {
        self.definition = definition
        let names = definition.policies.flatMap(\.products)
        products = ProductNames(
            names.map { (SipHash.hash($0.utf8, key: definition.identifierKey), $0) },
            uniquingKeysWith: { first, _ in first })
        terms = Dictionary(
            uniqueKeysWithValues: definition.products.map { name, terms in
                (SipHash.hash(name.utf8, key: definition.identifierKey), terms)
            })
        hasOwnTerms = !terms.isEmpty
        current = Lock(TenantPlan(definition, registry: .empty))
    }

    /// The terms of a product, the usual ones unless it has its own.
    public func terms(of product: Hash128) -> ProductTerms { terms[product] ?? .usual }

    /// The plan of the moment.
    public var plan: TenantPlan { current.withLock { $0 } }

    /// Binds everything to a changed registry. Takes milliseconds: off the road.
    public func bind(_ registry: FeatureRegistry) {
        let plan = TenantPlan(definition, registry: registry)
        current.withLock { $0 = plan }
    }
}
