import HTTP2
import Testing

/// Windows are given back in large steps, by whoever took the bytes.
@Suite struct WindowTests {
    /// The WINDOW_UPDATE frames among these bytes: stream and increment.
    private static func updates(_ bytes: [UInt8]) -> [(streamID: Int, bytes: Int)] {
        var found: [(streamID: Int, bytes: Int)] = []
        var start = 0
        while start + 9 <= bytes.count {
            let number = { (range: Range<Int>) in
                bytes[range].reduce(0) { $0 << 8 | Int($1) } & 0x7fff_ffff
            }
            let length = number(start..<start + 3)
            if bytes[start + 3] == 8 {
                found.append((number(start + 5..<start + 9), number(start + 9..<start + 13)))
            }
            start += 9 + length
        }
        return found
    }

    /// Moves bytes until both ends are quiet; gives what the server sent.
    private static func settle(_ pair: SessionPair) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let up = try SessionPair.bytes(from: pair.client)
            try pair.server.receive(up.span)
            let down = try SessionPair.bytes(from: pair.server)
            try pair.client.receive(down.span)
            all += down
            if up.isEmpty, down.isEmpty { return all }
        }
    }

    private static func pair(_ change: (inout SessionConfiguration) -> Void) throws -> SessionPair {
        var limits = SessionConfiguration()
        limits.givesStreamWindowBack = false
        change(&limits)
        let pair = SessionPair(server: limits)
        _ = try settle(pair)
        return pair
    }

    @Test func smallRequestsCostNoUpdateButTheConnections() throws {
        let pair = try Self.pair { $0.connectionWindowBytes = 1 << 20 }
        var sent: [UInt8] = []
        for _ in 0..<1_000 {
            _ = try #require(pair.request(body: [UInt8](repeating: 7, count: 1_000)))
            sent += try Self.settle(pair)
            pair.reply(pair.serverSaw.streams.count - 1, body: [], trailers: [("a", "b")])
            sent += try Self.settle(pair)
        }
        let updates = Self.updates(sent)
        #expect(updates.allSatisfy { $0.streamID == 0 && $0.bytes >= 1 << 18 })
        #expect(updates.count == 1, "a million bytes are two steps of half a window at most")
    }

    @Test func aStreamThatNobodyTakesStopsAtItsWindowAndStopsNoOther() throws {
        let pair = try Self.pair {
            $0.streamWindowBytes = 100_000
            $0.connectionWindowBytes = 200_000
        }
        let stuck = try #require(pair.request(body: [UInt8](repeating: 1, count: 300_000)))
        _ = try Self.settle(pair)
        #expect(pair.serverSaw.streams[0].body.count == 100_000)
        // Three times the connection's window passes beside the one that is stuck.
        for index in 1...6 {
            _ = try #require(pair.request(body: [UInt8](repeating: 2, count: 100_000)))
            _ = try Self.settle(pair)
            #expect(pair.serverSaw.streams[index].peerEnded)
        }
        pair.server.consume(stuck.id, 100_000)
        _ = try Self.settle(pair)
        #expect(pair.serverSaw.streams[0].body.count == 200_000)
        pair.server.consume(stuck.id, 100_000)
        _ = try Self.settle(pair)
        #expect(pair.serverSaw.streams[0].body.count == 300_000)
        #expect(pair.serverSaw.streams[0].peerEnded)
    }

    @Test func aStreamsWindowComesBackInSteps() throws {
        let pair = try Self.pair { $0.streamWindowBytes = 100_000 }
        let stream = try #require(pair.request(body: [1], ends: false))
        var sent = try Self.settle(pair)
        for _ in 0..<200 {
            pair.clientSaw.streams[stream.token].outgoing = [UInt8](repeating: 3, count: 1_000)
            pair.client.resumeBody(stream.id)
            sent += try Self.settle(pair)
            pair.server.consume(stream.id, 1_000)
            sent += try Self.settle(pair)
        }
        let updates = Self.updates(sent).filter { $0.streamID == Int(stream.id) }
        #expect(updates.allSatisfy { $0.bytes >= 25_000 })
        #expect(updates.count == 4 || updates.count == 3)
    }

    @Test func aSessionThatGivesBackByItselfNeedsNoConsume() throws {
        let pair = try Self.pair {
            $0.streamWindowBytes = 100_000
            $0.givesStreamWindowBack = true
        }
        _ = try #require(pair.request(body: [UInt8](repeating: 1, count: 1_000_000)))
        _ = try Self.settle(pair)
        #expect(pair.serverSaw.streams[0].body.count == 1_000_000)
    }

    @Test func whatComesForNobodyIsGivenBack() throws {
        let pair = try Self.pair {
            $0.streamWindowBytes = 100_000
            $0.connectionWindowBytes = 200_000
        }
        // The server refuses: what is still on its way must not eat the connection's window.
        for _ in 0..<10 {
            let stream = try #require(
                pair.request(body: [UInt8](repeating: 1, count: 100_000), ends: false))
            let up = try SessionPair.bytes(from: pair.client)
            try pair.server.receive(up.span)
            pair.server.reset(stream.id, errorCode: HTTP2ErrorCode.cancel)
            _ = try Self.settle(pair)
        }
        _ = try #require(pair.request(body: [UInt8](repeating: 1, count: 100_000)))
        _ = try Self.settle(pair)
        #expect(pair.serverSaw.streams.last?.peerEnded == true)
    }
}
