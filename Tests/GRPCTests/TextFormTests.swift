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
}
