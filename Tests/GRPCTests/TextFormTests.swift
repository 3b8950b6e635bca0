import Foundation
import Ground
import Testing

@testable import GRPC

/// The small text forms of headers: base64, percent-encoding, timeouts.
@Suite struct TextFormTests {
    @Test(arguments: 0..<200)
    func base64AgreesWithFoundation(count: Int) {
        var random = RandomSource(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let padded = Array(Data(bytes).base64EncodedString().utf8)
        let plain = padded.filter { $0 != UInt8(ascii: "=") }
        #expect(Base64.encode(bytes) == plain)
        #expect(Base64.decode(padded.span) == bytes)
        #expect(Base64.decode(plain.span) == bytes)
    }

    @Test(arguments: ["A", "AAAAA", "A=", "AQ=", "=", "====", "AQI=AQI=", "AQ I", "A\u{e9}"])
    func whatIsNotBase64IsNothing(text: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.decode(bytes.span) == nil)
    }

    @Test(arguments: [
        ("", ""), ("plain text ~", "plain text ~"), ("100%", "100%25"), ("a\nb", "a%0Ab"),
        ("gr\u{fc}n", "gr%C3%BCn"), ("\u{1f600}", "%F0%9F%98%80"), ("\u{7f}", "%7F"),
    ])
    func messagesArePercentEncoded(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == Array(encoded.utf8))
        #expect(encoded.removingPercentEncoding == text)
    }

    @Test(
        arguments: [
            ("1n", 1), ("2u", 2_000), ("3m", 3_000_000), ("4S", 4_000_000_000),
            ("5M", 300_000_000_000), ("6H", 21_600_000_000_000), ("00000001S", 1_000_000_000),
            ("0S", 0), ("99999999M", 5_999_999_940_000_000_000), ("99999999H", .max),
        ] as [(String, UInt64)])
    func timeoutsHaveSixUnits(text: String, nanos: UInt64) {
        let bytes = Array(text.utf8)
        #expect(Timeout.nanos(bytes.span) == nanos)
    }

    @Test(arguments: ["", "S", "1", "1s", "-1S", "+1S", "1.0S", "123456789S", " 1S", "1S ", "0xS"])
    func malformedTimeoutsAreNothing(text: String) {
        let bytes = Array(text.utf8)
        #expect(Timeout.nanos(bytes.span) == nil)
    }

    @Test(arguments: [
        ("a%20b", "a b"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%+1", "%+1"),
        ("%e2%82%AC", "\u{20ac}"),
        ("%C3", "\u{fffd}"), ("", ""), ("100%25", "100%"),
    ])
    func messagesArePercentDecoded(encoded: String, text: String) {
        #expect(PercentEncoding.decode(Array(encoded.utf8)[...]) == text)
    }

    /// Cut between characters, never inside one.
    @Test(arguments: 0...20)
    func aLongMessageIsCutBetweenCharacters(bytesMax: Int) {
        let bytes = PercentEncoding.encode("a\u{fc}b\u{20ac}", bytesMax: bytesMax)
        #expect(bytes.count <= bytesMax)
        #expect("a\u{fc}b\u{20ac}".hasPrefix(PercentEncoding.decode(bytes[...])))
    }

    @Test(arguments: [
        ("gzip", true), ("identity,gzip", true), ("identity, gzip ,deflate", true), ("", false),
        ("gzipx", false), ("xgzip", false), ("Gzip", false), (",,", false), ("g zip", false),
    ])
    func listsAreReadBetweenCommas(list: String, isThere: Bool) {
        let bytes = Array(list.utf8)
        #expect(bytes.span.lists("gzip") == isThere)
    }

    /// Bytes of any kind, and bytes near the right ones: each reader gives an answer.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func noBytesAreTooStrange(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let near = Array("application/grpc-web-text+proto;AQI=,%C3%BC99999999H gzip".utf8)
        let compression = Compression()
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<60, using: &random)
            let bytes = (0..<count).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random)
                    : near[Int.random(in: 0..<near.count, using: &random)]
            }
            if let decoded = Base64.decode(bytes.span) {
                #expect(decoded.count == bytes.filter { $0 != UInt8(ascii: "=") }.count * 3 / 4)
            }
            #expect(Base64.decodeList(bytes.span).count <= count + 1, "seed \(seed)")
            var decoder = Base64Decoder()
            var decoded: [UInt8] = []
            if decoder.decode(bytes.span, into: &decoded) { #expect(decoded.count <= count) }
            if Timeout.nanos(bytes.span) != nil { #expect((2...9).contains(count)) }
            #expect(PercentEncoding.decode(bytes[...]).utf8.count <= 3 * count, "seed \(seed)")
            if RequestForm(bytes.span) != .foreign { #expect(count >= 16, "seed \(seed)") }
            let gzip = [0x1f, 0x8b, 8] + bytes
            #expect(throws: Compression.Problem.self, "seed \(seed)") {
                try compression.inflate(gzip.span, limit: 1_000)
            }
        }
    }
}
