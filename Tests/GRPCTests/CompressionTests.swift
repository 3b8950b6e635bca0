import Ground
import Testing

@testable import GRPC

/// gzip both ways: alone, and on the wire (lines 18 to 21).
@Suite(.serialized) struct CompressionTests {
    /// "hello" as Python's gzip module packs it, with its time set to 0.
    static let hello: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0x07, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]

    static func packed(_ message: [UInt8]) -> [UInt8] { Compression().deflate(message.span) }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whatIsPackedIsUnpacked(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let compression = Compression()
        for _ in 0..<5 {
            let count = Int.random(in: 0...30_000, using: &random)
            let spread = UInt8.random(in: 0...255, using: &random)
            let message = (0..<count).map { _ in UInt8.random(in: 0...spread, using: &random) }
            let packed = compression.deflate(message.span)
            let back = try compression.inflate(packed.span, limit: count)
            #expect(back == message, "seed \(seed)")
            if count > 0 {
                #expect(throws: Compression.Problem.tooLong, "seed \(seed)") {
                    try compression.inflate(packed.span, limit: count - 1)
                }
            }
        }
    }

    @Test func anothersGzipIsRead() throws {
        let compression = Compression()
        try #expect(compression.inflate(Self.hello.span, limit: 5) == Array("hello".utf8))
        let twice = Self.hello + Self.hello
        try #expect(compression.inflate(twice.span, limit: 10) == Array("hellohello".utf8))
    }

    @Test func everyTruncationAndEveryFlipIsNoticed() throws {
        let compression = Compression()
        for count in 0..<Self.hello.count {
            let cut = Array(Self.hello[..<count])
            #expect(throws: Compression.Problem.corrupt, "cut at \(count)") {
                try compression.inflate(cut.span, limit: 100)
            }
        }
        // Bytes 4 to 9 are time, flags of the packer and the system, and the bits at the end of
        // byte 16 fill it up: they may be anything.
        for index in Self.hello.indices where !(4...9).contains(index) && index != 16 {
            var flipped = Self.hello
            flipped[index] ^= 0x10
            #expect(throws: Compression.Problem.corrupt, "byte \(index)") {
                try compression.inflate(flipped.span, limit: 1_000)
            }
        }
        let tail = Self.hello + [0]
        #expect(throws: Compression.Problem.corrupt) {
            try compression.inflate(tail.span, limit: 100)
        }
        try #expect(compression.inflate(Self.hello.span, limit: 5) == Array("hello".utf8))
    }

    private func call(
        _ client: TestClient, _ path: String, flag: UInt8, _ message: [UInt8], encoding: String?
    ) throws -> TestClient.Stream {
        let extra = encoding.map { [("grpc-encoding", $0)] } ?? []
        let body = TestClient.frame(message, flag: flag)
        return try client.finish(client.open(path, body: body, extra: extra))
    }

    /// Line 18, and the good cases of line 20.
    @Test(
        arguments: [
            (nil, 1, 13), ("identity", 1, 13), ("gzip", 1, 0), ("gzip", 0, 0), (nil, 0, 0),
            ("gzip", 2, 13), ("gzip", 128, 13),
        ] as [(String?, UInt8, Int)])
    func theFlagNeedsAnEncoding(encoding: String?, flag: UInt8, status: Int) throws {
        try withServer { _, client in
            let stream = try call(
                client, "/test.Messages/Echo", flag: flag, Self.hello, encoding: encoding)
            #expect(stream.status == status)
            if status == 0 {
                #expect(stream.messages == [flag == 1 ? Array("hello".utf8) : Self.hello])
            }
        }
    }

    /// Line 19: both lists, and the list of what is taken in the reply.
    @Test(arguments: ["deflate", "snappy", "br", "Gzip", "gzip,identity"])
    func anUnknownEncodingIsRefusedWithTheList(encoding: String) throws {
        try withServer { _, client in
            for flag in [0, 1] as [UInt8] {
                let stream = try call(
                    client, "/test.Messages/Echo", flag: flag, [1], encoding: encoding)
                #expect(stream.status == 12)
                #expect(stream.all("grpc-accept-encoding") == ["identity,gzip"])
                #expect(stream.blocks == 1)
            }
        }
    }

    /// Line 20: damaged, cut short and empty gzip.
    @Test(arguments: [0, 1, 10, 24])
    func damagedGzipIsInternal(count: Int) throws {
        try withServer { _, client in
            let cut = Array(Self.hello[..<count])
            var damaged = Self.hello
            damaged[count] ^= 0xff
            for bytes in count == 10 ? [cut, damaged] : [cut] {
                let stream = try call(
                    client, "/test.Messages/Echo", flag: 1, bytes, encoding: "gzip")
                #expect(stream.status == 13, "\(bytes)")
            }
        }
    }

    /// Line 20: 64 MiB of zeros in 64 KiB are refused when the limit is passed, not after.
    @Test func aBombIsRefusedAtTheLimit() throws {
        let bomb = Self.packed([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 1 << 20)
        let compression = Compression()
        let clock = ContinuousClock()
        let whole = try clock.measure { _ = try compression.inflate(bomb.span, limit: 64 << 20) }
        let refused = clock.measure {
            #expect(throws: Compression.Problem.tooLong) {
                try compression.inflate(bomb.span, limit: 1 << 20)
            }
        }
        #expect(refused * 4 < whole, "\(refused) beside \(whole)")
        try withServer { _, client in
            let stream = try call(client, "/test.Messages/Echo", flag: 1, bomb, encoding: "gzip")
            #expect(stream.status == 8)
            let token = try client.open(
                "/test.Messages/Tell", body: TestClient.frame(bomb, flag: 1), ends: false,
                extra: [("grpc-encoding", "gzip")])
            try #expect(client.finish(token).status == 8)
            try #expect(client.call("/test.Messages/Echo").status == 0)
        }
    }

    @Test func eachMessageSaysWhetherItWasPacked() throws {
        try withServer { _, client in
            let body =
                TestClient.frame(Self.hello, flag: 1) + TestClient.frame([1, 2, 3])
                + TestClient.frame(Self.packed([UInt8](repeating: 0, count: 100_000)), flag: 1)
            let stream = try client.finish(
                client.open(
                    "/test.Messages/Tell", body: body, extra: [("grpc-encoding", "gzip")]))
            #expect(
                stream.messages == ["5 true", "3 false", "100000 true"].map { Array($0.utf8) })
        }
    }

    /// Line 21: packed only for a client that takes it, and message by message.
    @Test(
        arguments: [
            ("gzip", "ynyn", false, "gzip", [1, 0, 1, 0]),
            ("identity, deflate, gzip", "y", false, "gzip", [1]),
            ("gzip", "nn", false, nil, [0, 0]), ("gzip", "ny", false, nil, [0, 0]),
            ("gzip", "yy", true, nil, [0, 0]), ("deflate", "y", false, nil, [0]),
            ("gzipped", "y", false, nil, [0]), (nil, "y", false, nil, [0]),
        ] as [(String?, String, Bool, String?, [UInt8])])
    func repliesArePackedAsAsked(
        accepts: String?, plan: String, isLate: Bool, encoding: String?, flags: [UInt8]
    ) throws {
        try withServer { _, client in
            var extra = [("x-compress", plan)]
            if let accepts { extra.append(("grpc-accept-encoding", accepts)) }
            if isLate { extra.append(("x-late", "1")) }
            let stream = try client.call("/test.Messages/Packed", extra: extra)
            #expect(stream.status == 0)
            #expect(stream.first("grpc-encoding") == encoding)
            #expect(stream.flags == flags)
            let compression = Compression()
            for (flag, message) in zip(stream.flags, stream.messages) {
                let plain =
                    flag == 1 ? try compression.inflate(message.span, limit: 1_000) : message
                #expect(plain == [UInt8](repeating: 7, count: 1_000))
            }
        }
    }

    /// A client that speaks of encodings hears which ones requests may have; others hear nothing.
    @Test func theReplyListsTheEncodings() throws {
        try withServer { _, client in
            let told = try client.call(
                "/test.Messages/Echo", extra: [("grpc-accept-encoding", "identity")])
            #expect(told.all("grpc-accept-encoding") == ["identity,gzip"])
            try #expect(
                client.call("/test.Messages/Echo").first("grpc-accept-encoding") == nil)
        }
    }
}
