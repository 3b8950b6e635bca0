import Testing

@testable import GRPC

/// Metadata in both directions.
@Suite(.serialized) struct MetadataTests {
    private static let echoed = [
        ("echo-initial-text", "one"), ("echo-initial-text", "two"),
        ("echo-initial-data-bin", "q6ur"), ("echo-trailing-text", "three"),
        ("echo-trailing-data-bin", "AQI="), ("echo-trailing-data-bin", "Aw,BA=="),
    ]

    /// Line 14 and duplicate names: raw bytes in order both ways, unpadded on the way out.
    @Test(arguments: ["Echo", "EchoAway"])
    func metadataComesBackInOrder(method: String) throws {
        try withServer { _, client in
            let stream = try client.call("/test.Messages/\(method)", [[9]], extra: Self.echoed)
            #expect(stream.status == 0)
            #expect(stream.messages == [[9]])
            #expect(stream.blocks == 2)
            #expect(stream.all("echo-initial-text") == ["one", "two"])
            #expect(stream.all("echo-initial-data-bin") == ["q6ur"])
            #expect(stream.all("echo-trailing-text") == ["three"])
            #expect(stream.all("echo-trailing-data-bin") == ["AQI", "Aw", "BA"])
            let names = stream.fields.map(\.name)
            let headersEnd = try #require(names.firstIndex(of: "grpc-status"))
            #expect(names[..<headersEnd].contains("echo-initial-text"))
            #expect(names[headersEnd...].contains("echo-trailing-text"))
            #expect(!names[..<headersEnd].contains("echo-trailing-text"))
        }
    }

    /// Line 2: an error without headers of its own is one block; with some it is two.
    @Test(arguments: [("echo-trailing-a", 1), ("echo-initial-a", 2), ("other", 1)])
    func anErrorCarriesMetadata(name: String, blocks: Int) throws {
        try withServer { _, client in
            let stream = try client.call(
                "/test.Messages/Fail", [Array("no".utf8)], extra: [(name, "x")])
            #expect(stream.status == 10)
            #expect(stream.first("grpc-message") == "no")
            #expect(stream.blocks == blocks)
            #expect(stream.first(name) == (name == "other" ? nil : "x"))
            #expect(stream.first("content-type") == "application/grpc")
        }
    }

    @Test func headersCanGoFirst() throws {
        try withServer { _, client in
            let body = TestClient.frame([])
            let token = try client.open("/test.Messages/HeadersFirst", body: body)
            try client.wait { client.streams[token].blocks == 1 }
            #expect(client.streams[token].first("x-first") == "1")
            #expect(client.streams[token].errorCode == nil)
            try client.cancel(token)
        }
    }

    /// Lines 13 and 14: order, joined and broken `-bin` values; what gRPC reads is left out.
    @Test func allMetadataIsWhatTheCallerSent() throws {
        try withServer { _, client in
            let stream = try client.call(
                "/test.Messages/AllMetadata",
                extra: [
                    ("b", "1"), ("a-bin", "AQ,!!,Ag"), ("b", "2"), ("grpc-timeout", "9S"),
                    ("grpc-encoding", "identity"), ("grpc-accept-encoding", "gzip"),
                    ("grpc-new", "x"), ("empty", ""),
                ])
            #expect(
                stream.messages == [
                    Array("b=[49]\na-bin=[1]\na-bin=[2]\nb=[50]\ngrpc-new=[120]\nempty=[]".utf8)
                ])
        }
    }

    @Test func handlersSeeWhatTheHeadersSaid() throws {
        try withServer { _, client in
            let plain = try client.call("/test.Messages/Facts")
            #expect(plain.messages == [Array("false false false 0".utf8)])
            let rich = try client.call(
                "/test.Messages/Facts",
                extra: [("grpc-timeout", "5S"), ("grpc-accept-encoding", "identity, gzip")])
            #expect(rich.messages == [Array("false true false 5000000000".utf8)])
        }
    }

    @Test func tooMuchMetadataEndsTheCall() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Messages/Flood")
            #expect(stream.status == 8)
            #expect(stream.first("x-flood") == nil)
            try #expect(client.call("/test.Messages/Echo").status == 0)
        }
    }

    /// A status that no client could take is cut, and the call still ends with its code.
    @Test func aHugeStatusIsCut() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Messages/LongStatus")
            #expect(stream.status == 2)
            let message = try #require(stream.first("grpc-message"))
            #expect(message.hasPrefix("%C3%BC"))
            #expect(message.count <= 4_096 && message.count % 6 == 0)
            #expect(stream.first("grpc-status-details-bin") == nil)
        }
    }

    @Test(
        arguments: [
            ("a", [0x20, 0x41, 0x20], false), ("a", [0x41, 0x20, 0x41], true), ("a", [], true),
            ("a", [0x7f], false), ("a", [0x1f], false), ("a", [0xc3, 0xbc], false),
            ("a-bin", [0, 255], true), ("A", [0x41], false), ("", [], false), (":path", [], false),
            ("grpc-status", [0x30], false), ("a b", [], false), ("a_b-c.d9", [], true),
            ("te", [], false), ("connection", [], false), ("content-type", [], false),
            ("grp\u{e7}", [], false),
        ] as [(String, [UInt8], Bool)])
    func onlyLegalFieldsAreValid(name: String, value: [UInt8], isValid: Bool) {
        #expect(Call.isValidMetadata(name, value) == isValid)
    }

    /// Line 48: the report's field numbers, as the public message has them.
    @Test func aLoadReportIsATrailer() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Messages/Load")
            let text = try #require(stream.all("endpoint-load-metrics-bin").first)
            let letters = Array(text.utf8)
            let bytes = Base64.decode(letters.span)
            let half: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]
            let three: [UInt8] = [0x11, 0, 0, 0, 0, 0, 0, 0x08, 0x40]
            #expect(bytes == half + [0x22, 15, 0x0a, 4] + Array("rows".utf8) + three)
            try #expect(
                client.call("/test.Messages/Echo").first("endpoint-load-metrics-bin") == nil)
        }
    }

    @Test func everyFieldOfALoadReportHasItsNumber() throws {
        var report = LoadReport()
        report.cpuUtilization = 1
        report.memoryUtilization = 1
        report.applicationUtilization = 1
        report.queriesPerSecond = 1
        report.errorsPerSecond = 1
        report.requestCost = ["": 1]
        report.utilization = ["b": 1, "a": 0]
        report.namedMetrics = ["c": 1]
        var reader = WireReader(report.serialized[...])
        var numbers: [Int] = []
        while let field = try reader.next() { numbers.append(field.number) }
        #expect(numbers == [1, 2, 4, 5, 5, 6, 7, 8, 9])
        #expect(LoadReport().serialized.isEmpty)
    }

    /// Line 44: what a handler throws stays inside.
    @Test func anUncaughtErrorIsUnknownAndTellsNothing() throws {
        try withServer { _, client in
            let stream = try client.call("/test.Messages/Throw")
            #expect(stream.status == 2)
            #expect(stream.first("grpc-message") == "the handler failed")
            #expect(!"\(stream.fields)".contains("swordfish"))
            let status = try client.call("/test.Messages/Throw", [[1]])
            #expect(status.status == 15)
            #expect(status.first("grpc-message") == "as it is")
        }
    }
}
