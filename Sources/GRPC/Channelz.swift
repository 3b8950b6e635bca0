internal import Ground
internal import HTTP2

/// grpc.channelz.v1.Channelz: the server and its connections, for operators.
///
/// Served only where `ServerConfiguration.channelz` says so, and never public: whoever may ask sees
/// the addresses of every client. There are no channels here, only one server, number 1.
/// Source: the public description of channelz (gRFC A14).
final class Channelz: Sendable {
    private static let serverID: UInt64 = 1
    private static let serverName = "server"
    private static let service = "/grpc.channelz.v1.Channelz/"
    private let workers: Lock<[CallWorker]>
    private let clock: any Clock

    init(clock: any Clock) {
        workers = Lock([])
        self.clock = clock
    }

    /// Tells the workers to ask; before the server starts.
    func attach(_ workers: [CallWorker]) { self.workers.withLock { $0 = workers } }

    /// The first three integer fields of a request; nil when the bytes are no message.
    private static func numbers(_ request: Span<UInt8>) -> (UInt64, UInt64, UInt64)? {
        var numbers: (UInt64, UInt64, UInt64) = (0, 0, 0)
        do {
            var cursor = WireCursor()
            while let field = try cursor.next(in: request) {
                guard case .integer(let value) = field.value else { continue }
                switch field.number {
                case 1: numbers.0 = value
                case 2: numbers.1 = value
                case 3: numbers.2 = value
                default: continue
                }
            }
            return numbers
        } catch {
            return nil
        }
    }

    private func method(
        _ name: String,
        _ answer: @escaping @Sendable (Call, (UInt64, UInt64, UInt64)) -> Void
    ) -> Method {
        .unary(Self.service + name) { call, request in
            guard let numbers = Self.numbers(request) else {
                return call.fail(Status(.internal, "the request is no channelz message"))
            }
            answer(call, numbers)
        }
    }

    private func unknown(_ name: String, _ what: String) -> Method {
        method(name) { call, numbers in
            call.fail(Status(.notFound, "\(what) \(numbers.0) is not known"))
        }
    }

    var methods: [Method] {
        [
            method("GetTopChannels") { call, _ in
                var reply = WireWriter()
                reply.integer(2, 1)
                call.reply(reply.bytes)
            },
            unknown("GetChannel", "channel"),
            unknown("GetSubchannel", "subchannel"),
            method("GetServers") { [self] call, numbers in
                var reply = WireWriter()
                if numbers.0 <= Self.serverID { reply.message(1, server()) }
                reply.integer(2, 1)
                call.reply(reply.bytes)
            },
            method("GetServer") { [self] call, numbers in
                guard numbers.0 == Self.serverID else {
                    return call.fail(Status(.notFound, "server \(numbers.0) is not known"))
                }
                var reply = WireWriter()
                reply.message(1, server())
                call.reply(reply.bytes)
            },
            method("GetServerSockets") { [self] call, numbers in serverSockets(call, numbers) },
            method("GetSocket") { [self] call, numbers in socket(call, numbers.0) },
        ]
    }

    private func server() -> WireWriter {
        let counts = workers.withLock { $0 }.reduce(into: ServerStatistics()) { total, worker in
            let one = worker.published.withLock { $0 }
            total.callsStarted += one.callsStarted
            total.callsSucceeded += one.callsSucceeded
            total.callsFailed += one.callsFailed + one.callsAbandoned
        }
        var data = WireWriter()
        data.integer(2, counts.callsStarted)
        data.integer(3, counts.callsSucceeded)
        data.integer(4, counts.callsFailed)
        var reference = WireWriter()
        reference.integer(5, Self.serverID)
        reference.text(6, Self.serverName)
        var server = WireWriter()
        server.message(1, reference)
        server.message(2, data)
        return server
    }

    private func serverSockets(_ call: Call, _ numbers: (UInt64, UInt64, UInt64)) {
        guard numbers.0 == Self.serverID else {
            return call.fail(Status(.notFound, "server \(numbers.0) is not known"))
        }
        let asked = Int(clamping: numbers.2)
        let limit = asked == 0 ? Server.socketPageMax : min(asked, Server.socketPageMax)
        // One more than is told, to know whether it is the last page.
        Server.gather(
            workers.withLock { $0 }, from: Int64(clamping: numbers.1), limit: limit + 1
        ) { states in
            var reply = WireWriter()
            for state in states.prefix(limit) { reply.message(1, Self.reference(state)) }
            reply.integer(2, states.count > limit ? 0 : 1)
            call.reply(reply.bytes)
        }
    }

    private func socket(_ call: Call, _ id: UInt64) {
        let id = Int64(clamping: id)
        Server.gather(workers.withLock { $0 }, from: id, limit: 1) { [clock] states in
            guard let state = states.first, state.id == id else {
                return call.fail(Status(.notFound, "socket \(id) is not known"))
            }
            var reply = WireWriter()
            reply.message(1, Self.socket(state, clock))
            call.reply(reply.bytes)
        }
    }

    private static func reference(_ state: SocketState) -> WireWriter {
        var reference = WireWriter()
        reference.integer(3, UInt64(state.id))
        reference.text(4, "\(state.remote)")
        return reference
    }

    private static func socket(_ state: SocketState, _ clock: any Clock) -> WireWriter {
        var data = WireWriter()
        data.integer(1, state.counts.streamsStarted)
        data.integer(2, state.counts.streamsSucceeded)
        data.integer(3, state.counts.streamsFailed)
        data.integer(4, state.counts.messagesSent)
        data.integer(5, state.counts.messagesReceived)
        data.integer(6, state.keepalivesSent)
        let times = [
            (8, state.counts.lastStreamNanos), (9, state.counts.lastSentNanos),
            (10, state.counts.lastReceivedNanos),
        ]
        for (field, nanos) in times where nanos > 0 {
            data.message(field, timestamp(nanos, clock))
        }
        var socket = WireWriter()
        socket.message(1, reference(state))
        socket.message(2, data)
        socket.message(3, address(state.local))
        socket.message(4, address(state.remote))
        if let encryption = state.encryption {
            var suite = WireWriter()
            suite.text(1, encryption.suite)
            var security = WireWriter()
            security.message(1, suite)
            socket.message(5, security)
        }
        if let peer = state.peer { socket.text(6, peer) }
        return socket
    }

    private static func address(_ address: SocketAddress) -> WireWriter {
        var numeric = WireWriter()
        if !address.bytes.isEmpty { numeric.data(1, address.bytes) }
        numeric.integer(2, UInt64(address.port))
        var message = WireWriter()
        message.message(1, numeric)
        return message
    }

    /// google.protobuf.Timestamp of a moment on the monotonic clock.
    private static func timestamp(_ nanos: UInt64, _ clock: any Clock) -> WireWriter {
        let now = clock.monotonicNanos()
        let ageMicros = Int64((now - min(nanos, now)) / 1_000)
        let micros = clock.wallMicros() - ageMicros
        var message = WireWriter()
        message.integer(1, UInt64(max(micros, 0) / 1_000_000))
        message.integer(2, UInt64(max(micros, 0) % 1_000_000 * 1_000))
        return message
    }
}
