import Ground
import Testing

@testable import HTTP2

/// A server's end that answers each request with its own body, in the manner it is told.
private final class EchoPeer: SessionDelegate {
    enum Manner {
        case echo
        case reset
        case silent
    }

    struct Stream {
        var id: Int32
        var path = ""
        var body: [UInt8] = []
        var sentCount = 0
    }

    var manner = Manner.echo
    var streams: [Stream] = []
    private var session: Session?
    private let header = FieldBlock([(":status", "200"), ("content-type", "application/grpc")])
    private let trailers = FieldBlock([("grpc-status", "0")])

    var wire: Session { session! }

    init() {
        session = Session(
            role: .server, configuration: SessionConfiguration(), delegate: self,
            memory: MemoryPool())
    }

    func streamBegan(_ streamID: Int32) -> Int {
        streams.append(Stream(id: streamID))
        return streams.count - 1
    }

    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {
        if Self.text(name) == ":path" { streams[token].path = Self.text(value) }
    }

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        for index in bytes.indices { streams[token].body.append(bytes[index]) }
    }

    func peerEnded(_ token: Int) {
        switch manner {
        case .echo: wire.submitReply(streams[token].id, header, token: token, hasBody: true)
        case .reset: wire.reset(streams[token].id, errorCode: HTTP2ErrorCode.refusedStream)
        case .silent: break
        }
    }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let rest = streams[token].body[streams[token].sentCount...]
        let step = min(rest.count, room.count)
        for (offset, byte) in rest.prefix(step).enumerated() { unsafe room[offset] = byte }
        streams[token].sentCount += step
        return step == rest.count ? .end(step, trailers: Unowned(trailers)) : .bytes(step)
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) {}
    func streamClosed(_ token: Int, errorCode: UInt32) {}
    func pingAnswered() {}
    func sessionEnded() {}

    static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
}

/// A client session with a peer, joined in memory by bytes that are cut at random.
private final class Wire: ClientSessionDelegate {
    struct Ended {
        var slot: Int
        var reply: ClientReply
    }

    let peer = EchoPeer()
    var ended: [Ended] = []
    var whenEnded: ((Wire, Int) -> Void)?
    let block = FieldBlock([
        (":method", "POST"), (":scheme", "http"), (":path", "/a.B/C"), (":authority", "x"),
    ])
    private var made: ClientSession?
    private var random: RandomSource

    var client: ClientSession { made! }

    init(streamsMax: Int, seed: UInt64 = 1) {
        random = RandomSource(seed: seed)
        made = ClientSession(streamsMax: streamsMax, memory: MemoryPool(), delegate: self)
    }

    func callEnded(slot: Int, reply: ClientReply) {
        ended.append(Ended(slot: slot, reply: reply))
        whenEnded?(self, slot)
    }

    func submit(_ body: [UInt8]) -> Int? {
        client.submit(block) { $0.append(contentsOf: body) }
    }

    /// Carries bytes both ways until both ends are silent.
    func run() throws {
        var moved = 1
        while moved > 0 {
            moved = 0
            moved += try unsafe carry(
                { try unsafe client.produce(into: $0) }, to: peer.wire.receive)
            moved += try unsafe carry(
                { try unsafe peer.wire.produce(into: $0) }, to: client.receive)
        }
    }

    private func carry(
        _ produce: (UnsafeMutableRawBufferPointer) throws -> Int,
        to receive: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        var room = [UInt8](repeating: 0, count: 1 + Int(random.next() % 5_000))
        let count = try unsafe room.withUnsafeMutableBytes { try unsafe produce($0) }
        let bytes = Array(room[..<count])
        if count > 0 { try receive(bytes.span) }
        return count
    }
}

@Suite struct ClientSessionTests {
    @Test func aCallIsAnswered() throws {
        let wire = Wire(streamsMax: 1)
        let slot = try #require(wire.submit([1, 2, 3]))
        try wire.run()
        #expect(wire.peer.streams.map(\.path) == ["/a.B/C"])
        let ended = try #require(wire.ended.first)
        #expect(wire.ended.count == 1 && ended.slot == slot)
        #expect(ended.reply.body == [1, 2, 3])
        #expect(ended.reply.isComplete && ended.reply.errorCode == 0)
        #expect(ended.reply.field("grpc-status").map(Array.init) == Array("0".utf8))
        #expect(ended.reply.field(":status").map(Array.init) == Array("200".utf8))
        #expect(ended.reply.field("grpc-statu") == nil && ended.reply.field("absent") == nil)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func everyCallGetsItsOwnAnswer(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let wire = Wire(streamsMax: 7, seed: seed)
        var waiting: [Int: [UInt8]] = [:]
        var checked = 0
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 1...9, using: &random) {
                // Some are longer than the 64 KiB window that a stream starts with.
                let size = [20, 20, 2_000, 2_000, 80_000].randomElement(using: &random) ?? 0
                let body = (0..<Int.random(in: 0...size, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let slot = wire.submit(body)
                #expect((slot == nil) == (waiting.count == 7), "seed \(seed)")
                if let slot { waiting[slot] = body }
            }
            try wire.run()
            for ended in wire.ended {
                let isOwn = waiting.removeValue(forKey: ended.slot) == ended.reply.body
                #expect(isOwn && ended.reply.isComplete, "seed \(seed)")
                checked += 1
            }
            wire.ended = []
            #expect(waiting.isEmpty && wire.client.freeCount == 7, "seed \(seed)")
        }
        #expect(checked >= 12, "seed \(seed)")
    }

    @Test func aSlotIsFreeInsideItsOwnEnd() throws {
        let wire = Wire(streamsMax: 1)
        wire.whenEnded = { wire, slot in
            guard wire.ended.count < 5 else { return }
            #expect(wire.submit([UInt8(wire.ended.count)]) == slot)
        }
        _ = wire.submit([0])
        try wire.run()
        #expect(wire.ended.map(\.reply.body) == [[0], [1], [2], [3], [4]])
        wire.whenEnded = nil
    }

    @Test func aResetEndsTheCallWithItsCode() throws {
        let wire = Wire(streamsMax: 2)
        wire.peer.manner = .reset
        _ = wire.submit([9])
        try wire.run()
        #expect(wire.ended.map(\.reply.errorCode) == [HTTP2ErrorCode.refusedStream])
        #expect(wire.ended.allSatisfy { !$0.reply.isComplete })
        #expect(wire.client.freeCount == 2)
    }

    @Test func aLostConnectionEndsEachOpenCallOnce() throws {
        let wire = Wire(streamsMax: 3)
        wire.peer.manner = .silent
        let slots = [wire.submit([1]), wire.submit([2])].compactMap { $0 }
        try wire.run()
        #expect(wire.ended.isEmpty)
        wire.client.fail("cable pulled")
        wire.client.fail("cable pulled")
        #expect(wire.ended.map(\.slot).sorted() == slots.sorted())
        #expect(wire.ended.allSatisfy { $0.reply.connectionProblem == "cable pulled" })
        #expect(wire.client.freeCount == 3)
    }

    @Test func afterGoawayNoCallIsTaken() throws {
        let wire = Wire(streamsMax: 3)
        _ = wire.submit([1])
        try wire.run()
        #expect(wire.client.isAccepting)
        wire.peer.wire.refuseNewStreams()
        try wire.run()
        #expect(!wire.client.isAccepting)
        #expect(wire.submit([2]) == nil)
        #expect(wire.client.freeCount == 3)
    }

    @Test func whatIsNoHTTP2IsRefused() throws {
        let wire = Wire(streamsMax: 1)
        #expect(wire.client.isAccepting)
        let bytes = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        try wire.client.receive(bytes.span)
        #expect(!wire.client.isAccepting)
    }

    @Test func aReplyThatIsTooLongIsCancelled() throws {
        let wire = Wire(streamsMax: 1)
        _ = wire.submit([UInt8](repeating: 7, count: ClientSession.replyBytesMax + 1))
        try wire.run()
        let ended = try #require(wire.ended.first)
        #expect(ended.reply.body.count <= ClientSession.replyBytesMax)
        #expect(!ended.reply.isComplete && ended.reply.errorCode == HTTP2ErrorCode.cancel)
    }
}
