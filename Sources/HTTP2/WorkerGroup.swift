internal import CSystem
public import Ground

/// All workers of a server and the one listener they share.
///
/// The first worker accepts and hands each socket to the worker with the fewest connections.
/// Thread: any for every public method.
public final class WorkerGroup: Sendable {
    private struct State {
        var workers: [Worker] = []
        var handshakes: TLSHandshakes?
        /// Connections by worker, counted from the moment they are handed over.
        var connectionCounts: [Int] = []
        var listener: Int32 = -1
        var port: UInt16 = 0
        var admissions = Admissions()
        /// Connections of all workers: what the process has descriptors for.
        var connectionsMax = Int.max
    }

    /// What came of looking for a new connection.
    enum Arrival {
        case none
        case taken(Int32)
        case refused(Abuse)
    }

    private let state = Lock(State())
    /// Connections the kernel holds ready before they are accepted.
    private static let backlog: Int32 = 1_024
    /// Descriptors that connections leave to files, pipes and the workers themselves.
    private static let reservedDescriptors = 256

    /// Listens on a numeric address; nothing is accepted before `start`.
    ///
    /// Throws `SocketError` when the address cannot be used.
    public init(host: String, port: UInt16) throws(SocketError) {
        let made = try Socket.listen(host: host, port: port, backlog: Self.backlog)
        state.withLock { state in
            state.listener = made.descriptor
            state.port = made.port
        }
    }

    deinit {
        let descriptor = state.withLock { $0.listener }
        if descriptor >= 0 { Socket.close(descriptor) }
    }

    /// The port in use.
    public var port: UInt16 { state.withLock { $0.port } }

    /// Makes one worker per application; `attach` gives each application its worker.
    ///
    /// With credentials every connection is encrypted, without them none is.
    public func start<Application: WorkerApplication>(
        _ applications: [Application], configuration: WorkerConfiguration, clock: any Clock,
        credentials: TLSCredentials? = nil,
        attach: (Application, Worker) -> Void
    ) throws(SocketError) {
        var made: [Worker] = []
        for (index, application) in applications.enumerated() {
            let worker = try Worker(
                index: index, configuration: configuration, application: application,
                clock: clock, peers: self, encrypts: credentials != nil)
            attach(application, worker)
            made.append(worker)
        }
        let workers = made
        let handshakes = try credentials.map(makeHandshakes)
        state.withLock { state in
            precondition(state.workers.isEmpty, "a group starts once")
            state.workers = workers
            state.handshakes = handshakes
            state.connectionCounts = Array(repeating: 0, count: workers.count)
            state.connectionsMax = Self.connectionsMax(
                descriptors: Int(clamping: csystem_raise_descriptor_limit()),
                wanted: configuration.connectionsMax * workers.count)
        }
        handshakes?.start()
        resumeAccepting(on: workers[0])
        for worker in workers { worker.start() }
    }

    private func makeHandshakes(
        _ credentials: TLSCredentials
    ) throws(SocketError) -> TLSHandshakes {
        try TLSHandshakes(
            credentials: credentials, clock: SystemClock(),
            giveUp: { [weak self] descriptor in
                self?.state.withLock { $0.admissions.release(descriptor) }
                Socket.close(descriptor)
            },
            hand: { [weak self] descriptor, stream in
                guard let self else { return Socket.close(descriptor) }
                self.leastLoaded().adopt(descriptor: descriptor, tls: stream)
            })
    }

    /// The handshakes, on a TLS server that runs.
    var handshakes: TLSHandshakes? { state.withLock { $0.handshakes } }

    /// What the handshakes came to; zeros on a cleartext server.
    public var handshakeStatistics: TLSStatistics { handshakes?.counts ?? TLSStatistics() }

    /// Announces the end on every connection; returns at once.
    public func drain() {
        handshakes?.stop()
        for worker in state.withLock({ $0.workers }) { worker.drain() }
    }

    /// Closes everything that is still open; returns at once.
    public func stop() {
        handshakes?.stop()
        for worker in state.withLock({ $0.workers }) { worker.stop() }
    }

    /// Waits until every worker has ended; gives whether that came before `timeoutMillis`.
    ///
    /// Workers that have ended are let go: each of them holds the group.
    public func waitUntilFinished(timeoutMillis: Int) -> Bool {
        let workers = state.withLock { $0.workers }
        let deadline = SystemClock().monotonicNanos() + UInt64(timeoutMillis) * 1_000_000
        guard handshakes?.waitUntilFinished(deadlineNanos: deadline) ?? true,
            workers.allSatisfy({ $0.waitUntilFinished(deadlineNanos: deadline) })
        else { return false }
        state.withLock { state in
            state.workers = []
            state.handshakes = nil
        }
        return true
    }

    /// As many connections as are wanted, if the process may open so many descriptors.
    static func connectionsMax(descriptors: Int, wanted: Int) -> Int {
        guard descriptors > 0 else { return wanted }
        // Of a very low limit at least half goes to connections.
        return max(min(wanted, descriptors - reservedDescriptors), min(wanted, descriptors / 2))
    }

    func accept(_ configuration: WorkerConfiguration) throws(SocketError) -> Arrival {
        let listener = state.withLock { $0.listener }
        guard listener >= 0 else { return .none }
        var peer = csystem_peer()
        let descriptor = unsafe csystem_accept_peer(listener, &peer)
        guard descriptor >= 0 else {
            let error = SocketError.last("accepting")
            if error.isOutOfDescriptors { throw error }
            // Everything else concerns one connection that is gone already, or none is waiting.
            return .none
        }
        let address = PeerAddress(key: peer.key, isLoopback: peer.is_loopback != 0)
        let limit = state.withLock { state in
            state.admissions.admit(
                descriptor, address, total: state.connectionsMax,
                perAddress: configuration.connectionsPerAddressMax,
                countsLoopback: configuration.countsLoopback)
        }
        guard let limit else { return .taken(descriptor) }
        Socket.close(descriptor)
        return .refused(limit)
    }

    /// The worker with the fewest connections, counted as having one more.
    func leastLoaded() -> Worker {
        state.withLock { state in
            var chosen = 0
            for index in state.connectionCounts.indices
            where state.connectionCounts[index] < state.connectionCounts[chosen] {
                chosen = index
            }
            state.connectionCounts[chosen] += 1
            return state.workers[chosen]
        }
    }

    /// A connection of a worker is about to close its descriptor.
    func connectionEnded(on index: Int, _ descriptor: Int32) {
        state.withLock { state in
            state.connectionCounts[index] -= 1
            state.admissions.release(descriptor)
        }
    }

    func resumeAccepting(on worker: Worker) {
        let listener = state.withLock { $0.listener }
        guard worker.index == 0, listener >= 0 else { return }
        let result = csystem_epoll_add(
            worker.epoll.descriptor, listener, CSYSTEM_READABLE,
            Worker.listenerToken)
        precondition(result == 0, "the listener cannot be watched")
    }

    func pauseAccepting(on worker: Worker) {
        let listener = state.withLock { $0.listener }
        guard worker.index == 0, listener >= 0 else { return }
        _ = csystem_epoll_remove(worker.epoll.descriptor, listener)
    }

    /// Closes the listener: new connections are refused by the system from now on.
    func stopAccepting(on worker: Worker) {
        guard worker.index == 0 else { return }
        pauseAccepting(on: worker)
        let descriptor = state.withLock { state in
            defer { state.listener = -1 }
            return state.listener
        }
        if descriptor >= 0 { Socket.close(descriptor) }
    }
}
