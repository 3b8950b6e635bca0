internal import CSystem
public import Ground

/// All workers of a server and the one listener they share.
///
/// The first worker accepts and hands each socket to the worker with the fewest connections.
/// Thread: any for every public method.
public final class WorkerGroup: Sendable {
    private struct State {
        var workers: [Worker] = []
        /// Connections by worker, counted from the moment they are handed over.
        var connectionCounts: [Int] = []
        var listener: Int32 = -1
        var port: UInt16 = 0
    }

    private let state = Lock(State())
    /// Connections the kernel holds ready before they are accepted.
    private static let backlog: Int32 = 1_024

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
    public func start<Application: WorkerApplication>(
        _ applications: [Application], configuration: WorkerConfiguration, clock: any Clock,
        attach: (Application, Worker) -> Void
    ) throws(SocketError) {
        var made: [Worker] = []
        for (index, application) in applications.enumerated() {
            let worker = try Worker(
                index: index, configuration: configuration, application: application,
                clock: clock, peers: self)
            attach(application, worker)
            made.append(worker)
        }
        let workers = made
        state.withLock { state in
            precondition(state.workers.isEmpty, "a group starts once")
            state.workers = workers
            state.connectionCounts = Array(repeating: 0, count: workers.count)
        }
        resumeAccepting(on: workers[0])
        for worker in workers { worker.start() }
    }

    /// Announces the end on every connection; returns at once.
    public func drain() {
        for worker in state.withLock({ $0.workers }) { worker.drain() }
    }

    /// Closes everything that is still open; returns at once.
    public func stop() {
        for worker in state.withLock({ $0.workers }) { worker.stop() }
    }

    /// Waits until every worker has ended; gives whether that came before `timeoutMillis`.
    ///
    /// Workers that have ended are let go: each of them holds the group.
    public func waitUntilFinished(timeoutMillis: Int) -> Bool {
        let workers = state.withLock { $0.workers }
        let deadline = SystemClock().monotonicNanos() + UInt64(timeoutMillis) * 1_000_000
        guard workers.allSatisfy({ $0.waitUntilFinished(deadlineNanos: deadline) }) else {
            return false
        }
        state.withLock { $0.workers = [] }
        return true
    }

    func accept() throws(SocketError) -> Int32? {
        let listener = state.withLock { $0.listener }
        guard listener >= 0 else { return nil }
        let descriptor = csystem_accept(listener)
        if descriptor >= 0 { return descriptor }
        let error = SocketError.last("accepting")
        if error.isOutOfDescriptors { throw error }
        // Everything else concerns one connection that is gone already, or none is waiting.
        return nil
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

    func connectionEnded(on index: Int) {
        state.withLock { $0.connectionCounts[index] -= 1 }
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
