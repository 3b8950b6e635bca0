internal import Domain

/// The last number of every tenant's own sequence.
///
/// Tenants are numbered from 1 as they are made, so almost all of them stand in an array: 8 bytes
/// each, at most 512 KiB, and no hashing for every record. Complexity: O(1). Thread: the sequencer.
struct TenantSequences: Sendable {
    /// Tenants below this number stand in the array. Reason: more lenders than one server has.
    private static let denseCountMax = 65_536

    private var dense: ContiguousArray<UInt64> = []
    private var others: [TenantID: UInt64] = [:]

    init(_ numbers: [TenantID: UInt64] = [:]) {
        for (tenant, number) in numbers { self[tenant] = number }
    }

    /// The tenant's last number; 0 when it has none.
    subscript(tenant: TenantID) -> UInt64 {
        get {
            let place = Int(tenant.rawValue)
            guard place < Self.denseCountMax else { return others[tenant] ?? 0 }
            return place < dense.count ? dense[place] : 0
        }
        set {
            let place = Int(tenant.rawValue)
            guard place < Self.denseCountMax else {
                others[tenant] = newValue
                return
            }
            while dense.count <= place { dense.append(0) }
            dense[place] = newValue
        }
    }

    /// Every tenant that has a number, sorted.
    var all: [(tenant: TenantID, number: UInt64)] {
        let small = dense.indices.filter { dense[$0] != 0 }.map {
            (tenant: TenantID(UInt32($0)), number: dense[$0])
        }
        let large = others.sorted { $0.key.rawValue < $1.key.rawValue }
        return small + large.map { (tenant: $0.key, number: $0.value) }
    }
}
