/// The limits and the address of a server.
public struct ServerConfiguration: Sendable {
    /// A numeric IPv4 or IPv6 address, or "localhost".
    public var host: String
    /// 0 takes any free port.
    public var port: UInt16
    /// Serial queues that each own a share of the connections.
    public var workerCount: Int
    /// Whether cleartext is allowed on an address that is not loopback.
    public var insecure = false
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
    /// Open calls of one worker; a slot keeps about 6 KiB at most between calls.
    public var callsPerWorkerMax = 1 << 16
    /// Request bytes waiting for the rest of their message, of one worker.
    public var requestBytesPerWorkerMax = 512 << 20
    /// Reply bytes of one call that have not left yet; more means a reader that does not read.
    public var replyBytesPerCallMax = 16 << 20
    /// Offloaded calls of one worker that have not been answered; more are refused.
    public var offloadedPerWorkerMax = 1_024

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
    /// After each turn that ran handlers or letters: hand on in one batch what they gathered.
    ///
    /// Thread: the worker of that index.
    public var turnEnded: @Sendable (_ workerIndex: Int) -> Void

    /// Lets everyone in as principal 0 and does nothing after a turn, unless told otherwise.
    public init(
        gate: @escaping @Sendable (Call, Method) -> Result<UInt64, Status> = { _, _ in .success(0)
        },
        turnEnded: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.gate = gate
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
    /// Bytes read from sockets.
    public var bytesReceived: UInt64 = 0
    /// Bytes written to sockets.
    public var bytesSent: UInt64 = 0
}
