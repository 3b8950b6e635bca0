public import Domain

/// What a configuration file says: the tenants, their keys, models and policies.
///
/// Format (YAML), paths relative to the file:
///
///     format: riskd-config/1
///     tenants:
///       - number: 1                     # 1 to 4294967295, for ever this lender's
///         name: demo                    # for people
///         keys:
///           - {name: channel, sha256: 5fd924625f6ab16a...}   # of the key, 64 hexadecimal digits
///         models: [models/scorecard.yaml]
///         policies: [policy.yaml]
public struct Configuration: Sendable {
    /// One lender.
    public struct Tenant: Sendable {
        public var number: TenantID
        public var name: String
        public var keys: [Key]
        /// Model manifests, absolute or relative to where riskd runs.
        public var modelPaths: [String]
        /// Policy files, likewise.
        public var policyPaths: [String]
    }

    /// One key, by its digest.
    public struct Key: Sendable {
        public var name: String
        public var sha256: [UInt8]
    }

    public var tenants: [Tenant]

    /// No tenants: only health and reflection answer.
    public static let empty = Configuration(tenants: [])
}

/// Why riskd does not start: one line that says what to do. Exit code 78.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    /// A sentence for the person who starts riskd.
    public init(_ description: String) { self.description = description }
}
