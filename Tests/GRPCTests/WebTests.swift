import Ground
import Testing

@testable import GRPC

/// gRPC-Web (line 49): bodies, trailers in the body, base64, and what browsers ask first.
@Suite(.serialized) struct WebTests {
    private static let page = "https://shop.example"

    private func withWeb(_ body: (TestServer, TestClient) throws -> Void) throws {
        try withServer({ $0.webOrigins = [Self.page] }, body)
    }

    private func call(
        _ client: TestClient, _ path: String, _ body: [UInt8], type: String,
        extra: [(String, String)] = []
    ) throws -> TestClient.Stream {
        try client.finish(
            client.open(
                path, body: body, extra: extra, replacing: [("content-type", type), ("te", "")]))
    }

    /// The frames of a body: flag and content.
    private func frames(_ body: [UInt8]) -> [(flag: UInt8, text: String)] {
        var list: [(flag: UInt8, text: String)] = []
        var rest = body[...]
        while rest.count >= 5 {
            let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let content = rest.dropFirst(5).prefix(length)
            list.append((rest[rest.startIndex], String(decoding: content, as: UTF8.self)))
            rest = rest.dropFirst(5 + length)
        }
        return list
    }

    /// Text bodies decoded group by group, as padding may stand anywhere.
    private func decoded(_ body: [UInt8]) -> [UInt8]? {
        var decoder = Base64Decoder()
        var bytes: [UInt8] = []
        guard decoder.decode(body.span, into: &bytes), !decoder.isInsideGroup else { return nil }
        return bytes
    }

    @Test(arguments: [
        ("application/grpc-web", "application/grpc-web+proto"),
        ("application/grpc-web+proto", "application/grpc-web+proto"),
        ("application/grpc-web;charset=utf-8", "application/grpc-web+proto"),
        ("application/grpc-web-text", "application/grpc-web-text+proto"),
        ("application/grpc-web-text+proto", "application/grpc-web-text+proto"),
    ])
    func aCallEndsWithATrailerFrame(type: String, replyType: String) throws {
        try withWeb { _, client in
            let isText = type.contains("text")
            let frame = TestClient.frame(Array("hello".utf8))
            let stream = try call(
                client, "/test.Messages/Echo", isText ? Base64.encodePadded(frame) : frame,
                type: type,
                extra: [("echo-initial-a", "1"), ("echo-trailing-b", "2"), ("origin", Self.page)])
            #expect(stream.first(":status") == "200")
            #expect(stream.first("content-type") == replyType)
            #expect(stream.first("echo-initial-a") == "1")
            #expect(stream.blocks == 1)
            #expect(stream.status == -1, "the status is in the body")
            #expect(stream.first("access-control-allow-origin") == Self.page)
            #expect(
                stream.first("access-control-expose-headers")
                    == "grpc-status, grpc-message, grpc-status-details-bin, echo-initial-a")
            #expect(stream.first("vary") == "origin")
            let body = try #require(isText ? decoded(stream.body) : stream.body)
            let found = frames(body)
            #expect(found.map(\.flag) == [0, 0x80])
            #expect(found.map(\.text) == ["hello", "grpc-status: 0\r\necho-trailing-b: 2\r\n"])
        }
    }

    @Test func anImmediateErrorIsInTheHeaders() throws {
        try withWeb { _, client in
            for path in ["/test.Nobody/Nothing", "/test.Service/Secret"] {
                let stream = try call(
                    client, path, TestClient.frame([]), type: "application/grpc-web+proto")
                #expect(stream.first(":status") == "200")
                #expect(stream.status == (path.contains("Secret") ? 16 : 12))
                #expect(stream.first("content-type") == "application/grpc-web+proto")
                #expect(stream.body.isEmpty)
                #expect(stream.first("access-control-allow-origin") == nil, "no browser called")
            }
        }
    }

    /// An error behind headers or messages is in the body, with its details.
    @Test func aLateErrorIsInTheBody() throws {
        try withWeb { _, client in
            let stream = try call(
                client, "/test.Messages/Fail", TestClient.frame(Array("100% n\u{f6}".utf8)),
                type: "application/grpc-web", extra: [("echo-initial-a", "1")])
            #expect(stream.status == -1)
            #expect(stream.first("echo-initial-a") == "1")
            #expect(
                frames(stream.body).map(\.text)
                    == ["grpc-status: 10\r\ngrpc-message: 100%25 n%C3%B6\r\n"])
        }
    }

    @Test func streamsAndCompressionWorkInBothForms() throws {
        try withWeb { _, client in
            for type in ["application/grpc-web", "application/grpc-web-text"] {
                let stream = try call(
                    client, "/test.Messages/Packed",
                    type.contains("text")
                        ? Base64.encodePadded(TestClient.frame([])) : TestClient.frame([]),
                    type: type, extra: [("x-compress", "yn"), ("grpc-accept-encoding", "gzip")])
                let body = type.contains("text") ? decoded(stream.body) : stream.body
                #expect(frames(try #require(body)).map(\.flag) == [1, 0, 0x80])
                #expect(stream.first("grpc-encoding") == "gzip")
            }
        }
    }

    /// A text client may ask for a binary answer, and the other way round.
    @Test(arguments: [
        ("application/grpc-web", "application/grpc-web-text", true),
        ("application/grpc-web-text", "application/grpc-web+proto", false),
        ("application/grpc-web-text", "*/*", true),
    ])
    func acceptChoosesTheForm(type: String, accept: String, isText: Bool) throws {
        try withWeb { _, client in
            let frame = TestClient.frame([1, 2, 3])
            let body = type.contains("text") ? Base64.encodePadded(frame) : frame
            let stream = try call(
                client, "/test.Messages/Echo", body, type: type, extra: [("accept", accept)])
            let found = frames(isText ? try #require(decoded(stream.body)) : stream.body)
            #expect(found.map(\.flag) == [0, 0x80])
        }
    }

    /// Base64 cut anywhere, with padding between messages.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func textBodiesMayBeCutAnywhere(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var sizes: [Int] = []
        var text: [UInt8] = []
        for _ in 0..<10 {
            sizes.append(Int.random(in: 0..<50, using: &random))
            let frame = TestClient.frame([UInt8](repeating: 5, count: sizes.last ?? 0))
            // One frame may be one base64 text or two.
            let cut = Int.random(in: 0...frame.count, using: &random)
            text += Base64.encodePadded(Array(frame[..<cut]))
            text += Base64.encodePadded(Array(frame[cut...]))
        }
        try withWeb { _, client in
            let token = try client.open(
                "/test.Messages/Tell", body: [], ends: false,
                replacing: [("content-type", "application/grpc-web-text"), ("te", "")])
            var start = 0
            while start < text.count {
                let end = min(text.count, start + Int.random(in: 1...60, using: &random))
                try client.append(token, Array(text[start..<end]), ends: end == text.count)
                start = end
            }
            let stream = try client.finish(token)
            let found = frames(decoded(stream.body) ?? [])
            #expect(
                found.map(\.text) == sizes.map { "\($0) false" } + ["grpc-status: 0\r\n"],
                "seed \(seed)")
        }
    }

    /// More text than the windows hold: what is decoded is given back letter by letter.
    @Test func longTextBodiesGoThrough() throws {
        try withWeb { _, client in
            let message = [UInt8](repeating: 5, count: 1 << 20)
            let frame = Base64.encodePadded(TestClient.frame(message))
            let body = (0..<8).flatMap { _ in frame }
            let stream = try call(
                client, "/test.Messages/Tell", body, type: "application/grpc-web-text")
            let found = frames(decoded(stream.body) ?? [])
            #expect(found.map(\.text).prefix(8) == ArraySlice(repeating: "1048576 false", count: 8))
        }
    }

    @Test(arguments: ["AAAAAAA", "AAAA=AAA", "A===", "!!!!", "AAA=A", "AA=A", "=AAA", "AAAA AAA"])
    func whatIsNoBase64IsInternal(text: String) throws {
        try withWeb { _, client in
            let stream = try call(
                client, "/test.Messages/Echo", Array(text.utf8),
                type: "application/grpc-web-text")
            #expect(stream.status == 13)
        }
    }

    @Test func framingRulesHoldInText() throws {
        try withWeb { _, client in
            for (body, status) in [
                ([0, 255, 255, 255, 255], 8), ([0, 0, 0, 0, 9, 1], 13), ([3, 0, 0, 0, 0], 13),
                ([], 12), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12),
            ] as [([UInt8], Int)] {
                let stream = try call(
                    client, "/test.Messages/Echo", Base64.encodePadded(body),
                    type: "application/grpc-web-text")
                #expect(stream.status == status, "\(body)")
            }
        }
    }

    @Test(arguments: ["https://evil.example", "null", "http://shop.example", ""])
    func aForeignPageIsForbidden(origin: String) throws {
        try withWeb { server, client in
            let stream = try call(
                client, "/test.Service/Echo", TestClient.frame([]), type: "application/grpc-web",
                extra: [("origin", origin)])
            #expect(stream.first(":status") == "403")
            #expect(stream.first("access-control-allow-origin") == nil)
            #expect(server.seen.events.withLock { $0.executed } == 0)
            let asked = try client.finish(
                client.open(
                    "/test.Service/Echo", body: nil, extra: [("origin", origin)],
                    replacing: [(":method", "OPTIONS"), ("content-type", ""), ("te", "")]))
            #expect(asked.first(":status") == "403")
        }
    }

    @Test func withoutConfiguredOriginsEveryPageIsForeign() throws {
        try withServer { _, client in
            let stream = try call(
                client, "/test.Service/Echo", TestClient.frame([]), type: "application/grpc-web",
                extra: [("origin", Self.page)])
            #expect(stream.first(":status") == "403")
        }
    }

    @Test func aPreflightIsAnswered() throws {
        try withWeb { _, client in
            let asked = "authorization,content-type,x-grpc-web"
            let stream = try client.finish(
                client.open(
                    "/test.Service/Echo", body: nil,
                    extra: [
                        ("origin", Self.page), ("access-control-request-method", "POST"),
                        ("access-control-request-headers", asked),
                    ], replacing: [(":method", "OPTIONS"), ("content-type", ""), ("te", "")]))
            #expect(stream.first(":status") == "204")
            #expect(stream.first("access-control-allow-origin") == Self.page)
            #expect(stream.first("access-control-allow-methods") == "POST")
            #expect(stream.first("access-control-allow-headers") == asked)
            #expect(stream.first("access-control-max-age") == "7200")
            #expect(stream.first("access-control-allow-credentials") == nil)
            #expect(stream.blocks == 1)
            let odd = try client.finish(
                client.open(
                    "/test.Service/Echo", body: nil,
                    extra: [("origin", Self.page), ("access-control-request-headers", "a;b<c>")],
                    replacing: [(":method", "OPTIONS"), ("content-type", "")]))
            #expect(odd.first(":status") == "204")
            #expect(odd.first("access-control-allow-headers") == nil)
        }
    }

    @Test func optionsWithoutAPageIsNoMethod() throws {
        try withWeb { _, client in
            let stream = try client.call(
                "/test.Service/Echo", replacing: [(":method", "OPTIONS")])
            #expect(stream.first(":status") == "405")
        }
    }

    /// Plain gRPC knows no origins: a header of that name is metadata.
    @Test func plainGRPCIgnoresOrigin() throws {
        try withWeb { _, client in
            let stream = try client.call("/test.Service/Echo", extra: [("origin", "anything")])
            #expect(stream.status == 0)
        }
    }

    @Test func handlersSeeTheForm() throws {
        try withWeb { _, client in
            let stream = try call(
                client, "/test.Messages/Facts", TestClient.frame([]), type: "application/grpc-web")
            #expect(frames(stream.body).first?.text == "false false true 0")
        }
    }
}
