import Ground

@testable import GRPC
@testable import HTTP2

/// One connection with its worker's call layer, in memory: bytes in, bytes out, a clock that the
/// reads move. After every step what came out must be frames, and at the end nothing may be left.
@safe
final class MemoryConnection {
    /// What may come out for what went in: a refused call of 20 bytes costs some 700.
    private static let outputFactorMax = 256
    private static let outputBytesMin = 64 << 10
    private static let roomBytes = 16 << 10

    private let calls: CallWorker
    private let connection: Connection
    private var check = OutputCheck()
    private let room: UnsafeMutableRawBufferPointer
    private var nowNanos: UInt64 = 1_000_000_000
    private var outputBytes = 0

    /// Limits small enough to be reached; the low bit doubles them.
    init(limits: UInt8) {
        var configuration = ServerConfiguration()
        configuration.receiveLimitBytes = 256 << Int(limits & 1)
        configuration.callsPerWorkerMax = limits & 2 == 0 ? 64 : 4
        configuration.replyBytesPerCallMax = 1_024
        configuration.webOrigins = ["https://fuzz"]
        var session = SessionConfiguration()
        session.maxConcurrentStreams = limits & 4 == 0 ? 16 : 2
        session.fieldBytesMax = limits & 8 == 0 ? 16 << 10 : 512
        session.givesStreamWindowBack = false
        calls = CallWorker(
            index: 0, configuration: configuration, table: MemoryServer.table,
            hooks: ServerHooks(), clock: MemoryServer.clock, offloadQueue: MemoryServer.queue)
        connection = Connection(
            socket: Socket(descriptor: -1),
            life: ConnectionLife(nowNanos: nowNanos, jitter: 0, ConnectionTimes()))
        unsafe room = .allocate(byteCount: Self.roomBytes, alignment: 16)
        let delegate = calls.connectionOpened(connection)
        connection.begin(
            Session(
                role: .server, configuration: session, delegate: delegate, memory: MemoryPool()))
    }

    deinit {
        unsafe room.deallocate()
    }

    /// Feeds the bytes read by read and ends the connection.
    func run(_ bytes: [UInt8], cut: Cut) {
        var start = 0
        var reads = 0
        var isOver = false
        while start < bytes.count, !isOver {
            let end = min(bytes.count, start + cut.size(after: reads))
            calls.turnBegan(nowNanos: nowNanos)
            do {
                try connection.session.receive(
                    bytes.span.extracting(start..<end), nowNanos: nowNanos)
            } catch {
                isOver = true
            }
            calls.turnRan()
            isOver = send() || isOver
            start = end
            reads += 1
            nowNanos += UInt64(reads % 7) * 500_000
        }
        precondition(
            outputBytes <= Self.outputBytesMin + start * Self.outputFactorMax,
            "\(start) bytes in gave \(outputBytes) bytes out")
        connection.end()
        calls.turnBegan(nowNanos: nowNanos)
        calls.turnRan()
        precondition(calls.requestBytes == 0, "request bytes outlived their calls")
        for call in calls.calls {
            guard case .free = call.phase else {
                preconditionFailure("a call outlived its connection")
            }
        }
    }

    /// Takes what the session has to send; gives whether the connection is over.
    private func send() -> Bool {
        do {
            while true {
                let count = try unsafe connection.session.produce(into: room)
                guard count > 0 else { break }
                outputBytes += count
                let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
                unsafe check.take(bytes)
            }
        } catch {
            return true
        }
        return connection.session.isFinished
    }
}
