internal import Dispatch
internal import Ground
public import HTTP2

/// A gRPC server: workers, methods, health and reflection behind one port.
///
/// Thread: any, for every method.
public final class Server: Sendable {
    /// Where the server listens.
    public struct Address: Sendable, Equatable {
        /// As configured.
        public let host: String
        /// The port in use, also when any was asked for.
        public let port: UInt16
    }

    private struct State {
        var group: WorkerGroup?
        var credentials: TLSCredentials?
    }

    /// The states that the health service tells.
    public let health: Health
    private let configuration: ServerConfiguration
    private let calls: [CallWorker]
    var workers: [CallWorker] { calls }
    private let state = Lock(State())

    /// Prepares a server of these methods; the health service is always there.
    ///
    /// `reflection` is added when given, and lists the services of all methods.
    public init(
        configuration: ServerConfiguration, methods: [Method], hooks: ServerHooks = ServerHooks(),
        reflection: Reflection? = nil
    ) {
        precondition(configuration.workerCount >= 1, "a server has a worker")
        precondition(!configuration.webOrigins.contains("*"), "an origin is named, not any")
        let health = Health()
        var all = methods + health.methods
        if let reflection {
            all += reflection.methods(listing: Set(all.map(\.service)))
        }
        // Not listed: its messages are described nowhere here, its callers bring their own.
        let channelz = configuration.channelz ? Channelz(clock: SystemClock()) : nil
        if let channelz { all += channelz.methods }
        let table = MethodTable(all)
        for service in Set(all.map(\.service)) { health.setServing(service, true) }
        let queue = DispatchQueue(
            label: "grpc.offloaded", qos: .utility, attributes: .concurrent)
        self.health = health
        self.configuration = configuration
        calls = (0..<configuration.workerCount).map { index in
            CallWorker(
                index: index, configuration: configuration, table: table, hooks: hooks,
                clock: SystemClock(), offloadQueue: queue)
        }
        channelz?.attach(calls)
    }

    /// Listens and begins to serve; gives the address in use.
    ///
    /// Throws `ServerStartError` with one line that says what to do.
    public func start() throws(ServerStartError) -> Address {
        guard configuration.tls != nil || configuration.isLoopback || configuration.insecure
        else {
            throw ServerStartError(
                description: "refusing cleartext on \(configuration.host), which is not loopback: "
                    + "use TLS, or --insecure to allow it")
        }
        let credentials = try loadCredentials()
        do {
            let group = try WorkerGroup(
                host: configuration.numericHost, port: configuration.port)
            try group.start(
                calls, configuration: workerConfiguration, clock: SystemClock(),
                credentials: credentials
            ) { calls, worker in calls.attach(worker) }
            state.withLock { state in
                precondition(state.group == nil, "a server starts once")
                state.group = group
                state.credentials = credentials
            }
            return Address(host: configuration.host, port: group.port)
        } catch {
            let advice =
                error.isAddressInUse
                ? "port \(configuration.port) on \(configuration.host) is in use: "
                    + "stop the other process or choose another port"
                : "cannot listen: \(error)"
            throw ServerStartError(description: advice)
        }
    }

    private func loadCredentials() throws(ServerStartError) -> TLSCredentials? {
        guard let files = configuration.tls else { return nil }
        do {
            return try TLSCredentials(files)
        } catch {
            throw ServerStartError(description: "cannot serve TLS: \(error)")
        }
    }

    /// Reads the certificate files of a TLS server again, without touching any connection.
    ///
    /// New connections get what the files hold now. Throws `TLSError`, one line, when they cannot
    /// be used; then everything stays as it was. Gives false on a server that speaks no TLS.
    public func reloadCertificates() throws(TLSError) -> Bool {
        guard let credentials = state.withLock({ $0.credentials }) else { return false }
        try credentials.reload()
        return true
    }

    private var workerConfiguration: WorkerConfiguration {
        var worker = WorkerConfiguration()
        worker.connectionsMax = configuration.connectionsPerWorkerMax
        worker.session.maxConcurrentStreams = configuration.maxConcurrentStreams
        worker.session.fieldBytesMax = configuration.metadataLimitBytes
        worker.session.givesStreamWindowBack = false
        worker.session.limits = configuration.limits
        worker.times = configuration.times
        worker.connectionsPerAddressMax = configuration.connectionsPerAddressMax
        worker.countsLoopback = configuration.countsLoopback
        return worker
    }

    /// Answers many calls of one worker with one wake-up. Thread: any; on the worker, at once.
    public func complete(workerIndex: Int, _ replies: ReplyBatch) {
        calls[workerIndex].deliver(.batch(replies))
    }

    /// Runs `body` on a worker: at once when called there, else in its next turn.
    public func run(onWorker workerIndex: Int, _ body: @escaping @Sendable () -> Void) {
        calls[workerIndex].deliver(.run(body))
    }

    /// Says goodbye in two steps, lets calls finish and closes; blocks until then.
    ///
    /// Health turns to NOT_SERVING at once. Gives whether every call finished in time; those
    /// that did not are cut off. Must not be called on a worker.
    public func drain(timeoutMillis: Int) -> Bool {
        health.stopServing()
        let group = state.withLock { $0.group }
        guard let group else { return true }
        group.drain()
        if group.waitUntilFinished(timeoutMillis: timeoutMillis) { return true }
        stop()
        return false
    }

    /// Closes every connection and ends the workers; blocks until then. Not on a worker.
    public func stop() {
        let group = state.withLock { $0.group }
        group?.stop()
        while let group, !group.waitUntilFinished(timeoutMillis: 1_000) {}
    }

    /// Counts over all workers, as of each worker's last turn.
    public var statistics: ServerStatistics {
        var counts = calls.reduce(into: ServerStatistics()) { total, worker in
            let one = worker.published.withLock { $0 }
            total.connectionsOpen += one.connectionsOpen
            total.connectionsAccepted += one.connectionsAccepted
            total.callsStarted += one.callsStarted
            total.callsFailed += one.callsFailed
            total.callsSucceeded += one.callsSucceeded
            total.callsAbandoned += one.callsAbandoned
            total.callsShed += one.callsShed
            total.callsExpiredInQueue += one.callsExpiredInQueue
            total.callsWaiting += one.callsWaiting
            total.callsHeld += one.callsHeld
            total.connectionsHeld += one.connectionsHeld
            total.requestBytesWaiting += one.requestBytesWaiting
            total.replyBytesWaiting += one.replyBytesWaiting
            total.callsRetried += one.callsRetried
            total.bytesReceived += one.bytesReceived
            total.bytesSent += one.bytesSent
            total.abuses += one.abuses
        }
        if let group = state.withLock({ $0.group }) { counts.tls = group.handshakeStatistics }
        return counts
    }
}
