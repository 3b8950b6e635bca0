internal import Ground

/// The states of the services, and grpc.health.v1.Health, which tells them.
///
/// Thread: any.
public final class Health: Sendable {
    /// The numbers of HealthCheckResponse.ServingStatus.
    enum Serving: UInt64, Sendable {
        case serving = 1
        case notServing = 2
        case serviceUnknown = 3
    }

    /// A Watch call and the states that it has not been told, in order.
    private struct Watcher {
        let watching: Watching
        var untold: [Serving]
    }

    private struct WatcherKey: Hashable {
        let workerIndex: Int
        let callID: UInt64
    }

    private struct State {
        /// By full service name; "" is the whole server.
        var services: [String: Serving] = ["": .serving]
        /// The state of "" once more: nearly every question is about it.
        var overall = Serving.serving
        /// By `Call.id` and worker: ids are those of one worker.
        var watchers: [WatcherKey: Watcher] = [:]
        /// After a drain began, nothing serves again.
        var hasStopped = false
    }

    private let state = Lock(State())
    /// What the health standard lists at most.
    private static let listedMax = 100
    /// States that wait for one watcher; of more, only the newest is told.
    private static let untoldMax = 16
    /// Open Watch calls; each costs an open stream and a table entry.
    private static let watchersMax = 10_000

    init() {}

    /// Sets whether a service takes calls; "" stands for the whole server. Watchers are told.
    public func setServing(_ service: String, _ isServing: Bool) {
        let watchers = state.withLock { state -> [Watching] in
            let serving: Serving = isServing && !state.hasStopped ? .serving : .notServing
            if service.isEmpty { state.overall = serving }
            guard state.services.updateValue(serving, forKey: service) != serving else { return [] }
            var told: [Watching] = []
            for (key, watcher) in state.watchers where watcher.watching.service == service {
                if watcher.untold.count == Self.untoldMax {
                    state.watchers[key]?.untold.removeLast()
                }
                state.watchers[key]?.untold.append(serving)
                told.append(watcher.watching)
            }
            return told
        }
        for watcher in watchers { watcher.changed() }
    }

    /// Turns everything to NOT_SERVING for good, and ends the calls that watch: they would keep a
    /// drain waiting for ever.
    func stopServing() {
        let services = state.withLock { state in
            state.hasStopped = true
            return Array(state.services.keys)
        }
        for service in services { setServing(service, false) }
        for watcher in state.withLock({ $0.watchers.values.map(\.watching) }) { watcher.stopped() }
    }

    /// The HealthCheckResponse of each state: field 1 and its number.
    private static let responses: [[UInt8]] = (0...3).map { [0x08, $0] }

    private static func response(_ serving: Serving) -> [UInt8] {
        responses[Int(serving.rawValue)]
    }

    /// Open Watch calls.
    var watcherCount: Int { state.withLock { $0.watchers.count } }

    private func serving(_ service: String) -> Serving? {
        state.withLock { service.isEmpty ? $0.overall : $0.services[service] }
    }

    /// The service that a HealthCheckRequest names; nil when the bytes are no such message.
    private static func service(of request: Span<UInt8>) -> String? {
        do {
            var name = ""
            var cursor = WireCursor()
            while let field = try cursor.next(in: request) {
                if field.number == 1 { name = try WireCursor.text(field.value, in: request) }
            }
            return name
        } catch {
            return nil
        }
    }

    private static let malformed = Status(.internal, "the request is no HealthCheckRequest")

    var methods: [Method] {
        [
            .unary("/grpc.health.v1.Health/Check", isPublic: true) { [self] call, request in
                guard let service = Self.service(of: request) else {
                    return call.fail(Self.malformed)
                }
                guard let serving = serving(service) else {
                    return call.fail(Status(.notFound, "service \(service) is not known"))
                }
                call.reply(Self.response(serving))
            },
            .unary("/grpc.health.v1.Health/List", isPublic: true) { [self] call, _ in
                call.reply(orFail: list())
            },
            .serverStreaming("/grpc.health.v1.Health/Watch", isPublic: true) {
                [self] call, request in
                guard let service = Self.service(of: request) else {
                    call.fail(Self.malformed)
                    return nil
                }
                return watch(service, call)
            },
        ]
    }

    private func list() -> Result<[UInt8], Status> {
        let services = state.withLock { $0.services }
        guard services.count <= Self.listedMax else {
            return .failure(Status(.resourceExhausted, "more than 100 services"))
        }
        var writer = WireWriter()
        for (name, serving) in services.sorted(by: { $0.key < $1.key }) {
            var response = WireWriter()
            response.integer(1, serving.rawValue)
            var entry = WireWriter()
            entry.text(1, name)
            entry.message(2, response)
            writer.message(1, entry)
        }
        return .success(writer.bytes)
    }

    private func watch(_ service: String, _ call: Call) -> (any StreamHandler)? {
        let watching = Watching(health: self, service: service, call: call)
        let (isTaken, hasStopped) = state.withLock { state in
            guard state.watchers.count < Self.watchersMax else { return (false, false) }
            let serving = state.services[service] ?? .serviceUnknown
            state.watchers[watching.key] = Watcher(watching: watching, untold: [serving])
            return (true, state.hasStopped)
        }
        guard isTaken else {
            call.fail(Status(.resourceExhausted, "too many watchers"))
            return nil
        }
        watching.tell()
        if hasStopped { watching.stopped() }
        if call.isOver {
            // Nobody tells a handler that was not yet made that its call has ended.
            forget(watching.key)
            return nil
        }
        return watching
    }

    private func takeUntold(_ key: WatcherKey) -> [Serving] {
        state.withLock { state in
            let untold = state.watchers[key]?.untold ?? []
            state.watchers[key]?.untold = []
            return untold
        }
    }

    private func forget(_ key: WatcherKey) {
        state.withLock { $0.watchers[key] = nil }
    }

    /// One Watch call: tells each change in order.
    ///
    /// Changes wait in the table until the call's worker takes them, so that those of several
    /// threads cannot overtake each other, and a slow reader is told when it has room again.
    private final class Watching: StreamHandler, Sendable {
        let service: String
        private let health: Health
        private let call: Call

        init(health: Health, service: String, call: Call) {
            self.health = health
            self.service = service
            self.call = call
        }

        var key: WatcherKey { WatcherKey(workerIndex: call.workerIndex, callID: call.id) }

        /// Thread: any.
        func changed() {
            call.onWorker { [self] _, _ in tell() }
        }

        /// Thread: any.
        func stopped() {
            call.onWorker { [self] _, _ in
                tell()
                health.forget(key)
                call.fail(Status(.unavailable, "the server is going away"))
            }
        }

        /// Thread: the call's worker.
        func tell() {
            guard call.isWritable else { return }
            for serving in health.takeUntold(key) { call.send(Health.response(serving)) }
        }

        func onWritable() { tell() }

        func onCancel() { health.forget(key) }
    }
}

extension Call {
    /// Ends the call with a result.
    func reply(orFail result: Result<[UInt8], Status>) {
        switch result {
        case .success(let message): reply(message)
        case .failure(let status): fail(status)
        }
    }
}
