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

    private struct Watcher {
        let service: String
        let call: Call
    }

    private struct State {
        /// By full service name; "" is the whole server.
        var services: [String: Serving] = ["": .serving]
        /// The state of "" once more: nearly every question is about it.
        var overall = Serving.serving
        var watchers: [UInt64: Watcher] = [:]
        var nextWatcher: UInt64 = 0
        /// After a drain began, nothing serves again.
        var hasStopped = false
    }

    private let state = Lock(State())
    /// What the health standard lists at most.
    private static let listedMax = 100
    /// Open Watch calls; each costs an open stream and a table entry.
    private static let watchersMax = 10_000

    init() {}

    /// Sets whether a service takes calls; "" stands for the whole server. Watchers are told.
    public func setServing(_ service: String, _ isServing: Bool) {
        let (calls, serving) = state.withLock { state in
            let serving: Serving = isServing && !state.hasStopped ? .serving : .notServing
            if service.isEmpty { state.overall = serving }
            guard state.services.updateValue(serving, forKey: service) != serving else {
                return ([Call](), serving)
            }
            return (state.watchers.values.filter { $0.service == service }.map(\.call), serving)
        }
        for call in calls { call.send(Self.response(serving)) }
    }

    /// Turns everything to NOT_SERVING for good.
    func stopServing() {
        let services = state.withLock { state in
            state.hasStopped = true
            return Array(state.services.keys)
        }
        for service in services { setServing(service, false) }
    }

    /// The HealthCheckResponse of each state: field 1 and its number.
    private static let responses: [[UInt8]] = (0...3).map { [0x08, $0] }

    private static func response(_ serving: Serving) -> [UInt8] {
        responses[Int(serving.rawValue)]
    }

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
        let (serving, number) = state.withLock { state -> (Serving, UInt64?) in
            let serving = state.services[service] ?? .serviceUnknown
            guard state.watchers.count < Self.watchersMax else { return (serving, nil) }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(service: service, call: call)
            return (serving, state.nextWatcher)
        }
        guard let number else {
            call.fail(Status(.resourceExhausted, "too many watchers"))
            return nil
        }
        call.send(Self.response(serving))
        return Watching(health: self, number: number)
    }

    /// Ends a watcher's entry with its call.
    private final class Watching: StreamHandler {
        private let health: Health
        private let number: UInt64

        init(health: Health, number: UInt64) {
            self.health = health
            self.number = number
        }

        func onCancel() {
            health.state.withLock { $0.watchers[number] = nil }
        }
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
