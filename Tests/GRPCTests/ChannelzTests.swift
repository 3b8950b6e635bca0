import Dispatch
import Ground
import HTTP2
import Testing

@testable import GRPC

@Suite struct ChannelzTests {
    private static let good = [("authorization", "Bearer good")]
    private static let path = "/grpc.channelz.v1.Channelz/"

    /// The fields of a message: integers, and the bytes of everything else.
    private static func fields(_ message: [UInt8]) throws -> [(Int, WireReader.Value)] {
        var reader = WireReader(message[...])
        var fields: [(Int, WireReader.Value)] = []
        while let field = try reader.next() { fields.append((field.number, field.value)) }
        return fields
    }

    private static func message(_ number: Int, in message: [UInt8]) throws -> [UInt8]? {
        for case (number, .data(let data)) in try fields(message) { return Array(data) }
        return nil
    }

    private static func integer(_ number: Int, in message: [UInt8]) throws -> UInt64 {
        for case (number, .integer(let value)) in try fields(message) { return value }
        return 0
    }

    @Test func itIsServedOnlyWhereItIsSwitchedOnAndNeverToStrangers() throws {
        try withServer { _, client in
            try #expect(client.call(Self.path + "GetServers", extra: Self.good).status == 12)
        }
        try withServer({ $0.channelz = true }) { _, client in
            try #expect(client.call(Self.path + "GetServers").status == 16)
            try #expect(client.call(Self.path + "GetServers", extra: Self.good).status == 0)
        }
    }

    @Test func everyConnectionIsListedAndCounts() throws {
        try withServer({ $0.channelz = true }) { server, client in
            let other = try TestClient(port: server.port)
            defer { other.close() }
            for _ in 0..<3 { _ = try other.call("/test.Service/Echo", [[1]]) }
            let list = try client.call(
                Self.path + "GetServerSockets", [[0x08, 1]], extra: Self.good)
            let references = try Self.fields(list.messages[0]).compactMap { field -> UInt64? in
                guard case (1, .data(let data)) = field else { return nil }
                return try Self.integer(3, in: Array(data))
            }
            #expect(references.count == 2)
            #expect(references == references.sorted())
            try #expect(Self.integer(2, in: list.messages[0]) == 1)
            var started: [UInt64] = []
            for id in references {
                let reply = try client.call(
                    Self.path + "GetSocket", [[0x08, UInt8(id)]], extra: Self.good)
                let socket = try #require(try Self.message(1, in: reply.messages[0]))
                let data = try #require(try Self.message(2, in: socket))
                let count = try Self.integer(1, in: data)
                started.append(count)
                if count == 3 {
                    // The other client's: three calls that ended well, a message each way.
                    for field in [2, 4, 5] { try #expect(Self.integer(field, in: data) == 3) }
                    try #expect(Self.integer(3, in: data) == 0)
                }
                let remote = try #require(try Self.message(4, in: socket))
                let numeric = try #require(try Self.message(1, in: remote))
                try #expect(Self.message(1, in: numeric) == [127, 0, 0, 1])
                try #expect(Self.integer(2, in: numeric) > 0)
            }
            #expect(started.contains(3))
        }
    }

    @Test func pagesFollowEachOther() throws {
        try withServer({ $0.channelz = true }) { server, client in
            let others = try (0..<4).map { _ in try TestClient(port: server.port) }
            for other in others { _ = try other.call("/test.Service/Echo", [[1]]) }
            var seen: [UInt64] = []
            var isLast = false
            while !isLast, seen.count < 10 {
                let start = (seen.last ?? 0) + 1
                let page = try client.call(
                    Self.path + "GetServerSockets", [[0x08, 1, 0x10, UInt8(start), 0x18, 2]],
                    extra: Self.good
                ).messages[0]
                for case (1, .data(let data)) in try Self.fields(page) {
                    seen.append(try Self.integer(3, in: Array(data)))
                }
                isLast = try Self.integer(2, in: page) == 1
            }
            #expect(seen.count == 5)
            #expect(Set(seen).count == 5)
            for other in others { other.close() }
        }
    }

    @Test(arguments: ["GetSocket", "GetServer", "GetChannel", "GetSubchannel"])
    func whatIsNotThereIsNotFound(name: String) throws {
        try withServer({ $0.channelz = true }) { _, client in
            let reply = try client.call(Self.path + name, [[0x08, 99]], extra: Self.good)
            #expect(reply.status == 5)
        }
    }

    @Test func callsThatRunHaveNotSucceeded() throws {
        try withServer({ $0.channelz = true }) { server, client in
            for _ in 0..<2 { _ = try client.call("/test.Service/Echo", [[1]]) }
            try #expect(client.call("/test.Service/Code", [[13]]).status == 13)
            try #expect(client.call("/test.Service/Nothing").status == 12)
            let body = TestClient.frame([1])
            _ = try client.open("/test.Service/Park", body: body)
            let abandoned = try client.open("/test.Service/Park", body: body)
            #expect(server.seen.wait { $0.parked.count == 2 })
            try client.cancel(abandoned)
            #expect(server.seen.wait { $0.cancelled == 1 })
            let reply = try client.call(
                Self.path + "GetServer", [[0x08, 1]], extra: Self.good)
            let message = try #require(try Self.message(1, in: reply.messages[0]))
            let data = try #require(try Self.message(2, in: message))
            // Started, succeeded, failed: one still runs.
            let counts = try (2...4).map { try Self.integer($0, in: data) }
            #expect(counts == [6, 2, 3])
        }
    }

    /// What the server tells of its sockets.
    private static func sockets(
        _ server: TestServer, from start: Int64 = 0, limit: Int = Server.socketPageMax
    ) throws -> [SocketState] {
        let told = Lock([SocketState]?.none)
        let isTold = DispatchSemaphore(value: 0)
        server.server.sockets(from: start, limit: limit) { states in
            told.withLock { $0 = states }
            isTold.signal()
        }
        #expect(isTold.wait(timeout: .now() + 10) == .success)
        return try #require(told.withLock { $0 })
    }

    @Test func aSocketTellsItsBytesAndOpenStreams() throws {
        try withServer { server, client in
            _ = try client.call("/test.Service/Echo", [[UInt8](repeating: 7, count: 5_000)])
            _ = try client.open("/test.Service/Park", body: TestClient.frame([1]))
            #expect(server.seen.wait { $0.parked.count == 1 })
            let states = try Self.sockets(server)
            try #require(states.count == 1)
            let state = states[0]
            #expect(state.openStreams == 1)
            #expect(state.counts.streamsStarted == 2)
            #expect(state.counts.streamsSucceeded == 1)
            #expect(state.counts.messagesReceived == 2)
            #expect(state.counts.messagesSent == 1)
            #expect((5_000..<10_000).contains(state.bytesReceived))
            #expect((5_000..<10_000).contains(state.bytesSent))
            #expect(state.keepalivesSent == 0)
            #expect(state.encryption == nil)
            #expect(state.peer == nil)
            #expect(state.openedNanos > 0 && state.openedNanos <= state.counts.lastStreamNanos)
            #expect(state.local.description == "127.0.0.1:\(server.port)")
            #expect(try Self.sockets(server, from: state.id + 1).isEmpty)
            #expect(try Self.sockets(server, limit: 0).isEmpty)
        }
    }

    @Test func keepalivesAreCounted() throws {
        try withServer({ $0.times.keepaliveNanos = 1_000_000 }) { server, client in
            _ = try client.call("/test.Service/Echo", [[1]])
            let seconds = DispatchTime.now() + 10
            var sent: UInt64 = 0
            while sent == 0, DispatchTime.now() < seconds {
                sent = try Self.sockets(server).first?.keepalivesSent ?? 0
            }
            #expect(sent > 0)
        }
    }

    /// A peer that broke the protocol is read for a while; it has no session any more.
    @Test func aSocketThatLingersIsNotListed() throws {
        try withServer { server, client in
            _ = try client.call("/test.Service/Echo", [[1]])
            let rude = try Socket.connect(host: "127.0.0.1", port: server.port)
            let line = Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8)
            try #expect(rude.send(line.span) == line.count)
            var room = [UInt8](repeating: 0, count: 4_096)
            var count = 1
            // The end of the answer: from now on the server waits for ours.
            while count > 0 {
                count = unsafe try room.withUnsafeMutableBytes { room in
                    try unsafe rude.receive(into: room)
                }
            }
            #expect(server.server.statistics.connectionsAccepted == 2)
            try #expect(Self.sockets(server).count == 1)
        }
    }
}
