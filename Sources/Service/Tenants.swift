internal import Decisions
internal import Domain
internal import Features
internal import Tenancy

/// Every tenant of the configuration, and the keys that open them. Fixed while riskd runs.
struct Tenants: Sendable {
    let keys: KeyRing
    /// Channels and partners, by the place that a principal has.
    let credentialLabels: CredentialLabels
    /// Every tenant, in the order of their numbers.
    let all: [TenantRoom]
    /// Tenants by a hash of their number: one more than their place in `all`, 0 for nobody. Asked
    /// several times a call; a power of two, at least twice as many slots as tenants.
    private let slots: [UInt16]
    private let shift: UInt64

    init(
        keys: KeyRing, credentialLabels: CredentialLabels = CredentialLabels(), rooms: [TenantRoom]
    ) {
        self.keys = keys
        self.credentialLabels = credentialLabels
        all = rooms.sorted { $0.definition.tenant.rawValue < $1.definition.tenant.rawValue }
        precondition(all.count < Int(UInt16.max), "at most 4,096 tenants are configured")
        var bits: UInt64 = 1
        while 1 << bits < 2 * all.count { bits += 1 }
        shift = 64 - bits
        var slots = [UInt16](repeating: 0, count: 1 << bits)
        for (place, room) in all.enumerated() {
            var slot = Self.slot(room.definition.tenant, shift)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt16(place + 1)
        }
        self.slots = slots
    }

    /// The multiplier is 2^64 over the golden ratio: close numbers lie far apart.
    private static func slot(_ tenant: TenantID, _ shift: UInt64) -> Int {
        Int((UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15) >> shift)
    }

    subscript(tenant: TenantID) -> TenantRoom? {
        var slot = Self.slot(tenant, shift)
        while slots[slot] != 0 {
            let room = all[Int(slots[slot]) - 1]
            if room.definition.tenant == tenant { return room }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Binds a tenant's models and policies to its registry as it is now.
    func bind(_ tenant: TenantID, to registries: FeatureRegistries) {
        self[tenant]?.bind(registries.registry(of: tenant))
    }
}
