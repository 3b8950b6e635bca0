import Dispatch
import Ground

@testable import HTTP2

/// Workers on a simulated clock, and what they show after each turn.
///
/// Each stream is answered with `replyBytes` bytes once its request has ended.
final class TestWorkers: Sendable {
    /// Runs on the worker and publishes its counts.
    final class Application: WorkerApplication, @unchecked Sendable {
        // Sendable because `worker` is set before the loop begins and `shown` is a lock.
        private let replyBytes: Int
        private(set) var worker: Worker?
        let shown = Lock(Shown())
        let turned = DispatchSemaphore(value: 0)

        init(replyBytes: Int) { self.replyBytes = replyBytes }

        func attach(_ worker: Worker) { self.worker = worker }

        func connectionOpened(_ connection: Connection) -> any SessionDelegate {
            Answerer(connection, replyBytes)
        }

        func turnBegan(nowNanos: UInt64) {}

        func turnRan() {
            guard let worker else { return }
            let now = Shown(statistics: worker.statistics, unsentBytes: worker.unsentBytes)
            shown.withLock { $0 = now }
            turned.signal()
        }

        var nextTurnNanos: UInt64? { nil }
    }

    struct Shown: Sendable {
        var statistics = WorkerStatistics()
        var unsentBytes = 0
    }

    /// Answers every request.
    private final class Answerer: SessionDelegate {
        private unowned let connection: Connection
        private let replyBytes: Int
        private var left: [Int] = []
        private var ids: [Int32] = []

        init(_ connection: Connection, _ replyBytes: Int) {
            self.connection = connection
            self.replyBytes = replyBytes
        }

        func streamBegan(_ streamID: Int32) -> Int {
            ids.append(streamID)
            left.append(replyBytes)
            return ids.count - 1
        }

        func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {}
        func fieldsEnded(_ token: Int, isOverLimit: Bool) {}
        func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {}

        func peerEnded(_ token: Int) {
            connection.session.submitReply(
                ids[token], FieldBlock([(":status", "200")]), token: token, hasBody: true)
        }

        func streamClosed(_ token: Int, errorCode: UInt32) {}

        func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
            let count = min(left[token], room.count)
            for index in 0..<count { unsafe room[index] = 7 }
            left[token] -= count
            return left[token] == 0 ? .end(count, trailers: nil) : .bytes(count)
        }

        func pingAnswered() {
            connection.session.refuseNewStreams(reason: "told by the application")
        }

        func sessionEnded() {}
    }

    let clock = SimulatedClock()
    let application: Application
    private let group: WorkerGroup
    let port: UInt16

    init(replyBytes: Int = 5, _ change: (inout WorkerConfiguration) -> Void = { _ in }) throws {
        var configuration = WorkerConfiguration()
        change(&configuration)
        application = Application(replyBytes: replyBytes)
        group = try WorkerGroup(host: "127.0.0.1", port: 0)
        port = group.port
        try group.start([application], configuration: configuration, clock: clock) {
            $0.attach($1)
        }
    }

    /// Ends the loop; every test calls it.
    func stop() {
        group.stop()
        while !group.waitUntilFinished(timeoutMillis: 1_000) {}
    }

    /// Waits turn by turn until the worker shows this; false after ten seconds.
    ///
    /// Asks for turns, because what a turn writes at its end shows in the next one only.
    func wait(_ isSo: (Shown) -> Bool) -> Bool {
        let end = DispatchTime.now() + 10
        while !isSo(application.shown.withLock { $0 }) {
            application.worker?.wake()
            if application.turned.wait(timeout: end) == .timedOut { return false }
        }
        return true
    }

    /// Waits until so many bytes were read.
    func waitForBytes(_ count: UInt64) -> Bool { wait { $0.statistics.bytesReceived >= count } }

    /// Lets simulated time pass and gives the worker a turn.
    func pass(seconds: Int64) {
        clock.advance(micros: seconds * 1_000_000)
        application.worker?.wake()
    }
}

/// A client that sends what it is told.
struct RawClient: ~Copyable {
    private let socket: Socket
    private(set) var sent: UInt64 = 0
    private(set) var received: [UInt8] = []

    init(_ workers: TestWorkers) throws {
        socket = try Socket.connect(host: "127.0.0.1", port: workers.port)
    }

    mutating func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let rest = Array(bytes[start...].prefix(1 << 20))
            start += try socket.send(rest.span)
        }
        sent += UInt64(bytes.count)
    }

    /// Reads until the condition holds; false when the server closes first.
    mutating func read(until isDone: ([Frames.Read]) -> Bool = { _ in false }) throws -> Bool {
        var room = [UInt8](repeating: 0, count: 65_536)
        while !isDone(frames) {
            let count = unsafe try room.withUnsafeMutableBytes { room in
                try unsafe socket.receive(into: room)
            }
            guard count > 0 else { return false }
            received += room[..<count]
        }
        return true
    }

    /// What has come so far.
    var frames: [Frames.Read] { Frames.read(received) }

    /// The error code and the debug data of each GOAWAY.
    var goodbyes: [String] {
        frames.filter { $0.type == 7 }.map {
            "\($0.number(at: 4)) \(String(decoding: $0.payload.dropFirst(8), as: UTF8.self))"
        }
    }
}
