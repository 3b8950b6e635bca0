public import Domain
public import Ground
public import Scoring

/// A model as loaded, with the hash that decisions keep.
public struct LoadedModel: Sendable {
    public let model: Model
    /// SHA-256 of the manifest's bytes and the attachment's after it.
    public let hash: [UInt8]

    /// Both as given.
    public init(model: Model, hash: [UInt8]) {
        self.model = model
        self.hash = hash
    }
}

/// A policy as loaded, not yet bound to a registry, with the hash that decisions keep.
public struct LoadedPolicy: Sendable {
    /// Where it came from, for error messages.
    public let path: String
    public let yaml: String
    /// The products it decides on, by the lender's names.
    public let products: [String]
    /// SHA-256 of the file's bytes.
    public let hash: [UInt8]

    /// The file's own name: callers are told it, but never where it lies.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// All fields as given.
    public init(path: String, yaml: String, products: [String], hash: [UInt8]) {
        self.path = path
        self.yaml = yaml
        self.products = products
        self.hash = hash
    }
}

/// One lender as the configuration has it: what does not change while riskd runs.
public struct TenantDefinition: Sendable {
    public let tenant: TenantID
    public let name: String
    /// Hashes the lender's identifiers at the door.
    public let identifierKey: HashKey
    public let models: [LoadedModel]
    public let policies: [LoadedPolicy]
    /// Terms of the products that have their own, by name.
    public let products: [String: ProductTerms]
    /// What a decision labels its subject with.
    public let labels: LabelFeatures

    /// All fields as given.
    public init(
        tenant: TenantID, name: String, identifierKey: HashKey, models: [LoadedModel],
        policies: [LoadedPolicy], products: [String: ProductTerms] = [:],
        labels: LabelFeatures = LabelFeatures()
    ) {
        self.tenant = tenant
        self.name = name
        self.identifierKey = identifierKey
        self.models = models
        self.policies = policies
        self.products = products
        self.labels = labels
    }
}
