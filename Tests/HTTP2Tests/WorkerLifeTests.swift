import Ground
import Testing

@testable import HTTP2

/// Connections over real sockets in simulated time.
@Suite(.serialized) struct WorkerLifeTests {
    /// A client that leaves something out: what it sends, how long it waits, how it ends.
    struct Slow: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let seconds: Int64
        let goodbye: String
        let abuse: Abuse
        var testDescription: String { name }
    }

    static let slow = [
        Slow(
            name: "says nothing", bytes: [], seconds: 5, goodbye: "11 slow_preface",
            abuse: .slowPreface),
        Slow(
            name: "sends half a preface", bytes: Array(Frames.preface.prefix(10)), seconds: 5,
            goodbye: "11 slow_preface", abuse: .slowPreface),
        Slow(
            name: "sends no SETTINGS", bytes: Frames.preface, seconds: 5,
            goodbye: "11 slow_preface", abuse: .slowPreface),
        Slow(
            name: "never acknowledges", bytes: Frames.hello, seconds: 10,
            goodbye: "4 slow_settings", abuse: .slowSettings),
        Slow(
            name: "leaves a header block open",
            bytes: Frames.hello + Frames.settingsAck + Frames.headers(1, complete: false),
            seconds: 5, goodbye: "11 slow_frame", abuse: .slowFrame),
        Slow(
            name: "stops in the middle of HEADERS",
            bytes: Frames.hello + Frames.settingsAck + Array(Frames.headers(1).dropLast(2)),
            seconds: 5, goodbye: "11 slow_frame", abuse: .slowFrame),
    ]

    @Test(arguments: slow)
    func aSlowClientIsEnded(slow: Slow) throws {
        let workers = try TestWorkers()
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(slow.bytes)
        try #require(client.read { !$0.isEmpty }, "SETTINGS come unasked")
        try #require(workers.waitForBytes(client.sent))
        workers.pass(seconds: slow.seconds - 1)
        workers.pass(seconds: 2)
        let isOpen = try client.read()
        #expect(!isOpen)
        #expect(client.goodbyes == [slow.goodbye])
        #expect(workers.wait { $0.statistics.abuses[slow.abuse] == 1 })
    }

    @Test func anIdleConnectionEndsInTwoSteps() throws {
        let workers = try TestWorkers()
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Frames.hello + Frames.settingsAck)
        try #require(workers.waitForBytes(client.sent))
        workers.pass(seconds: 301)
        let isAsked = try client.read { frames in frames.contains { $0.type == 6 } }
        #expect(isAsked)
        #expect(client.goodbyes == ["0 "])
        let isOpen = try client.read { _ in
            workers.pass(seconds: 2)
            return false
        }
        #expect(!isOpen)
        #expect(client.goodbyes == ["0 ", "0 max_idle"])
        #expect(workers.wait { $0.statistics.abuses.total == 0 })
    }

    @Test func aSilentPeerIsAskedWhetherItIsThere() throws {
        let workers = try TestWorkers { $0.times.idleNanos = ConnectionTimes.never }
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Frames.hello + Frames.settingsAck)
        try #require(workers.waitForBytes(client.sent))
        workers.pass(seconds: 7_201)
        let isAsked = try client.read { frames in frames.contains { $0.type == 6 } }
        #expect(isAsked)
        workers.pass(seconds: 21)
        let isOpen = try client.read()
        #expect(!isOpen)
        #expect(workers.wait { $0.statistics.abuses[.deadPeer] == 1 })
    }

    @Test func aFloodReadsWhyItEndedEvenIfItGoesOn() throws {
        let workers = try TestWorkers()
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(
            Frames.hello + Frames.settingsAck + (0..<20_000).flatMap { _ in Frames.ping() })
        let isOpen = try client.read()
        #expect(!isOpen)
        #expect(client.goodbyes == ["11 too_many_pings"])
        #expect(workers.wait { $0.statistics.abuses[.pingFlood] == 1 })
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nhost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n....."])
    func whatIsNotHTTP2IsEndedAtOnce(text: String) throws {
        let workers = try TestWorkers()
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Array(text.utf8))
        let isOpen = try client.read()
        #expect(!isOpen)
        #expect(workers.wait { $0.statistics.abuses[.brokenProtocol] == 1 })
    }

    /// What makes nghttp2 end the connection, and its error code.
    @Test(
        arguments: [
            ("a frame over the limit", [0, 0x40, 1, 0, 0, 0, 0, 0, 1], "6 "),
            ("DATA of a stream that never was", Frames.data(5, [1]), "1 "),
            ("PING of seven bytes", Frames.frame(6, [1, 2, 3, 4, 5, 6, 7]), "6 "),
            ("a PUSH_PROMISE", Frames.frame(5, flags: 4, stream: 1, Frames.big(2)), "1 "),
            ("an acknowledgement too many", Frames.settingsAck, "1 "),
        ] as [(String, [UInt8], String)])
    func anErrorOfTheProtocolIsSaidAndRead(name: String, bytes: [UInt8], code: String) throws {
        let workers = try TestWorkers()
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Frames.hello + Frames.settingsAck + bytes)
        let isOpen = try client.read()
        #expect(!isOpen)
        #expect(client.goodbyes.count == 1)
        #expect(client.goodbyes.first?.hasPrefix(code) == true, "\(client.goodbyes)")
        #expect(workers.wait { $0.statistics.abuses[.brokenProtocol] == 1 })
    }

    @Test func aReaderThatDoesNotReadHoldsLittleAndIsEnded() throws {
        let workers = try TestWorkers(replyBytes: 64 << 20)
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Self.openWide + Frames.headers(1, ends: true))
        try #require(workers.wait { $0.unsentBytes > 0 })
        #expect(workers.application.shown.withLock { $0.unsentBytes } <= Worker.writeBytesMax)
        workers.pass(seconds: 31)
        #expect(workers.wait { $0.statistics.abuses[.stalledWrite] == 1 })
        #expect(workers.wait { $0.unsentBytes == 0 && $0.statistics.connectionsOpen == 0 })
    }

    /// A preface that lets 2 GiB come.
    private static let openWide =
        Frames.preface + Frames.frame(4, [0, 4] + Frames.big(0x7fff_ffff)) + Frames.settingsAck
        + Frames.windowUpdate(0, 0x7000_0000)

    @Test func twoEndsThatBothWriteFirstDoNotStandStill() throws {
        let workers = try TestWorkers(replyBytes: 64 << 20)
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Self.openWide + Frames.headers(1, ends: true))
        try #require(workers.wait { $0.unsentBytes > 0 })
        // The server's output is stuck. A client that writes first and reads later must get
        // through, or both would wait for ever.
        let upload = (0..<60).flatMap { _ in Frames.data(3, [UInt8](repeating: 1, count: 16_000)) }
        try client.send(Frames.headers(3) + upload)
        #expect(workers.waitForBytes(client.sent))
        #expect(workers.application.shown.withLock { $0.unsentBytes } > 0)
        let isDone = try client.read { frames in
            frames.reduce(0) { $0 + ($1.type == 0 ? $1.payload.count : 0) } > 1 << 20
        }
        #expect(isDone)
    }

    @Test func aWriterThatNeverReadsIsBounded() throws {
        let workers = try TestWorkers(replyBytes: 64 << 20)
        defer { workers.stop() }
        var client = try RawClient(workers)
        try client.send(Self.openWide + Frames.headers(1, ends: true))
        try #require(workers.wait { $0.unsentBytes > 0 })
        for round in 1..<3_000 {
            do {
                try client.send(Frames.headers(Int32(2 * round + 1), ends: true))
            } catch {
                break
            }
        }
        #expect(workers.wait { $0.statistics.abuses[.refusedStreamFlood] == 1 })
        #expect(workers.application.shown.withLock { $0.unsentBytes } <= Worker.writeBytesMax)
    }

    @Test func tooManyReadersThatDoNotReadAreEnded() throws {
        let workers = try TestWorkers(replyBytes: 64 << 20) { $0.unsentBytesMax = 1 }
        defer { workers.stop() }
        var first = try RawClient(workers)
        var second = try RawClient(workers)
        var third = try RawClient(workers)
        try first.send(Self.openWide + Frames.headers(1, ends: true))
        try second.send(Self.openWide + Frames.headers(1, ends: true))
        try third.send(Self.openWide + Frames.headers(1, ends: true))
        #expect(workers.wait { $0.statistics.abuses[.unsentLimit] >= 1 })
        #expect(workers.wait { $0.unsentBytes <= 1 })
    }
}
