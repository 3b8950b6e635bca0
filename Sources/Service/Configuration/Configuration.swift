public import Decisions
public import Domain
public import HTTP2

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
///           # A key may say for whom it speaks: labels of every hold and line it makes.
///           - {name: web, sha256: 0b1d..., channel: web, partner: acme}
///         models: [models/scorecard.yaml]
///         policies: [policy.yaml]
///         products:                     # may be left out, like each of its keys
///           instalment:                 # a product that a policy decides on
///             kind: instalment          # or revolving, the default
///             charges_use_limit: false  # whether interest, fees and penalties use the limit
///             repay_order:              # what a repayment meets, in this order
///               - {component: penalty, age: overdue}
///               - {component: principal, age: due}
///         labels:                       # what a decision labels its subject with
///           region: home_region         # category features of the tenant
///           segment: customer_segment
///     grpc_web:                         # may be left out: then no browser page may call
///       origins: ["https://shop.example"]
///       tenant_keys: false              # true lets pages call with a lender's key
///     transport:                        # may be left out, like each of its keys
///       age_seconds: 1800               # connections end at that age, give or take a tenth
///       grace_seconds: 60               # and their calls this much later
///       idle_seconds: 300               # connections without a call
///       keepalive_seconds: 7200         # silence before a PING asks for the peer
///       keepalive_answer_seconds: 20
///       request_body_seconds: 10        # without a byte of a request that has no deadline
///       write_seconds: 30               # without a byte taken by the peer's socket
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
        /// Terms of the products that have their own, by name.
        public var products: [String: ProductTerms] = [:]
        /// What a decision labels its subject with.
        public var labels = LabelFeatures()
    }

    /// One key, by its digest.
    public struct Key: Sendable {
        public var name: String
        public var sha256: [UInt8]
        /// The channel and the partner that it speaks for: labels of what it holds and opens.
        public var channel: String?
        public var partner: String?
    }

    /// Who may call by gRPC-Web.
    public struct Web: Sendable, Equatable {
        /// Origins of pages, as browsers write them.
        public var origins: [String] = []
        /// Whether a lender's key is taken over gRPC-Web: whoever reads the page's code has it.
        public var takesTenantKeys = false
    }

    /// How requests are remembered.
    public struct Requests: Sendable, Equatable {
        /// For how long after its own time a request_id is taken.
        public var windowHours = 24
        /// Requests that one tenant may make inside the window.
        public var perTenantMax = 200_000_000
    }

    public var tenants: [Tenant]
    public var requests = Requests()
    public var web = Web()
    /// How long connections may take for each thing.
    public var times = ConnectionTimes()

    /// No tenants: only health and reflection answer.
    public static let empty = Configuration(tenants: [])
}

/// Why riskd does not start: one line that says what to do. Exit code 78.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    /// A sentence for the person who starts riskd.
    public init(_ description: String) { self.description = description }
}
