internal import Decisions
internal import Domain
internal import Features
internal import Tenancy

/// Every tenant of the configuration, and the keys that open them. Fixed while riskd runs.
struct Tenants: Sendable {
    let keys: KeyRing
    private let rooms: [TenantID: TenantRoom]

    init(keys: KeyRing, rooms: [TenantRoom]) {
        self.keys = keys
        self.rooms = Dictionary(
            rooms.map { ($0.definition.tenant, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(tenant: TenantID) -> TenantRoom? { rooms[tenant] }

    /// Every tenant, in no order.
    var all: [TenantRoom] { Array(rooms.values) }

    /// Binds a tenant's models and policies to its registry as it is now.
    func bind(_ tenant: TenantID, to registries: FeatureRegistries) {
        rooms[tenant]?.bind(registries.registry(of: tenant))
    }
}
