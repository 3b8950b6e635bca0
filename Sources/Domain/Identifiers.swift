public import Ground

/// One lender on the service. Part of every key.
public struct TenantID: Hashable, Sendable {
    public let rawValue: UInt32

    /// The number given at creation, from 1.
    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A borrower, as the per-tenant keyed hash of the lender's own identifier.
public struct SubjectID: Hashable, Sendable {
    public let hash: Hash128

    /// No one borrower: records about several, or none.
    public static let none = SubjectID(.zero)

    /// A hash made at the door, never the identifier itself.
    @inlinable
    public init(_ hash: Hash128) { self.hash = hash }
}

/// A credit line: the tenant's sequence number of the record that opened it.
public struct LineID: Hashable, Sendable {
    public let rawValue: UInt64

    /// Zero is no line.
    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A hold: the tenant's sequence number of the record that placed it.
public struct HoldID: Hashable, Sendable {
    public let rawValue: UInt64

    /// Zero is no hold.
    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A feature's number in its tenant's registry, from 0, below 8,192.
public struct FeatureID: Hashable, Sendable, Comparable {
    public let rawValue: UInt16

    /// The number given at registration.
    @inlinable
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// By number.
    @inlinable
    public static func < (left: FeatureID, right: FeatureID) -> Bool {
        left.rawValue < right.rawValue
    }
}
