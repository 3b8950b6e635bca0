import Dispatch
import GRPC
import Ground
import HTTP2

/// What handlers of the test service saw, for the tests to look at.
final class Seen: Sendable {
    struct Events {
        var executed = 0
        var cancelled = 0
        var turns = 0
        var parked: [Call] = []
    }

    let events = Lock(Events())
    private let changed = DispatchSemaphore(value: 0)

    func note(_ change: (inout Events) -> Void) {
        events.withLock { change(&$0) }
        changed.signal()
    }

    /// Waits for noted events until the condition holds; false after 10 s without an event.
    func wait(until isDone: (Events) -> Bool) -> Bool {
        while !events.withLock({ isDone($0) }) {
            if changed.wait(timeout: .now() + 10) == .timedOut { return false }
        }
        return true
    }
}

/// Repeats every message.
private final class Repeating: StreamHandler {
    let call: Call
    let seen: Seen
    init(call: Call, seen: Seen) {
        self.call = call
        self.seen = seen
    }
    func onMessage(_ message: Span<UInt8>) { call.send(bytes(message)) }
    func onHalfClose() { call.finish() }
    func onCancel() { seen.note { $0.cancelled += 1 } }
}

/// Answers with the number of messages and bytes.
private final class Counting: StreamHandler {
    let call: Call
    var messages = 0
    var total = 0
    init(call: Call) { self.call = call }
    func onMessage(_ message: Span<UInt8>) {
        messages += 1
        total += message.count
    }
    func onHalfClose() { call.reply(Array("\(messages) \(total)".utf8)) }
}

/// Sends as long as there is room, then waits to be told.
private final class Filling: StreamHandler {
    let call: Call
    var left: Int
    init(call: Call, count: Int) {
        self.call = call
        left = count
    }
    func fill() {
        while left > 0, call.isWritable {
            call.send([UInt8](repeating: UInt8(truncatingIfNeeded: left), count: 10_000))
            left -= 1
        }
        if left == 0 { call.finish() }
    }
    func onWritable() { fill() }
}

func bytes(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

/// The methods that the server tests call.
func testMethods(_ seen: Seen) -> [Method] {
    [
        .unary("/test.Service/Echo", isPublic: true) { call, request in
            seen.note { $0.executed += 1 }
            call.reply(request)
        },
        .unary("/test.Service/Secret") { call, _ in
            call.reply(Array("principal \(call.principal)".utf8))
        },
        .unary(
            "/test.Service/Park", isPublic: true,
            cancelled: { _ in seen.note { $0.cancelled += 1 } }
        ) { call, _ in
            seen.note {
                $0.executed += 1
                $0.parked.append(call)
            }
        },
        .unary("/test.Service/Offloaded", class: .offloaded, isPublic: true) { call, request in
            let name = call.metadata("x-name") ?? "nobody"
            call.reply(Array("\(name) \(request.count)".utf8))
        },
        .unary("/test.Service/Metadata", isPublic: true) { call, _ in
            call.reply(call.binaryMetadata("x-data-bin").flatMap { $0 + [255] })
        },
        .unary("/test.Service/Code", isPublic: true) { call, request in
            let code = StatusCode(rawValue: request[0]) ?? .unknown
            if code == .ok { call.reply([]) } else { call.fail(Status(code, "grün 100%\n")) }
        },
        .serverStreaming("/test.Service/Fill", isPublic: true) { call, request in
            let filling = Filling(call: call, count: Int(request[0]))
            filling.fill()
            return filling
        },
        .serverStreaming("/test.Service/Flood", isPublic: true) { call, _ in
            for _ in 0..<100 { call.send([UInt8](repeating: 1, count: 10_000)) }
            return nil
        },
        .clientStreaming("/test.Service/Count", isPublic: true) { Counting(call: $0) },
        .bidirectional("/test.Service/Repeat", isPublic: true) { Repeating(call: $0, seen: seen) },
    ]
}

/// A running server of the test service; stopped by `stop`.
struct TestServer {
    let seen = Seen()
    let server: Server
    let port: UInt16

    init(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration(workerCount: 2)
        change(&configuration)
        let seen = seen
        let hooks = ServerHooks(
            gate: { call, _ in
                call.metadata("authorization") == "Bearer good"
                    ? .success(42) : .failure(Status(.unauthenticated, "no valid key"))
            },
            turnEnded: { _ in seen.note { $0.turns += 1 } })
        server = Server(
            configuration: configuration, methods: testMethods(seen) + messageMethods(),
            hooks: hooks,
            reflection: try Reflection(descriptorSets: []))
        port = try server.start().port
    }
}

/// Runs `body` with a server and a client, and ends both.
func withServer(
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    limits: SessionConfiguration = SessionConfiguration(),
    _ body: (TestServer, TestClient) throws -> Void
) throws {
    let server = try TestServer(change)
    defer { server.server.stop() }
    let client = try TestClient(port: server.port, limits: limits)
    defer { client.close() }
    try body(server, client)
}
