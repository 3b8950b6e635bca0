/// What a portfolio limit can tell transactions apart by. Raw values are stored; they never change.
///
/// Any larger number is a dimension of the lender's own: the keyed hash of its name with bit 63
/// set.
public enum Dimension {
    /// The whole book of the tenant.
    public static let tenant: UInt64 = 1
    /// The line's subject.
    public static let customer: UInt64 = 2
    /// The group of connected customers that the subject belongs to.
    public static let group: UInt64 = 3
    /// The line's product.
    public static let product: UInt64 = 4
    /// Of the credential.
    public static let channel: UInt64 = 5
    /// Of the credential.
    public static let partner: UInt64 = 6
    /// Of the subject's last decision.
    public static let region: UInt64 = 7
    /// Of the subject's last decision.
    public static let segment: UInt64 = 8
    /// Of the subject's last decision.
    public static let grade: UInt64 = 9
}

/// One label of a transaction: a dimension and the keyed hash of its value, never zero.
///
/// 64 bits of a tenant's own keyed hash: two values that collide share a counter, which is the safe
/// side and happens once in 2^32 values.
public struct Label: Hashable, Sendable, Comparable {
    public let dimension: UInt64
    public let value: UInt64

    /// Both as given.
    @inlinable
    public init(dimension: UInt64, value: UInt64) {
        self.dimension = dimension
        self.value = value
    }

    /// By dimension, then value.
    @inlinable
    public static func < (left: Label, right: Label) -> Bool {
        (left.dimension, left.value) < (right.dimension, right.value)
    }
}

/// A set of labels by its number in the journal; 0 is the empty set.
///
/// Holds, drawings and lines keep four bytes instead of up to eight labels.
public struct LabelSetID: Hashable, Sendable {
    public let rawValue: UInt32

    /// The empty set.
    public static let none = LabelSetID(0)

    /// The number given when a record first used the set, from 1.
    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A label set as a record defines it: the first record that uses it carries it.
public struct LabelSetImage: Hashable, Sendable {
    public var id: LabelSetID
    public var tenant: TenantID
    /// Sorted by dimension, each dimension once, at most `countMax`.
    public var labels: [Label]

    /// Reason: what a transaction carries fits in one cache line pair.
    public static let countMax = 8

    /// All fields as given.
    public init(id: LabelSetID, tenant: TenantID, labels: [Label]) {
        self.id = id
        self.tenant = tenant
        self.labels = labels
    }
}
