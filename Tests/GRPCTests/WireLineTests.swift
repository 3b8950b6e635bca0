import Ground
import HTTP2
import Testing

@testable import GRPC

/// The rules that every gRPC server keeps, each at the level of frames; numbers are those of the
/// list of promises.
@Suite(.serialized) struct WireLineTests {
    /// A DATA frame, made by hand.
    private func data(
        _ stream: Int32, _ bytes: [UInt8], padding: Int? = nil, ends: Bool = false
    ) -> [UInt8] {
        let content =
            padding.map { [UInt8($0)] + bytes + [UInt8](repeating: 0, count: $0) } ?? bytes
        let flags: UInt8 = (ends ? 1 : 0) | (padding == nil ? 0 : 8)
        let length = (0..<3).map { UInt8(truncatingIfNeeded: content.count >> (16 - 8 * $0)) }
        let id = (0..<4).map { UInt8(truncatingIfNeeded: stream >> Int32(24 - 8 * $0)) }
        return length + [0, flags] + id + content
    }

    /// Sends the frames that `body` makes behind plain headers, and waits for the trailers.
    private func call(
        _ client: TestClient, _ path: String, _ body: (Int32) -> [UInt8]
    ) throws -> TestClient.Stream {
        let token = try client.open(path, body: [], ends: false)
        try client.sendRaw(body(client.streams[token].id))
        try client.wait {
            client.streams[token].first("grpc-status") != nil
                || client.streams[token].errorCode != nil
        }
        return client.streams[token]
    }

    @Test func line1AReplyIsHeadersDataTrailers() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", [[1, 2]])
            #expect(
                stream.fields.map { "\($0.name): \($0.value)" } == [
                    ":status: 200", "content-type: application/grpc", "grpc-status: 0",
                ])
            #expect(stream.blocks == 2)
            #expect(stream.body == [0, 0, 0, 0, 2, 1, 2])
            #expect(stream.errorCode == 0)
        }
    }

    @Test func line2AnImmediateErrorIsOneBlock() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Nope")
            #expect(stream.blocks == 1)
            #expect(
                stream.fields.map(\.name).prefix(3) == [":status", "content-type", "grpc-status"])
        }
    }

    @Test(arguments: [
        "text/html", "application/json", "application/grpcfoo", "application/grp", "grpc",
        "application/grpc-foo", "application/grpc-webs", "application/grpc-web-textual",
        "application/grpc-web-text-text", " application/grpc",
    ])
    func line3AnotherContentTypeIs415(type: String) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", replacing: [("content-type", type)])
            #expect(stream.first(":status") == (type.first == " " ? nil : "415"))
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test(arguments: [
        ("application/grpc+proto", 200), ("application/grpc+proto;v=1", 200),
        ("application/grpc+json", 415), ("application/grpc+thrift", 415),
        ("application/grpc+protobuf", 415), ("application/grpc+", 415),
        ("application/grpc-web+json", 415), ("application/grpc-web-text+proto2", 415),
    ])
    func line4OnlyProtoIsSpoken(type: String, status: Int) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", replacing: [("content-type", type)])
            #expect(stream.first(":status") == "\(status)")
        }
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "HEAD", "PATCH", "post", "P"])
    func line5OnlyPostIsTaken(method: String) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", replacing: [(":method", method)])
            #expect(stream.first(":status") == "405")
            #expect(stream.first("allow") == "POST")
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    /// Paths that begin with a slash get their answer; the others are no requests of HTTP/2 at
    /// all, and nghttp2 resets their streams (RFC 9113, 8.3.1).
    @Test(arguments: [
        "/", "//", "///", "/test.Service", "/test.Service/", "//Echo", "/test.Service/Echo/",
        "/TEST.Service/Echo", "/test.Service/ECHO", "/test.Service/Echo?x=1",
        "/test.Service%2FEcho", "/%00", "/\u{fc}/\u{fc}",
    ])
    func line6AMalformedPathIsUnimplemented(path: String) throws {
        try withServer { _, client in
            try #expect(client.call(path).status == 12)
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test(arguments: ["", "*", "test.Service/Echo", "http://x/test.Service/Echo"])
    func line6WhatIsNoPathIsAProtocolError(path: String) throws {
        try withServer { _, client in
            let stream = try client.call(path)
            #expect(stream.errorCode == HTTP2ErrorCode.protocolError)
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    @Test func line7FrameEdgesMeanNothing() throws {
        try withServer { _, client in
            let message = Array("0123456789".utf8)
            let frame = TestClient.frame(message)
            let forms: [(Int32) -> [UInt8]] = [
                { id in
                    frame.enumerated().flatMap {
                        data(id, [$1], ends: $0 == frame.count - 1)
                    }
                },
                { id in data(id, frame, padding: 200, ends: true) },
                { id in
                    data(id, Array(frame[..<3]), padding: 0) + data(id, [], padding: 5)
                        + data(id, Array(frame[3...]), padding: 255) + data(id, [], ends: true)
                },
                { id in
                    data(id, []) + data(id, frame) + data(id, []) + data(id, [], ends: true)
                },
            ]
            for form in forms {
                let stream = try call(client, "/test.Service/Echo", form)
                #expect(stream.status == 0)
                #expect(stream.messages == [message])
            }
            let many = (0..<50).flatMap { TestClient.frame([UInt8($0)]) }
            let stream = try call(client, "/test.Service/Repeat") { data($0, many, ends: true) }
            #expect(stream.messages == (0..<50).map { [UInt8($0)] })
        }
    }

    @Test func line8AnEarlyAnswerIsFollowedByResetNoError() throws {
        try withServer { _, client in
            let forms: [(String, [(String, String)])] = [
                ("/test.Service/Nope", []), ("/test.Service/Secret", []),
            ]
            for (path, replacing) in forms {
                let token = try client.open(path, body: [0], ends: false, replacing: replacing)
                // The stream ends although the client goes on: the reset's code is NO_ERROR.
                try #expect(client.finish(token).errorCode == HTTP2ErrorCode.noError)
            }
        }
    }

    @Test(
        arguments: [
            ([0], 13), ([0, 0, 0, 0], 13), ([0, 0, 0, 0, 1], 13), ([0, 0, 0, 0, 4, 1, 2, 3], 13),
            ([2, 0, 0, 0, 0], 13), ([0x80, 0, 0, 0, 0], 13), ([255, 0, 0, 0, 1, 1], 13),
            ([0, 0, 0, 0, 1, 1, 0], 12),
        ] as [([UInt8], Int)])
    func line9BrokenFramingIsInternal(body: [UInt8], status: Int) throws {
        try withServer { server, client in
            let stream = try client.finish(client.open("/test.Service/Echo", body: body))
            #expect(stream.status == status)
            #expect(server.seen.events.withLock { $0.executed } == 0)
            let streaming = try client.finish(client.open("/test.Service/Count", body: body))
            #expect(streaming.status == 13)
        }
    }

    /// The answer comes while the client still holds the body back, in every kind of call.
    @Test(
        arguments: ["Echo", "Fill", "Count", "Repeat"],
        [[0, 0, 64, 0, 1], [0, 255, 255, 255, 255], [0, 128, 0, 0, 0]] as [[UInt8]])
    func line10ALieAboutTheLengthEndsAtOnce(method: String, prefix: [UInt8]) throws {
        try withServer { _, client in
            let token = try client.open("/test.Service/\(method)", body: prefix, ends: false)
            try #expect(client.finish(token).status == 8)
        }
    }

    @Test func line10FourMebibytesAreTaken() throws {
        try withServer { _, client in
            let message = [UInt8](repeating: 3, count: 4 << 20)
            let stream = try client.call("/test.Service/Offloaded", [message])
            #expect(stream.messages == [Array("nobody \(message.count)".utf8)])
        }
    }

    @Test(arguments: ["Echo", "Fill", "Offloaded"], [0, 2, 3])
    func line11OneRequestMeansOneMessage(method: String, count: Int) throws {
        try withServer { server, client in
            let messages = [[UInt8]](repeating: [1], count: count)
            try #expect(client.call("/test.Service/\(method)", messages).status == 12)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test func line12WhatIsNoProtobufIsInternal() throws {
        try withServer { _, client in
            for path in [
                "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            ] {
                try #expect(client.call(path, [[0x0a, 0x7f]]).status == 13, "\(path)")
            }
        }
    }

    @Test func line17WhatIsNoHTTPRequestResetsItsStream() throws {
        try withServer { _, client in
            for extra in [
                ("connection", "close"), ("te", "gzip"), ("content-length", "3"),
                (":path", "/again"),
            ] {
                let stream = try client.call("/test.Service/Echo", [[1]], extra: [extra])
                #expect(stream.errorCode == HTTP2ErrorCode.protocolError, "\(extra)")
                #expect(stream.status == -1)
            }
            try #expect(client.call("/test.Service/Echo").status == 0)
        }
    }

    /// `te` is not asked for: proxies drop it. What it says is checked when it is there.
    @Test func line17AMissingTeIsNoFault() throws {
        try withServer { _, client in
            try #expect(client.call("/test.Service/Echo", replacing: [("te", "")]).status == 0)
        }
    }

    @Test(arguments: ["", "1", "S", "123456789S", "1s", "-1S", "1.5S", "1 S", "0x1S", "\u{661}S"])
    func line23AMalformedTimeoutIsAnError(text: String) throws {
        try withServer { server, client in
            let stream = try client.call("/test.Service/Echo", extra: [("grpc-timeout", text)])
            #expect(stream.status == 13)
            #expect(server.seen.events.withLock { $0.executed } == 0)
        }
    }

    @Test(arguments: ["99999999H", "1H", "60M", "100S", "99999999m", "99999999u"])
    func line23EveryUnitIsTaken(text: String) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Service/Echo", extra: [("grpc-timeout", text)])
            #expect(stream.status == 0)
        }
    }

    /// A frame of a type that nobody defined, on the connection and on an open stream.
    @Test func line36UnknownFramesAreIgnored() throws {
        try withServer { _, client in
            let frame = TestClient.frame([1, 2, 3])
            let stream = try call(client, "/test.Service/Echo") { id in
                let unknown: [UInt8] = [0, 0, 4, 0x42, 0xff]
                let number = (0..<4).map { UInt8(truncatingIfNeeded: id >> Int32(24 - 8 * $0)) }
                return unknown + [0, 0, 0, 0, 1, 2, 3, 4] + data(id, Array(frame[..<4])) + unknown
                    + number + [5, 6, 7, 8] + data(id, Array(frame[4...]), ends: true)
            }
            #expect(stream.messages == [[1, 2, 3]])
            #expect(stream.status == 0)
        }
    }

    @Test func line36AGoawayOfTheClientLetsCallsFinish() throws {
        try withServer { server, client in
            let token = try client.open("/test.Service/Park", body: TestClient.frame([]))
            #expect(server.seen.wait { $0.parked.count == 1 })
            try client.sendRaw([0, 0, 8, 7, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8))
            // The PING behind it is answered, so the GOAWAY has been read when the call ends.
            try client.sendRaw([0, 0, 8, 6, 0, 0, 0, 0, 0] + [UInt8](repeating: 9, count: 8))
            server.seen.events.withLock { $0.parked.first }?.reply([7])
            try #expect(client.finish(token).messages == [[7]])
        }
    }

    /// The details repeat code and message and name the reason.
    @Test func line39ARefusalCarriesItsDetails() throws {
        try withServer({ $0.errorDomain = "wire.test" }) { _, client in
            let stream = try client.call("/test.Service/Nope")
            let text = try #require(stream.first("grpc-status-details-bin"))
            let letters = Array(text.utf8)
            let decoded = Base64.decode(letters.span)
            let details = try #require(decoded)
            let message = Array("method /test.Service/Nope does not exist".utf8)
            #expect(details.starts(with: [8, 12, 0x12, UInt8(message.count)] + message))
            let rest = String(decoding: details, as: UTF8.self)
            for part in ["google.rpc.ErrorInfo", "METHOD_UNKNOWN", "wire.test"] {
                #expect(rest.contains(part))
            }
        }
    }

    @Test func line41RepeatedAttemptsAreCounted() throws {
        try withServer { server, client in
            for attempts in ["1", "2"] {
                let stream = try client.call(
                    "/test.Messages/AllMetadata", extra: [("grpc-previous-rpc-attempts", attempts)])
                #expect(stream.status == 0)
                #expect(stream.messages.first?.last == UInt8(ascii: "]"), "the handler sees it")
            }
            try #expect(client.call("/test.Service/Echo").status == 0)
            #expect(server.seen.wait { $0.turns > 2 })
            #expect(server.server.statistics.callsRetried == 2)
        }
    }

    /// Whatever is wrong with a call, the library itself never answers with the codes that belong
    /// to the application.
    @Test func line42TheLibraryKeepsOffTheApplicationsCodes() throws {
        try withServer { _, client in
            let bodies: [[UInt8]] = [
                [], [0], [9, 9, 9, 9, 9], [1, 0, 0, 0, 0], [0, 255, 0, 0, 0], [0, 0, 0, 0, 9, 1],
            ]
            let headers = [
                ("x", "y"), ("grpc-timeout", "no"), ("grpc-encoding", "no"),
                ("grpc-encoding", "gzip"), ("grpc-timeout", "1n"),
                ("x-huge", String(repeating: "x", count: 17_000)),
            ]
            for path in ["Echo", "Nope", "Count", "Repeat", "Secret", "Offloaded"] {
                for body in bodies {
                    for header in headers {
                        let stream = try client.finish(
                            client.open("/test.Service/\(path)", body: body, extra: [header]))
                        #expect(
                            ![3, 5, 6, 9, 10, 11, 15].contains(stream.status),
                            "\(path) \(body) \(header)")
                    }
                }
            }
        }
    }
}
