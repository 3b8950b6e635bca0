public import Domain

/// What a key lets its holder do. Raw values are part of `Principal`.
public enum Role: UInt8, Sendable, CaseIterable {
    /// A channel app or the lender's own systems: every method of this release.
    case channel = 1
}

/// Who is calling: the credential's tenant and role, and which channel and partner it speaks for,
/// packed so that the transport can carry it.
///
/// Layout: labels in bits 40 to 55, tenant in bits 8 to 39, role in bits 0 to 7.
public struct Principal: Hashable, Sendable {
    public let tenant: TenantID
    public let role: Role
    /// Place of the credential's channel and partner in the table of the configuration; 0 is
    /// neither. A number instead of the words, so that a call carries one word and asks an array.
    public let labels: UInt16

    /// All parts as given.
    @inlinable
    public init(tenant: TenantID, role: Role, labels: UInt16 = 0) {
        self.tenant = tenant
        self.role = role
        self.labels = labels
    }

    /// From what `packed` gave; nil for anything else.
    @inlinable
    public init?(packed: UInt64) {
        guard packed >> 56 == 0, let role = Role(rawValue: UInt8(truncatingIfNeeded: packed))
        else { return nil }
        tenant = TenantID(UInt32(truncatingIfNeeded: packed >> 8))
        self.role = role
        labels = UInt16(truncatingIfNeeded: packed >> 40)
    }

    /// The tenant's bits of what `packed` gave, the same for every role and channel.
    @inlinable
    public static func tenantBits(_ packed: UInt64) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: packed >> 8))
    }

    /// All parts in one word.
    @inlinable
    public var packed: UInt64 {
        UInt64(labels) << 40 | UInt64(tenant.rawValue) << 8 | UInt64(role.rawValue)
    }
}
