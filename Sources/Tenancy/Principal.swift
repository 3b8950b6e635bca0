public import Domain

/// What a key lets its holder do. Raw values are part of `Principal`.
public enum Role: UInt8, Sendable, CaseIterable {
    /// A channel app or the lender's own systems: every method of this release.
    case channel = 1
}

/// Who is calling: the credential's tenant and role, packed so that the transport can carry it.
///
/// Layout: tenant in bits 8 to 39, role in bits 0 to 7.
public struct Principal: Hashable, Sendable {
    public let tenant: TenantID
    public let role: Role

    /// Both parts as given.
    @inlinable
    public init(tenant: TenantID, role: Role) {
        self.tenant = tenant
        self.role = role
    }

    /// From what `packed` gave; nil for anything else.
    @inlinable
    public init?(packed: UInt64) {
        guard packed >> 40 == 0, let role = Role(rawValue: UInt8(truncatingIfNeeded: packed))
        else { return nil }
        tenant = TenantID(UInt32(truncatingIfNeeded: packed >> 8))
        self.role = role
    }

    /// The tenant's bits of what `packed` gave, the same for every role.
    @inlinable
    public static func tenantBits(_ packed: UInt64) -> UInt64 { packed >> 8 }

    /// Both parts in one word.
    @inlinable
    public var packed: UInt64 { UInt64(tenant.rawValue) << 8 | UInt64(role.rawValue) }
}
