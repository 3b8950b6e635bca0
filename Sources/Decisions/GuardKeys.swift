public import Domain
public import Ground

/// The keys that decisions and writes guard and touch.
///
/// The sequencer chooses the slot by the low half, so that is where two kinds of keys differ.
public enum GuardKeys {
    /// What is known about a subject: features and links. The hash is the tenant's own already.
    public static func subject(_ subject: SubjectID) -> Hash128 { subject.hash }

    /// The tenant's feature registry.
    public static func registry(_ tenant: TenantID) -> Hash128 {
        Hash128(high: UInt64(tenant.rawValue), low: 0x7265_6769_7374_7279)
    }

    /// The tenant's marks on entities. One key for all: marks are rare, and a mark may concern
    /// subjects several hops away.
    public static func marks(_ tenant: TenantID) -> Hash128 {
        Hash128(high: UInt64(tenant.rawValue), low: 0x6d61_726b_7300_0000)
    }

    /// The limit of a line: what a change without the customer's consent relies on.
    public static func limit(_ line: LineID) -> Hash128 {
        // Lines are numbered one after another: the multiplier lets their slots lie apart.
        Hash128(high: 0x6c69_6d69_7400_0000, low: line.rawValue &* 0x9e37_79b9_7f4a_7c15)
    }
}
