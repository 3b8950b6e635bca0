import Dispatch
import GRPC
import Ground
import HTTP2
import Testing

/// The rules of gRPC over HTTP/2, on a real server and a raw client.
@Suite(.serialized) struct ServerTests {
    @Test func aReplyIsHeadersThenMessageThenTrailers() throws {
        try withServer { server, client in
            let stream = try client.call("/test.Service/Echo", [Array("hello".utf8)])
            #expect(stream.first(":status") == "200")
            #expect(stream.first("content-type") == "application/grpc")
            #expect(stream.messages == [Array("hello".utf8)])
            #expect(stream.status == 0)
            #expect(stream.blocks == 2)
            #expect(stream.errorCode == 0)
            #expect(server.seen.wait { $0.turns > 0 })
        }
    }

    @Test(arguments: [
        ("/test.Service/Nope", "method /test.Service/Nope does not exist"),
        ("/test.service/Echo", "no service has the path /test.service/Echo"),
        ("/test.Service/echo", "method /test.Service/echo does not exist"),
        ("/", "no service has the path /"),
        ("/a", "no service has the path /a"),
        ("/test.Service/Echo/more", "no service has the path /test.Service/Echo/more"),
    ])
    func anUnknownPathIsUnimplementedInOneBlock(path: String, message: String) throws {
        try withServer { _, client in
            let stream = try client.call(path)
            #expect(stream.status == 12)
            #expect(stream.first("grpc-message") == message)
            #expect(stream.first(":status") == "200")
            #expect(stream.blocks == 1)
        }
    }

    @Test(arguments: [
        ("", "415"), ("text/html", "415"), ("application/grpcfoo", "415"),
        ("application/grpc+json", "415"), ("application/grpc+proto", "200"),
        ("application/grpc;charset=utf-8", "200"),
    ])
    func theContentTypeDecides(type: String, status: String) throws {
        try withServer { _, client in
            let stream = try client.call(
                "/test.Service/Echo", replacing: [("content-type", type)])
            #expect(stream.first(":status") == status)
        }
    }

    @Test func onlyPostIsTaken() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", replacing: [(":method", "GET")])
            #expect(stream.first(":status") == "405")
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test func aUnaryCallHasExactlyOneMessage() throws {
        try withServer { server, client in
            try #expect(client.call("/test.Service/Echo", []).status == 12)
            try #expect(client.call("/test.Service/Echo", [[1], [2]]).status == 12)
            try #expect(client.call("/test.Service/Fill", [[1], [2]]).status == 12)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test(
        arguments: [
            ([0], 13), ([0, 0, 0, 0], 13), ([0, 0, 0, 0, 3, 1, 2], 13), ([2, 0, 0, 0, 0], 13),
            ([1, 0, 0, 0, 0], 13), ([0, 0, 64, 0, 1], 8), ([0, 255, 255, 255, 255], 8),
        ] as [([UInt8], Int)])
    func brokenFramesHaveTheirCodes(body: [UInt8], status: Int) throws {
        try withServer { server, client in
            let stream = try client.finish(client.open("/test.Service/Echo", body: body))
            #expect(stream.status == status)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test func aMessageOverTheLimitIsRefusedFromItsPrefix() throws {
        try withServer { _, client in
            // Only the prefix comes and the stream stays open: the answer must not wait for more.
            let prefix: [UInt8] = [0, 0, 64, 0, 1]
            let token = try client.open("/test.Service/Echo", body: prefix, ends: false)
            try #expect(client.finish(token).status == 8)
        }
    }

    @Test func theEdgesOfFramesMeanNothing() throws {
        try withServer { _, client in
            let token = try client.open("/test.Service/Repeat", body: [], ends: false)
            let messages = (0..<50).map { [UInt8](repeating: UInt8($0), count: $0) }
            let bytes = messages.flatMap { TestClient.frame($0) }
            for byte in bytes[..<100] { try client.append(token, [byte], ends: false) }
            try client.append(token, Array(bytes[100...]), ends: true)
            let stream = try client.finish(token)
            #expect(stream.messages == messages)
            #expect(stream.status == 0)
        }
    }

    @Test func clientStreamsAreCounted() throws {
        try withServer { _, client in
            let three = try client.call("/test.Service/Count", [[1], [], [2, 3]])
            #expect(three.messages == [Array("3 3".utf8)])
            try #expect(client.call("/test.Service/Count", []).messages == [Array("0 0".utf8)])
        }
    }

    @Test(arguments: StatusCode.allCases)
    func everyCodePassesEndToEnd(code: StatusCode) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Code", [[code.rawValue]])
            #expect(stream.status == Int(code.rawValue))
            let message = code == .ok ? nil : "gr%C3%BCn 100%25%0A"
            #expect(stream.first("grpc-message") == message)
        }
    }

    @Test func anUnknownEncodingIsToldWhatIsSupported() throws {
        try withServer { _, client in
            for encoding in ["deflate", "zstd", "GZIP", "gzip,identity"] {
                let stream = try client.call(
                    "/test.Service/Echo", extra: [("grpc-encoding", encoding)])
                #expect(stream.status == 12)
                #expect(stream.first("grpc-accept-encoding") == "identity,gzip")
            }
            let plain = try client.call(
                "/test.Service/Echo", extra: [("grpc-encoding", "identity")])
            #expect(plain.status == 0)
        }
    }

    @Test func unknownHeadersAreIgnoredAndHugeOnesRefused() throws {
        try withServer { _, client in
            let odd = try client.call("/test.Service/Echo", extra: [("grpc-new-thing", "1")])
            #expect(odd.status == 0)
            let huge = String(repeating: "v", count: 17_000)
            try #expect(client.call("/test.Service/Echo", extra: [("x-huge", huge)]).status == 8)
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test func binaryMetadataIsDecodedPaddedUnpaddedAndJoined() throws {
        try withServer { _, client in
            for (text, expected) in [
                ("AQI=", [[1, 2]]), ("AQI", [[1, 2]]), ("AQI,Aw==", [[1, 2], [3]]),
                ("!!", []), ("", [[]]),
            ] as [(String, [[UInt8]])] {
                let stream = try client.call(
                    "/test.Service/Metadata", extra: [("x-data-bin", text)])
                #expect(stream.messages == [expected.flatMap { $0 + [255] }], "\(text)")
            }
        }
    }

    @Test func theGateDecidesBeforeTheMessage() throws {
        try withServer { _, client in
            let body: [UInt8] = [7]
            let refused = try client.finish(client.open("/test.Service/Secret", body: body))
            #expect(refused.status == 16)
            let passed = try client.call(
                "/test.Service/Secret", extra: [("authorization", "Bearer good")])
            #expect(passed.messages == [Array("principal 42".utf8)])
        }
    }

    @Test func anOffloadedMethodSeesRequestAndMetadata() throws {
        try withServer { _, client in
            let stream = try client.call(
                "/test.Service/Offloaded", [[1, 2, 3]], extra: [("x-name", "Ada")])
            #expect(stream.messages == [Array("Ada 3".utf8)])
        }
    }
}
