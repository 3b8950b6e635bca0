import Ground
import HTTP2
import Testing

@testable import GRPC

/// A pool against a server of this process.
private final class Caller: ClientPoolDelegate {
    var results: [ClientResult] = []
    private var made: ClientPool?

    var pool: ClientPool { made! }

    init(port: UInt16, connections: Int = 2, streams: Int = 4) throws {
        made = try ClientPool(
            address: ClientAddress("127.0.0.1:\(port)"), connectionCount: connections,
            streamsPerConnection: streams, clock: SystemClock(), delegate: self)
    }

    func callEnded(_ call: Int, on connection: Int, reply: ClientReply) {
        results.append(ClientResult(reply))
    }

    /// Calls once and takes turns until the answer is there, for at most 10 s.
    func call(_ method: ClientMethod, _ message: [UInt8]) throws -> ClientResult {
        results = []
        let call = pool.submit(method.block) { body in
            ClientMethod.appendMessage(to: &body) { $0.append(contentsOf: message) }
        }
        try #require(call != nil)
        let limitNanos = pool.nowNanos + 10_000_000_000
        while results.isEmpty, pool.nowNanos < limitNanos { pool.turn(waitNanos: 100_000_000) }
        return try #require(results.first)
    }
}

@Suite struct ClientPoolTests {
    private static func method(_ path: String) -> ClientMethod {
        ClientMethod(path: path, authority: "test", key: "secret")
    }

    private static func serve() throws -> (server: Server, port: UInt16) {
        let hooks = ServerHooks(gate: { call, _ in
            let isKnown = call.metadata("authorization") == "Bearer secret"
            return isKnown ? .success(7) : .failure(Status(.unauthenticated, "who?"))
        })
        let methods = [
            Method.unary("/t.T/Echo") { call, request in call.reply(request) },
            Method.unary("/t.T/Refuse") { call, _ in
                call.fail(
                    Status.withDetails(
                        .notFound, "größer 100%", reason: "LINE_UNKNOWN", domain: "creditrisk"))
            },
        ]
        let server = Server(
            configuration: ServerConfiguration(), methods: methods, hooks: hooks)
        return (server, try server.start().port)
    }

    @Test func callsAreAnsweredByARealServer() throws {
        let (server, port) = try Self.serve()
        defer { server.stop() }
        let caller = try Caller(port: port)
        try caller.pool.connect(timeoutNanos: 10_000_000_000)
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try caller.call(Self.method("/t.T/Echo"), message) == .answer(message[...]))
        #expect(try caller.call(Self.method("/t.T/Echo"), []) == .answer([]))
        let health = Self.method("/grpc.health.v1.Health/Check")
        #expect(try caller.call(health, []) == .answer([8, 1]))
    }

    /// More bytes each way than the sockets hold: an end that stopped reading would stop for ever.
    @Test func bothDirectionsMayBeFullAtOnce() throws {
        let (server, port) = try Self.serve()
        defer { server.stop() }
        let caller = try Caller(port: port, connections: 1, streams: 64)
        try caller.pool.connect(timeoutNanos: 10_000_000_000)
        let method = Self.method("/t.T/Echo")
        let message = [UInt8](repeating: 5, count: 300_000)
        for _ in 0..<64 {
            let call = caller.pool.submit(method.block) { body in
                ClientMethod.appendMessage(to: &body) { $0.append(contentsOf: message) }
            }
            try #require(call != nil)
        }
        let limitNanos = caller.pool.nowNanos + 20_000_000_000
        while caller.results.count < 64, caller.pool.nowNanos < limitNanos {
            caller.pool.turn(waitNanos: 100_000_000)
        }
        #expect(caller.results.count == 64)
        #expect(caller.results.allSatisfy { $0 == .answer(message[...]) })
    }

    @Test func failuresCarryCodeMessageAndReason() throws {
        let (server, port) = try Self.serve()
        defer { server.stop() }
        let caller = try Caller(port: port)
        try caller.pool.connect(timeoutNanos: 10_000_000_000)
        guard
            case .failure(let status, let reason) = try caller.call(Self.method("/t.T/Refuse"), [1])
        else { return #expect(Bool(false), "the call was answered") }
        #expect(status.code == .notFound && status.message == "größer 100%")
        #expect(reason == "LINE_UNKNOWN")
        let wrongKey = ClientMethod(path: "/t.T/Echo", authority: "test", key: "wrong")
        guard case .failure(let refused, nil) = try caller.call(wrongKey, [1])
        else { return #expect(Bool(false), "a wrong key was taken") }
        #expect(refused.code == .unauthenticated)
        guard case .failure(let missing, _) = try caller.call(Self.method("/t.T/No"), [1])
        else { return #expect(Bool(false), "an unknown method was answered") }
        #expect(missing.code == .unimplemented)
    }

    @Test func aServerThatGoesEndsTheCallsAndIsFoundAgain() throws {
        let (server, port) = try Self.serve()
        let caller = try Caller(port: port, connections: 1, streams: 2)
        try caller.pool.connect(timeoutNanos: 10_000_000_000)
        _ = try caller.call(Self.method("/t.T/Echo"), [1])
        server.stop()
        let limitNanos = caller.pool.nowNanos + 10_000_000_000
        while caller.pool.lastProblem == nil, caller.pool.nowNanos < limitNanos {
            caller.pool.turn(waitNanos: 10_000_000)
        }
        #expect(caller.pool.lastProblem != nil && caller.pool.inFlightCount == 0)
        #expect(caller.pool.submit(Self.method("/t.T/Echo").block) { _ in } == nil)
        let fresh = try Caller(port: port)
        #expect(throws: ClientPoolError.self) {
            try fresh.pool.connect(timeoutNanos: 10_000_000_000)
        }
    }
}
