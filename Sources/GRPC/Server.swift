internal import Dispatch
internal import Ground
internal import HTTP2

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
    }

    /// The states that the health service tells.
    public let health: Health
    private let configuration: ServerConfiguration
    private let calls: [CallWorker]
    private let state = Lock(State())

    /// Prepares a server of these methods; the health service is always there.
    ///
    /// `reflection` is added when given, and lists the services of all methods.
    public init(
        configuration: ServerConfiguration, methods: [Method], hooks: ServerHooks = ServerHooks(),
        reflection: Reflection? = nil
    ) {
        precondition(configuration.workerCount >= 1, "a server has a worker")
        let health = Health()
        var all = methods + health.methods
        if let reflection {
            all += reflection.methods(listing: Set(all.map(\.service)))
        }
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
    }

    /// Listens and begins to serve; gives the address in use.
    ///
    /// Throws `ServerStartError` with one line that says what to do.
    public func start() throws(ServerStartError) -> Address {
        guard configuration.isLoopback || configuration.insecure else {
            throw ServerStartError(
                description: "refusing cleartext on \(configuration.host), which is not loopback: "
                    + "use TLS, or --insecure to allow it")
        }
        do {
            let group = try WorkerGroup(
                host: configuration.numericHost, port: configuration.port)
            try group.start(calls, configuration: workerConfiguration, clock: SystemClock()) {
                calls, worker in calls.attach(worker)
            }
            state.withLock { state in
                precondition(state.group == nil, "a server starts once")
                state.group = group
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

    private var workerConfiguration: WorkerConfiguration {
        var worker = WorkerConfiguration()
        worker.connectionsMax = configuration.connectionsPerWorkerMax
        worker.session.maxConcurrentStreams = configuration.maxConcurrentStreams
        worker.session.fieldBytesMax = configuration.metadataLimitBytes
        return worker
    }

    /// Answers many calls of one worker with one wake-up. Thread: any; on the worker, at once.
    public func complete(workerIndex: Int, _ completions: [Completion]) {
        calls[workerIndex].deliver(.batch(completions))
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
        calls.reduce(into: ServerStatistics()) { total, worker in
            let one = worker.published.withLock { $0 }
            total.connectionsOpen += one.connectionsOpen
            total.connectionsAccepted += one.connectionsAccepted
            total.callsStarted += one.callsStarted
            total.callsFailed += one.callsFailed
            total.bytesReceived += one.bytesReceived
            total.bytesSent += one.bytesSent
        }
    }
}
