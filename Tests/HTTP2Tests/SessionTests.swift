import HTTP2
import Testing

/// The session as a state machine: no sockets, no clock.
@Suite struct SessionTests {
    @Test(arguments: [1, 7, 100, 65_536])
    func aRequestAndItsReplyArriveWhateverThePieces(step: Int) throws {
        let pair = SessionPair()
        try pair.settle(step: step)
        let body = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let stream = try #require(pair.request([("x-name", "Ada")], body: body))
        try pair.settle(step: step)
        #expect(pair.serverSaw.streams.count == 1)
        #expect(pair.serverSaw.streams[0].first(":path") == "/a.B/C")
        #expect(pair.serverSaw.streams[0].first("x-name") == "Ada")
        #expect(pair.serverSaw.streams[0].body == body)
        #expect(pair.serverSaw.streams[0].peerEnded)
        pair.reply(0, body: Array(body.reversed()), trailers: [("grpc-status", "0")])
        try pair.settle(step: step)
        let seen = pair.clientSaw.streams[stream.token]
        #expect(seen.first(":status") == "200")
        #expect(seen.first("grpc-status") == "0")
        #expect(seen.blocks == 2)
        #expect(seen.body == Array(body.reversed()))
        #expect(seen.errorCode == 0)
        #expect(pair.serverSaw.streams[0].errorCode == 0)
    }

    @Test func aWindowOfOneByteStillDeliversEverything() throws {
        var limits = SessionConfiguration()
        limits.streamWindowBytes = 1
        let pair = SessionPair(client: limits)
        let stream = try #require(pair.request())
        try pair.settle()
        let body = Array("one byte at a time".utf8)
        pair.reply(0, body: body, trailers: [("grpc-status", "0")])
        try pair.settle()
        #expect(pair.clientSaw.streams[stream.token].body == body)
        #expect(pair.clientSaw.streams[stream.token].first("grpc-status") == "0")
    }

    @Test func moreStreamsThanAllowedAreRefusedAndTheOthersLive() throws {
        var limits = SessionConfiguration()
        limits.maxConcurrentStreams = 2
        let pair = SessionPair(server: limits)
        // Sent before the server's SETTINGS are known, as a hasty client does.
        let streams = (0..<3).compactMap { _ in pair.request() }
        try #require(streams.count == 3)
        let hasty = try SessionPair.bytes(from: pair.client)
        try pair.server.receive(hasty.span)
        try pair.settle()
        #expect(pair.clientSaw.streams[2].errorCode == HTTP2ErrorCode.refusedStream)
        #expect(pair.serverSaw.streams.count == 2)
        for token in 0..<2 { pair.reply(token, body: [1], trailers: [("grpc-status", "0")]) }
        try pair.settle()
        #expect(pair.clientSaw.streams[0].body == [1])
        #expect(pair.clientSaw.streams[1].body == [1])
    }

    @Test func tooManyHeaderBytesAreDroppedAndToldAndTheSessionLives() throws {
        var limits = SessionConfiguration()
        limits.fieldBytesMax = 1_000
        let pair = SessionPair(server: limits)
        _ = pair.request([("x-big", String(repeating: "v", count: 2_000))])
        _ = pair.request([("x-small", "v")])
        try pair.settle()
        #expect(pair.serverSaw.streams.map(\.isOverLimit) == [true, false])
        #expect(pair.serverSaw.streams[0].first("x-big") == nil)
        #expect(pair.serverSaw.streams[1].first("x-small") == "v")
    }

    @Test func tooManyHeaderFieldsAreTold() throws {
        let pair = SessionPair()
        _ = pair.request((0..<97).map { ("a\($0)", "") })
        try pair.settle()
        #expect(pair.serverSaw.streams[0].isOverLimit)
        #expect(pair.serverSaw.streams[0].fields.count == 100)
    }

    @Test func aResetReachesTheOtherEnd() throws {
        let pair = SessionPair()
        let stream = try #require(pair.request(body: [1], ends: false))
        try pair.settle()
        #expect(pair.serverSaw.streams[0].errorCode == nil)
        pair.client.reset(stream.id, errorCode: HTTP2ErrorCode.cancel)
        try pair.settle()
        #expect(pair.serverSaw.streams[0].errorCode == HTTP2ErrorCode.cancel)
    }

    @Test func anAnswerBeforeTheRequestEndsIsFollowedByAResetWithoutError() throws {
        let pair = SessionPair()
        let stream = try #require(pair.request(body: [1], ends: false))
        try pair.settle()
        pair.reply(0, body: [2], trailers: [("grpc-status", "9")])
        try pair.settle()
        #expect(pair.clientSaw.streams[stream.token].first("grpc-status") == "9")
        #expect(pair.clientSaw.streams[stream.token].errorCode == HTTP2ErrorCode.noError)
        #expect(pair.serverSaw.streams[0].errorCode == HTTP2ErrorCode.noError)
    }

    @Test func aReusedStreamIDEndsTheConnection() throws {
        let pair = SessionPair()
        try pair.settle()
        _ = try #require(pair.request())
        try pair.settle()
        pair.reply(0, body: [], trailers: [("grpc-status", "0")])
        try pair.settle()
        // HEADERS, END_STREAM and END_HEADERS, stream 1 again: ":method: POST" indexed.
        let again: [UInt8] = [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x83]
        #expect(throws: SessionError.self) { try pair.server.receive(again.span) }
        let last = try SessionPair.bytes(from: pair.server)
        #expect(last.count >= 17 && last[3] == 7, "GOAWAY says why")
        #expect(last[16] == UInt8(HTTP2ErrorCode.protocolError))
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nhost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"])
    func whatIsNotHTTP2IsAnError(text: String) {
        let pair = SessionPair()
        #expect(throws: SessionError.self) { try pair.server.receive(Array(text.utf8).span) }
    }

    @Test func manyControlFramesThatAreNotReadEndTheConnection() throws {
        let pair = SessionPair()
        try pair.settle()
        var flood: [UInt8] = []
        for _ in 0..<20_000 {
            flood += [0, 0, 8, 6, 0, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 8)
        }
        #expect(throws: SessionError.self) { try pair.server.receive(flood.span) }
    }

    @Test func aDrainAnnouncesThenRefusesThenFinishes() throws {
        let pair = SessionPair()
        let stream = try #require(pair.request())
        try pair.settle()
        pair.server.announceShutdown()
        try pair.settle()
        #expect(pair.serverSaw.pings == 1)
        pair.server.refuseNewStreams()
        try pair.settle()
        #expect(!pair.server.isFinished)
        _ = pair.request()
        try pair.settle()
        #expect(pair.serverSaw.streams.count == 1, "a stream after the second GOAWAY is not taken")
        pair.reply(0, body: [5], trailers: [("grpc-status", "0")])
        try pair.settle()
        #expect(pair.clientSaw.streams[stream.token].body == [5])
        #expect(pair.server.isFinished)
    }
}
