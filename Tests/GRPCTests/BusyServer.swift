import Dispatch
import GRPC
import Ground

/// A server of one worker whose calls take as long as they are told, for tenants that callers
/// name; it notes on the worker's own clock what happened when.
final class BusyServer: Sendable {
    /// A handler that began.
    struct Start {
        /// What the caller named itself.
        let tag: String
        let atNanos: UInt64
        let deadlineNanos: UInt64
        /// How many handlers had begun when the call's headers came.
        let startedBefore: Int
    }

    struct Events {
        var starts: [Start] = []
        var gated: [UInt64: Int] = [:]
        var messages = 0
        var ends = 0
        var paused: [Call] = []
        /// How long after its deadline a handler was told, nanoseconds.
        var cancelledAfterNanos: [UInt64] = []
    }

    let events = Lock(Events())
    /// Lets one blocked offloaded call go on.
    let gate = DispatchSemaphore(value: 0)
    private let changed = DispatchSemaphore(value: 0)
    private let running = Lock<Server?>(nil)

    private func note(_ change: (inout Events) -> Void) {
        events.withLock { change(&$0) }
        changed.signal()
    }

    /// Waits until what was noted fulfils the condition; false after 10 s without news.
    func wait(until isDone: (Events) -> Bool) -> Bool {
        while !events.withLock({ isDone($0) }) {
            if changed.wait(timeout: .now() + 10) == .timedOut { return false }
        }
        return true
    }

    /// Asks the published counts until they fulfil the condition; false after 10 s.
    func waitForCounts(until isDone: (ServerStatistics) -> Bool) -> Bool {
        let end = SystemClock().monotonicNanos() + 10_000_000_000
        while SystemClock().monotonicNanos() < end {
            if isDone(statistics) { return true }
            // Gives the processor away: the worker's counts change only while it runs.
            _ = changed.wait(timeout: .now() + .milliseconds(1))
        }
        return false
    }

    var statistics: ServerStatistics {
        guard let server = running.withLock({ $0 }) else {
            preconditionFailure("counts were asked of a server that has not started")
        }
        return server.statistics
    }

    /// Starts the server and gives its port.
    func start(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws -> UInt16 {
        var configuration = ServerConfiguration(workerCount: 1)
        change(&configuration)
        let hooks = ServerHooks(gate: { [self] call, _ in
            guard let tenant = call.metadata("x-tenant").flatMap({ UInt64($0) }) else {
                return .failure(Status(.unauthenticated, "name a tenant"))
            }
            events.withLock { $0.gated[call.id] = $0.starts.count }
            return .success(tenant)
        })
        let server = Server(configuration: configuration, methods: methods, hooks: hooks)
        running.withLock { $0 = server }
        return try server.start().port
    }

    func stop() {
        for _ in 0..<100 { gate.signal() }
        running.withLock { $0 }?.stop()
    }

    private func began(_ call: Call) {
        let now = SystemClock().monotonicNanos()
        let tag = call.metadata("x-tag") ?? ""
        note { events in
            events.starts.append(
                Start(
                    tag: tag, atNanos: now, deadlineNanos: call.deadlineNanos,
                    startedBefore: events.gated[call.id] ?? 0))
        }
    }

    private func wasCancelled(_ call: Call) {
        let late = SystemClock().monotonicNanos() &- call.deadlineNanos
        note { $0.cancelledAfterNanos.append(late) }
    }

    /// A request of n bytes keeps the worker busy for n microseconds.
    private func burn(_ call: Call, _ request: Span<UInt8>) {
        began(call)
        let end = SystemClock().monotonicNanos() + UInt64(request.count) * 1_000
        while SystemClock().monotonicNanos() < end {}
        call.reply([])
    }

    private var methods: [Method] {
        [
            .unary("/busy.Service/Burn") { [self] call, request in burn(call, request) },
            .unary("/busy.Service/Large") { [self] call, request in
                began(call)
                call.reply([UInt8](repeating: 7, count: request.count * 1_000))
            },
            .unary("/busy.Service/Block", class: .offloaded) { [self] call, _ in
                began(call)
                gate.wait()
                call.reply([])
            },
            .unary("/busy.Service/Wait", class: .offloaded, cancelled: { self.wasCancelled($0) }) {
                [self] call, _ in began(call)
            },
            .unary("/busy.Service/UpTo", class: .inlineUpTo(bytes: 100)) { call, _ in
                call.reply(Array((call.isOffloaded ? "off" : "on").utf8))
            },
            .bidirectional("/busy.Service/Echo") { Echoing(call: $0) },
            .bidirectional("/busy.Service/Slow") { [self] call in Pausing(call, self) },
        ]
    }

    /// Sends every message back.
    private final class Echoing: StreamHandler {
        let call: Call
        init(call: Call) { self.call = call }
        func onMessage(_ message: Span<UInt8>) { call.send(bytes(message)) }
        func onHalfClose() { call.finish() }
    }

    /// Takes one message, then none until a test resumes it.
    private final class Pausing: StreamHandler {
        let call: Call
        let owner: BusyServer
        var count = 0
        init(_ call: Call, _ owner: BusyServer) {
            self.call = call
            self.owner = owner
        }
        func onMessage(_ message: Span<UInt8>) {
            count += 1
            call.pauseReading()
            owner.note { events in
                events.messages += 1
                events.paused.append(call)
            }
        }
        func onHalfClose() {
            owner.note { $0.ends += 1 }
            call.send(Array("\(count)".utf8))
            call.finish()
        }
        func onCancel() { owner.wasCancelled(call) }
    }
}

/// Runs `body` with a busy server and a client of it, and ends both.
func withBusyServer(
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    readsBodies: Bool = true, _ body: (BusyServer, TestClient, UInt16) throws -> Void
) throws {
    let server = BusyServer()
    let port = try server.start(change)
    defer { server.stop() }
    let client = try TestClient(port: port, readsBodies: readsBodies)
    defer { client.close() }
    try body(server, client, port)
}
