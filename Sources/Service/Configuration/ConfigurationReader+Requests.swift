internal import Yams

extension ConfigurationReader {
    /// Hours. Reason: a day is the promise; a week is as far as an old id is looked for on disk.
    private static let windowHours = 24...168
    /// Reason: 50,000 a second all day; an hour's count has 32 bits.
    private static let perTenantMax = 4_000_000_000

    /// How requests are remembered; what is not named keeps its default.
    func requests(_ node: Node?) throws(ConfigurationError) -> Configuration.Requests {
        var made = Configuration.Requests()
        guard let node else { return made }
        let map = try mapping(node, "requests", keys: ["window_hours", "per_tenant"])
        if let value = map["window_hours"] {
            guard let hours = value.int, Self.windowHours.contains(hours) else {
                throw fault(value, "window_hours must be from 24 to 168")
            }
            made.windowHours = hours
        }
        if let value = map["per_tenant"] {
            guard let count = value.int, (1...Self.perTenantMax).contains(count) else {
                throw fault(value, "per_tenant must be from 1 to \(Self.perTenantMax)")
            }
            made.perTenantMax = count
        }
        return made
    }
}
