public import Domain

/// What the lines of a product are: the lender's rule, from the configuration.
///
/// Read when a line is opened or repaid. A line keeps its kind and whether charges use its limit;
/// the order of repayment is the product's of the moment.
public struct ProductTerms: Sendable, Equatable {
    public var kind: LineKind
    public var chargesUseLimit: Bool
    public var waterfall: Waterfall

    /// A revolving line that charges do not use, repaid in the usual order.
    public static let usual = ProductTerms(
        kind: .revolving, chargesUseLimit: false, waterfall: .usual)

    /// All fields as given.
    public init(kind: LineKind, chargesUseLimit: Bool, waterfall: Waterfall) {
        self.kind = kind
        self.chargesUseLimit = chargesUseLimit
        self.waterfall = waterfall
    }
}

/// The features that a decision labels its subject with, by name; nil where the tenant has none.
public struct LabelFeatures: Sendable, Equatable {
    public var region: String?
    public var segment: String?

    /// Both as given.
    public init(region: String? = nil, segment: String? = nil) {
        self.region = region
        self.segment = segment
    }

    /// Whether there is any.
    public var isEmpty: Bool { region == nil && segment == nil }
}
