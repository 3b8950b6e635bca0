public import Domain

/// What label sets and dimensions are called: the ledger keeps only hashes.
///
/// Thread: any.
public protocol LabelNaming: AnyObject, Sendable {
    /// The words of a set, in the order of its labels.
    func labels(of set: LabelSetID, tenant: TenantID) -> [LabelText]
    /// The name of a dimension, known or the lender's own; its number when the book has none.
    func dimension(_ number: UInt64, tenant: TenantID) -> String
    /// A value's text; empty when the book has none.
    func value(_ number: UInt64, of dimension: UInt64, tenant: TenantID) -> String
}

/// A label in words.
public struct LabelText: Hashable, Sendable {
    public var name: String
    public var value: String

    /// Both as given.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// The words of one tenant that replies need: products and labels by their hashes.
public struct LedgerNames: Sendable {
    public let tenant: TenantID
    public let products: ProductNames
    let labels: (any LabelNaming)?

    /// `labels` may be nil where no labels can be.
    public init(
        tenant: TenantID, products: ProductNames, labels: (any LabelNaming)? = nil
    ) {
        self.tenant = tenant
        self.products = products
        self.labels = labels
    }

    func dimension(_ number: UInt64) -> String {
        Dimension.namesByNumber[number] ?? labels?.dimension(number, tenant: tenant) ?? ""
    }

    func value(_ number: UInt64, of dimension: UInt64) -> String {
        labels?.value(number, of: dimension, tenant: tenant) ?? ""
    }
}
