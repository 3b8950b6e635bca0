import HTTP2
import Testing

/// A server's session that is fed raw bytes.
final class RawServer {
    let saw = Recorder()
    let session: Session
    /// What the session threw.
    private(set) var end: SessionError?
    private(set) var frames: [Frames.Read] = []

    init(_ change: (inout SessionConfiguration) -> Void = { _ in }) {
        var configuration = SessionConfiguration()
        change(&configuration)
        session = Session(
            role: .server, configuration: configuration, delegate: saw, memory: MemoryPool())
    }

    /// Feeds bytes and collects what is answered; false once the session has ended.
    @discardableResult
    func feed(_ bytes: [UInt8], at nowNanos: UInt64 = 0) -> Bool {
        do {
            try session.receive(bytes.span, nowNanos: nowNanos)
        } catch {
            end = error
        }
        collect()
        return end == nil
    }

    func collect() {
        var answer: [UInt8] = []
        while let more = try? SessionPair.bytes(from: session), !more.isEmpty { answer += more }
        frames += Frames.read(answer)
    }

    /// GOAWAY's error code and debug data.
    var goodbye: (code: UInt32, debug: String)? {
        guard let last = frames.last(where: { $0.type == 7 }) else { return nil }
        return (
            last.number(at: 4), String(decoding: last.payload.dropFirst(8), as: UTF8.self)
        )
    }
}

/// One flood: what is sent over and over, and where it must end.
struct Flood: CustomTestStringConvertible, Sendable {
    let name: String
    let abuse: Abuse
    /// The round that ends the connection, counted from 1: at least and at most.
    let bound: ClosedRange<Int>
    /// Sent once, after the preface and SETTINGS.
    var before: [UInt8] = []
    /// The bytes of a round.
    let round: @Sendable (Int) -> [UInt8]

    var testDescription: String { name }

    /// The id of a round's stream.
    private static func id(_ round: Int) -> Int32 { Int32(2 * round - 1) }

    static let all: [Flood] = [
        Flood(name: "rapid reset", abuse: .resetFlood, bound: 201...201) {
            Frames.headers(id($0)) + Frames.reset(id($0))
        },
        Flood(name: "rapid reset after the request", abuse: .resetFlood, bound: 201...201) {
            Frames.headers(id($0), ends: true) + Frames.reset(id($0))
        },
        Flood(
            name: "made-you-reset by a window overflow", abuse: .provokedResetFlood,
            bound: 201...201
        ) { Frames.headers(id($0)) + Frames.windowUpdate(id($0), 0x7fff_ffff) },
        Flood(
            name: "made-you-reset by a request without a path", abuse: .provokedResetFlood,
            bound: 201...201
        ) { Frames.headers(id($0), [0x83, 0x86]) },
        Flood(
            name: "made-you-reset by a false length", abuse: .provokedResetFlood, bound: 201...202
        ) {
            Frames.headers(id($0), Frames.request + [0x0f, 0x0d, 1, 0x31])
                + Frames.data(id($0), ends: true, [1, 2])
        },
        Flood(name: "streams over the limit", abuse: .refusedStreamFlood, bound: 1525...1525) {
            Frames.headers(id($0))
        },
        Flood(name: "SETTINGS", abuse: .settingsFlood, bound: 100...100) { _ in Frames.settings },
        Flood(name: "windows changed by SETTINGS", abuse: .settingsFlood, bound: 100...100) {
            Frames.frame(4, [0, 4] + Frames.big(UInt32($0)))
        },
        Flood(name: "PING", abuse: .pingFlood, bound: 4...4) { Frames.ping(UInt8($0)) },
        Flood(
            name: "empty DATA in a row", abuse: .emptyDataFlood, bound: 11...11,
            before: Frames.headers(1)
        ) { _ in Frames.data(1) },
        Flood(
            name: "padding alone", abuse: .emptyDataFlood, bound: 11...11,
            before: Frames.headers(1)
        ) { _ in Frames.padding(1, 200) },
        Flood(
            name: "empty DATA between bytes", abuse: .emptyDataFlood, bound: 1001...1001,
            before: Frames.headers(1)
        ) { _ in Frames.data(1) + Frames.data(1, [7]) },
        Flood(name: "WINDOW_UPDATE", abuse: .windowUpdateFlood, bound: 101...101) { _ in
            Frames.windowUpdate(0)
        },
        Flood(
            name: "WINDOW_UPDATE of a stream", abuse: .windowUpdateFlood, bound: 103...103,
            before: Frames.headers(1)
        ) { _ in Frames.windowUpdate(1) },
        Flood(name: "PRIORITY", abuse: .priorityFlood, bound: 101...101) {
            Frames.priority(id($0))
        },
        Flood(
            name: "RST_STREAM of a stream that is gone", abuse: .idleFrameFlood,
            bound: 9_990...10_000, before: Frames.headers(1) + Frames.reset(1)
        ) { _ in Frames.reset(1) },
        Flood(name: "unknown frames", abuse: .idleFrameFlood, bound: 9_990...10_001) { _ in
            Frames.frame(0xbe, [1, 2, 3])
        },
        Flood(name: "PING answers", abuse: .idleFrameFlood, bound: 9_990...10_001) { _ in
            Frames.frame(6, flags: 1, [UInt8](repeating: 0, count: 8))
        },
        Flood(
            name: "CONTINUATION", abuse: .continuationFlood, bound: 9...9,
            before: Frames.headers(1, complete: false)
        ) { _ in Frames.continuation(1, last: false, Frames.literal("a", "b")) },
        Flood(
            name: "empty CONTINUATION", abuse: .continuationFlood, bound: 9...9,
            before: Frames.headers(1, complete: false)
        ) { _ in Frames.continuation(1, last: false, []) },
        Flood(
            name: "empty CONTINUATION of a stream that is gone", abuse: .continuationFlood,
            bound: 9...9,
            before: Frames.headers(1) + Frames.reset(1) + Frames.headers(3, complete: false)
        ) { _ in Frames.continuation(3, last: false, []) },
        Flood(name: "header blocks over the limit", abuse: .oversizeBlockFlood, bound: 21...21) {
            let fields = (0..<101).flatMap { _ in Frames.literal("a", "") }
            return Frames.headers(id($0), ends: true, Frames.request + fields)
        },
        Flood(name: "a compression bomb", abuse: .headerBomb, bound: 1...1) {
            // One field of 3,900 bytes goes into the table, then a byte names it again and again.
            let value = [UInt8](repeating: 0x61, count: 3_900)
            let entry: [UInt8] = [0x40, 1, 0x61, 0x7f, 0xbd, 0x1d] + value
            let block = Frames.request + entry + [UInt8](repeating: 0xbe, count: 12_000)
            return Frames.headers(id($0), ends: true, block)
        },
    ]
}

/// What no client needs ends the connection, at a known frame, with the reason in GOAWAY.
@Suite struct FloodTests {
    @Test(arguments: Flood.all)
    func everyFloodEndsWithGoAwayAtItsBound(flood: Flood) throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.settingsAck + flood.before))
        var rounds = 0
        repeat { rounds += 1 } while rounds <= 20_000 && server.feed(flood.round(rounds))
        #expect(flood.bound.contains(rounds), "ended in round \(rounds)")
        #expect(server.end?.abuse == flood.abuse)
        let goodbye = try #require(server.goodbye)
        #expect(goodbye.code == HTTP2ErrorCode.enhanceYourCalm)
        #expect(goodbye.debug == flood.abuse.name)
    }

    @Test(arguments: Flood.all)
    func aFloodInOnePieceEndsInTheSameWay(flood: Flood) throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.settingsAck + flood.before))
        let rounds = flood.bound.upperBound + 10
        // What is only counted when our RST_STREAM leaves is told with the next bytes.
        let isAlive = server.feed((1...rounds).flatMap { flood.round($0) })
        if isAlive { server.feed(Frames.settingsAck) }
        #expect(server.end?.abuse == flood.abuse || server.end?.abuse == .unreadAnswers)
        #expect(server.goodbye?.code == HTTP2ErrorCode.enhanceYourCalm)
    }

    /// A stream is over when its peer has ended it: one frame more ends the connection, whether it
    /// comes with the reset or after it.
    @Test(arguments: [false, true])
    func dataBehindTheEndIsStreamClosed(inOnePiece: Bool) throws {
        let server = RawServer()
        let begin = Frames.hello + Frames.settingsAck + Frames.headers(1) + Frames.reset(1)
        if inOnePiece {
            server.feed(begin + Frames.data(1, [7]))
        } else {
            try #require(server.feed(begin))
            server.feed(Frames.data(1, [7]))
        }
        #expect(server.end?.abuse == .closedStream)
        #expect(server.goodbye?.code == HTTP2ErrorCode.streamClosed)
    }

    @Test(arguments: [(0, 1), (3, 3)] as [(Int32, Int32)])
    func priorityOutOfPlaceIsAProtocolError(stream: Int32, parent: Int32) throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.settingsAck))
        server.feed(Frames.frame(2, stream: stream, [0, 0, 0, UInt8(parent), 15]))
        #expect(server.end?.abuse == .brokenProtocol)
        #expect(server.goodbye?.code == HTTP2ErrorCode.protocolError)
    }

    @Test(arguments: Flood.all.filter { ![.headerBomb].contains($0.abuse) })
    func oneRoundLessIsLetThrough(flood: Flood) throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.settingsAck + flood.before))
        for round in 1..<flood.bound.lowerBound {
            try #require(server.feed(flood.round(round)), "round \(round)")
        }
    }

    @Test func whatHasEndedStaysEnded() {
        let server = RawServer()
        server.feed(Frames.hello + (0..<200).flatMap { _ in Frames.settings })
        #expect(server.end?.abuse == .settingsFlood)
        #expect(!server.feed(Frames.headers(1, ends: true)))
        #expect(server.saw.streams.isEmpty)
    }

    @Test func aSlowStreamOfResetsIsLetThrough() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello))
        for round in 1...2_000 {
            let id = Int32(2 * round - 1)
            // 40 a second: below the 50 that refill.
            let now = UInt64(round) * 25_000_000
            try #require(server.feed(Frames.headers(id) + Frames.reset(id), at: now))
        }
    }

    @Test func settingsAreCountedByTheWindow() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello))
        for second in 1...300 {
            let five = (0..<5).flatMap { _ in Frames.settings }
            try #require(server.feed(five, at: UInt64(second) * 1_000_000_000))
        }
    }
}

/// gRPC proposal A8.
@Suite struct PingTests {
    private let minute: UInt64 = 60_000_000_000

    @Test func pingsFarEnoughApartAreWelcome() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.headers(1)))
        for round in 1...50 {
            try #require(server.feed(Frames.ping(), at: UInt64(round) * 5 * minute))
        }
    }

    @Test func withoutStreamsTwoHoursMustPass() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello))
        for round in 1...3 {
            try #require(server.feed(Frames.ping(), at: UInt64(round) * 5 * minute))
        }
        #expect(!server.feed(Frames.ping(), at: 20 * minute))
        #expect(server.goodbye?.debug == "too_many_pings")
        let patient = RawServer()
        try #require(patient.feed(Frames.hello))
        for round in 1...10 {
            try #require(patient.feed(Frames.ping(), at: UInt64(round) * 120 * minute))
        }
    }

    @Test func aPingAfterWeSentSomethingIsNoStrike() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello))
        for round in 0..<100 {
            try #require(server.feed(Frames.headers(Int32(2 * round + 1), ends: true)))
            server.session.submitReply(
                server.saw.streams[round].id, FieldBlock([(":status", "200")]), token: round,
                hasBody: false)
            server.collect()
            // A client that measures its path pings after each answer; strikes start anew.
            try #require(server.feed(Frames.ping()))
            try #require(server.feed(Frames.ping() + Frames.ping()))
        }
    }

    @Test func theAnswerCarriesTheSameBytes() throws {
        let server = RawServer()
        try #require(server.feed(Frames.hello + Frames.frame(6, Array(1...8))))
        #expect(
            server.frames.contains(
                Frames.Read(type: 6, flags: 1, stream: 0, payload: Array(1...8))))
    }
}
