import GRPC
import Ground
import HTTP2
import Testing

/// Who is slow makes the other end wait, and nobody else, and costs a bounded amount of memory.
@Suite(.serialized) struct FlowControlTests {
    private let tenant = [("x-tenant", "1")]

    @Test func anEchoToAClientThatDoesNotReadStaysBoundedAndArrives() throws {
        try withBusyServer(readsBodies: false) { server, client, _ in
            let message = [UInt8](repeating: 5, count: 20_000)
            let count = 200
            let body = (0..<count).flatMap { _ in TestClient.frame(message) }
            let token = try client.open("/busy.Service/Echo", body: body, extra: tenant)
            // The client's window of 1 MiB fills, then what waits here, then the server's window.
            // Other calls make the client send what it may.
            try client.wait { client.streams[token].body.count >= 1 << 20 }
            for _ in 0..<1_000 where server.statistics.requestBytesWaiting < 900_000 {
                _ = try client.call("/busy.Service/Burn", extra: tenant)
            }
            #expect(server.statistics.requestBytesWaiting >= 900_000)
            let counts = server.statistics
            #expect(counts.requestBytesWaiting <= (1 << 20) + message.count)
            #expect(counts.replyBytesWaiting <= (64 << 10) + message.count + 5)
            #expect(!client.streams[token].outgoing.isEmpty, "the client must wait")
            try client.readAll()
            let stream = try client.finish(token)
            #expect(stream.status == 0)
            #expect(stream.messages.count == count)
            #expect(
                server.waitForCounts { $0.requestBytesWaiting == 0 && $0.replyBytesWaiting == 0 })
        }
    }

    @Test func aPausedHandlerGetsOneMessageForEachResumeAndThenTheEnd() throws {
        try withBusyServer { server, client, _ in
            let body = (0..<10).flatMap { TestClient.frame([UInt8($0)]) }
            let token = try client.open("/busy.Service/Slow", body: body, extra: tenant)
            for count in 1...10 {
                #expect(server.wait { $0.messages == count })
                #expect(server.events.withLock { $0.ends } == 0)
                let call = try #require(server.events.withLock { $0.paused.last })
                call.resumeReading()
            }
            let stream = try client.finish(token)
            #expect(stream.messages == [Array("10".utf8)])
            #expect(server.events.withLock { $0.ends } == 1)
        }
    }

    @Test func aHalfCloseThatComesLaterIsHeldToo() throws {
        try withBusyServer { server, client, _ in
            let token = try client.open(
                "/busy.Service/Slow", body: TestClient.frame([1]), ends: false, extra: tenant)
            #expect(server.wait { $0.messages == 1 })
            try client.append(token, [], ends: true)
            // A later call of the same connection is answered, so the half-close has come.
            try #expect(client.call("/busy.Service/Burn", [[]], extra: tenant).status == 0)
            #expect(server.events.withLock { $0.ends } == 0)
            server.events.withLock { $0.paused }.first?.resumeReading()
            try #expect(client.finish(token).messages == [Array("1".utf8)])
        }
    }

    @Test func aPausedStreamStopsAtItsWindowAndHoldsUpNoOther() throws {
        try withBusyServer { server, client, _ in
            // A client learns with the first answer how much it may send.
            _ = try client.call("/busy.Service/Burn", extra: tenant)
            let large = TestClient.frame([UInt8](repeating: 1, count: 500_000))
            let token = try client.open(
                "/busy.Service/Slow", body: large + large + large + large, extra: tenant)
            #expect(server.wait { $0.messages == 1 })
            // Twice the connection's window passes beside it.
            for _ in 0..<16 {
                let request = [UInt8](repeating: 2, count: 500_000)
                let reply = try client.call("/busy.Service/UpTo", [request], extra: tenant)
                #expect(reply.status == 0)
            }
            #expect(!client.streams[token].outgoing.isEmpty, "the stream's window is full")
            let waiting = server.statistics.requestBytesWaiting
            #expect(waiting > 500_000 && waiting <= (1 << 20) + 500_000)
            for count in 1...4 {
                #expect(server.wait { $0.messages == count })
                server.events.withLock { $0.paused }.last?.resumeReading()
                // The call makes the client take window updates and send what they allow.
                if count < 4 { _ = try client.call("/busy.Service/Burn", extra: tenant) }
            }
            try #expect(client.finish(token).messages == [Array("4".utf8)])
        }
    }

    @Test func repliesThatNobodyReadsHoldTheNextCallsBack() throws {
        try withBusyServer(readsBodies: false) { server, client, _ in
            // A client learns with the first answer how many streams it may open.
            _ = try client.call("/busy.Service/Burn", extra: tenant)
            let count = 200
            // Replies of 2 MB: the client's window takes the first half of each.
            let request = [UInt8](repeating: 0, count: 2_000)
            let frame = TestClient.frame(request)
            let tokens = try (0..<count).map { _ in
                try client.open("/busy.Service/Large", body: frame, extra: tenant)
            }
            #expect(server.waitForCounts { $0.callsHeld > count / 2 })
            let counts = server.statistics
            // What one connection may have waiting, and the reply that crossed the line.
            #expect(counts.replyBytesWaiting <= (1 << 20) + 2_000_005)
            let started = server.events.withLock { $0.starts.count }
            #expect(started < count / 2)
            try client.readAll()
            for token in tokens {
                let stream = try client.finish(token)
                #expect(stream.status == 0)
                #expect(stream.body.count == 2_000_005)
                client.streams[token].body = []
            }
            #expect(server.waitForCounts { $0.replyBytesWaiting == 0 && $0.callsHeld == 0 })
        }
    }

    @Test func aConnectionThatDoesNotReadHoldsUpNoOtherConnection() throws {
        try withBusyServer(
            { $0.replyBytesMax = 100_000 }, readsBodies: false
        ) { server, client, port in
            var limits = SessionConfiguration()
            limits.streamWindowBytes = 0
            let stuck = try TestClient(port: port, limits: limits)
            defer { stuck.close() }
            let frame = TestClient.frame([UInt8](repeating: 0, count: 200))
            for _ in 0..<50 {
                _ = try stuck.open("/busy.Service/Large", body: frame, extra: tenant)
            }
            // The whole process's allowance is used up by the one that does not read.
            #expect(server.waitForCounts { $0.callsHeld == 49 })
            for _ in 0..<20 {
                let reply = try client.call("/busy.Service/Large", [[1]], extra: tenant)
                #expect(reply.status == 0)
            }
            #expect(server.statistics.callsHeld == 49)
        }
    }

    @Test func oneReplyMayBeLargerThanWhatMayWait() throws {
        try withBusyServer { _, client, _ in
            let request = [UInt8](repeating: 0, count: 20_000)
            let stream = try client.call("/busy.Service/Large", [request], extra: tenant)
            #expect(stream.status == 0)
            #expect(stream.body.count == 20_000_005)
        }
    }

    @Test func theSizeOfARequestDecidesWhereItRuns() throws {
        try withBusyServer { _, client, _ in
            for (count, place) in [(0, "on"), (100, "on"), (101, "off"), (50_000, "off")] {
                let request = [UInt8](repeating: 0, count: count)
                let stream = try client.call("/busy.Service/UpTo", [request], extra: tenant)
                #expect(stream.messages == [Array(place.utf8)])
            }
        }
    }
}
