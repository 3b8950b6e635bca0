public import HTTP2

/// The limits and the address of a server.
public struct ServerConfiguration: Sendable {
    /// A numeric IPv4 or IPv6 address, or "localhost".
    public var host: String
    /// 0 takes any free port.
    public var port: UInt16
    /// Serial queues that each own a share of the connections.
    public var workerCount: Int
    /// The certificate files of a TLS server; nil serves cleartext.
    public var tls: TLSConfiguration?
    /// Whether cleartext is allowed on an address that is not loopback.
    public var insecure = false
    /// Whether grpc.channelz.v1 is served to whoever the gate lets in: it tells every client's
    /// address, so never where keys belong to different tenants.
    public var channelz = false
    /// The domain of ErrorInfo when the library itself refuses a call.
    public var errorDomain = "grpc"
    /// The longest request message; what gRPC implementations take by default.
    public var receiveLimitBytes = 4 << 20
    /// The most header bytes of a call, each field counted as name + value + 32.
    public var metadataLimitBytes = 16 << 10
    /// Open calls of one connection; a client that wants more opens another connection.
    public var maxConcurrentStreams: UInt32 = 1_024
    /// Open connections of one worker: each costs at most about 16 KiB while idle.
    public var connectionsPerWorkerMax = 16_384
    /// Open connections of one IPv4 address, or of one IPv6 network of 64 bits.
    public var connectionsPerAddressMax = 4_096
    /// Whether that holds for loopback addresses too, where a proxy may speak for everyone.
    public var countsLoopback = false
    /// How long connections and calls may make no progress.
    public var times = ConnectionTimes()
    /// What one client may ask of its connection.
    public var limits = GuardLimits()
    /// Open calls of one worker; a slot keeps about 6 KiB at most between calls.
    public var callsPerWorkerMax = 1 << 16
    /// Request bytes of one worker that wait for the rest of their message or for their handler.
    public var requestBytesPerWorkerMax = 512 << 20
    /// Reply bytes of one call that may wait when its handler sends one more message; a handler
    /// that sends past it ignores `Call.isWritable`. The message itself may be larger.
    public var replyBytesPerCallMax = 4 << 20
    /// Reply bytes of one connection that may wait before another of its calls begins. Calls wait
    /// in their queue meanwhile, and streams are not writable.
    public var replyBytesPerConnectionMax = 1 << 20
    /// Reply bytes of all connections; above, calls begin only where nothing waits to be read.
    public var replyBytesMax = 64 << 20
    /// How long handlers run before the worker looks at its sockets again, nanoseconds. What was
    /// just read counts, so that a call that comes meanwhile waits no longer than this.
    public var sliceNanosMax: UInt64 = 500_000
    /// How long a call may be expected to wait in the queue, nanoseconds; a call that would wait
    /// longer, or past its deadline, is refused as it comes.
    public var queueNanosMax: UInt64 = 1_000_000_000
    /// Offloaded calls of one worker that have not been answered; more are refused.
    public var offloadedPerWorkerMax = 1_024

    /// Origins, as browsers write them ("https://shop.example"), whose pages may call by gRPC-Web.
    ///
    /// Compared byte for byte. "*" is not taken: a call carries its caller's credential.
    public var webOrigins: [String] = []

    /// The defaults of every limit.
    public init(host: String = "127.0.0.1", port: UInt16 = 0, workerCount: Int = 1) {
        self.host = host
        self.port = port
        self.workerCount = workerCount
    }

    /// Whether `host` can only be reached from this machine.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// `host` as the system takes it.
    var numericHost: String { host == "localhost" ? "127.0.0.1" : host }
}

/// Where the service joins in.
public struct ServerHooks: Sendable {
    /// Checks the credential when a call's headers are complete, before any message is parsed.
    ///
    /// Gives the principal that `Call.principal` carries, or why the call is refused. Skipped for
    /// public methods. Thread: the call's worker; must not block.
    public var gate: @Sendable (_ call: Call, _ method: Method) -> Result<UInt64, Status>
    /// The tenant of a principal: calls of one tenant share one tenant's time.
    public var tenant: @Sendable (_ principal: UInt64) -> UInt64
    /// After each turn that ran handlers or letters: hand on in one batch what they gathered.
    ///
    /// Thread: the worker of that index.
    public var turnEnded: @Sendable (_ workerIndex: Int) -> Void

    /// Lets everyone in as principal 0 and does nothing after a turn, unless told otherwise.
    public init(
        gate: @escaping @Sendable (Call, Method) -> Result<UInt64, Status> = { _, _ in .success(0)
        },
        tenant: @escaping @Sendable (UInt64) -> UInt64 = { $0 },
        turnEnded: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.gate = gate
        self.tenant = tenant
        self.turnEnded = turnEnded
    }
}

/// Why a server did not start.
public struct ServerStartError: Error, Sendable, CustomStringConvertible {
    /// One line that says what to do.
    public let description: String
}

/// Counts since the start, over all workers.
public struct ServerStatistics: Sendable, Equatable {
    /// Connections open now.
    public var connectionsOpen = 0
    /// Connections ever accepted.
    public var connectionsAccepted: UInt64 = 0
    /// Calls whose headers came.
    public var callsStarted: UInt64 = 0
    /// Calls that ended with a status other than OK, or with an HTTP error.
    public var callsFailed: UInt64 = 0
    /// Calls answered with OK.
    public var callsSucceeded: UInt64 = 0
    /// Calls whose client left before they were answered.
    public var callsAbandoned: UInt64 = 0
    /// Calls refused as they came because the server had too much to do.
    public var callsShed: UInt64 = 0
    /// Calls whose deadline passed before their handler began; they were never executed.
    public var callsExpiredInQueue: UInt64 = 0
    /// Calls that wait for their handler now, and those of them that wait for their connection's
    /// reader.
    public var callsWaiting = 0
    /// See `callsWaiting`.
    public var callsHeld = 0
    /// Times that a connection's calls began to wait for its reader.
    public var connectionsHeld: UInt64 = 0
    /// Request bytes that wait for their message or their handler now.
    public var requestBytesWaiting = 0
    /// Reply bytes that wait for their readers now.
    public var replyBytesWaiting = 0
    /// Calls that said they are a repeated attempt, with `grpc-previous-rpc-attempts`.
    public var callsRetried: UInt64 = 0
    /// Bytes read from sockets.
    public var bytesReceived: UInt64 = 0
    /// Bytes written to sockets.
    public var bytesSent: UInt64 = 0
    /// What TLS handshakes came to; zeros in clear.
    public var tls = TLSStatistics()

    /// Connections and calls ended or refused because of what their peer did, by kind.
    public var abuses = AbuseCounts()
}
