import HTTP2
import Testing

/// Unusual, but right: what no budget may end.
@Suite struct HonestClientTests {
    @Test func aHeaderBlockThatDripsByteByByteArrives() throws {
        let server = RawServer()
        var bytes = Frames.hello + Frames.settingsAck + Frames.headers(1, complete: false)
        for index in 1...8 {
            bytes += Frames.continuation(1, last: index == 8, Frames.literal("a\(index)", "b"))
        }
        for byte in bytes { try #require(server.feed([byte])) }
        #expect(server.saw.streams.first?.fields.count == 12)
    }

    @Test func paddedFramesArrive() throws {
        let server = RawServer()
        let padded: [UInt8] = [3] + Array("abc".utf8) + [0, 0, 0]
        try #require(
            server.feed(
                Frames.hello + Frames.headers(1)
                    + Frames.frame(0, flags: 9, stream: 1, padded)))
        #expect(server.saw.streams[0].body == Array("abc".utf8))
        #expect(server.saw.streams[0].peerEnded)
    }

    @Test func aHeaderTableOfNoBytesWorks() throws {
        let server = RawServer()
        let noTable = Frames.frame(4, [0, 1] + Frames.big(0))
        try #require(
            server.feed(Frames.preface + noTable + Frames.headers(1, ends: true)))
        server.session.submitReply(
            1, FieldBlock([(":status", "200"), ("x", "y")]), token: 0, hasBody: false)
        server.collect()
        #expect(server.frames.contains { $0.type == 1 && $0.stream == 1 && $0.flags & 5 == 5 })
    }

    @Test func theFirstFrameAnnouncesTheStreamsThatAreKeptTo() {
        let server = RawServer { $0.maxConcurrentStreams = 77 }
        server.collect()
        #expect(server.frames.first?.type == 4)
        #expect(server.frames.first?.payload.suffix(6) == [0, 3, 0, 0, 0, 77])
    }

    @Test func overTheLimitAfterTheAcknowledgementOneStreamIsRefused() throws {
        let server = RawServer { $0.maxConcurrentStreams = 2 }
        try #require(server.feed(Frames.hello + Frames.settingsAck))
        for id in [1, 3, 5] as [Int32] { try #require(server.feed(Frames.headers(id))) }
        #expect(server.frames.contains { $0.type == 3 && $0.stream == 5 && $0.number(at: 0) == 7 })
        try #require(server.feed(Frames.reset(1) + Frames.headers(7)))
        #expect(server.saw.streams.map(\.id) == [1, 3, 7])
    }

    @Test func aClientThatSaysGoodbyeGetsItsAnswer() throws {
        let server = RawServer()
        let goAway = Frames.frame(7, Frames.big(0) + Frames.big(0))
        try #require(server.feed(Frames.hello + Frames.headers(1, ends: true) + goAway))
        server.session.submitReply(
            1, FieldBlock([(":status", "200")]), token: 0, hasBody: false)
        server.collect()
        #expect(server.frames.contains { $0.type == 1 && $0.stream == 1 })
        #expect(server.session.isFinished)
    }
}
