import Domain
import Ground
import Testing

@testable import Messages

/// Which ids state their time, and which are the same.
@Suite struct RequestIDTests {
    private let key = HashKey(first: 3, second: 4)

    private func parse(_ text: String) throws -> Hash128 {
        var characters = Array(text.utf8CString)
        return try unsafe characters.withUnsafeMutableBufferPointer { buffer in
            unsafe try FieldRules.requestID(buffer.baseAddress, key: key)
        }
    }

    /// Text, then the milliseconds it states.
    @Test(arguments: [
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", UInt64?(0x017f_22e2_79b0), "of the RFC"),
        ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 0x017f_22e2_79b0, "upper case"),
        ("00000000-0000-7000-8000-000000000000", 0, "1970"),
        ("ffffffff-ffff-7fff-bfff-ffffffffffff", (1 << 48) - 1, "as late as can be"),
        ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f", nil, "version 4"),
        ("017f22e2-79b0-8cc3-98c4-dc0c0c07398f", nil, "version 8"),
        ("017f22e2-79b0-7cc3-18c4-dc0c0c07398f", nil, "another variant"),
        ("017f22e2-79b0-7cc3-d8c4-dc0c0c07398f", nil, "Microsoft's variant"),
        ("017f22e279b0-7cc3-98c4-dc0c0c07398f-", nil, "hyphens elsewhere"),
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398g", nil, "no digit"),
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398", nil, "a digit short"),
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", nil, "a digit more"),
        ("{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", nil, "braces"),
        ("017f22e2_79b0_7cc3_98c4_dc0c0c07398f", nil, "no hyphens"),
        ("order-17", nil, "a caller's own"), ("7", nil, "short"),
    ])
    func statesItsTime(_ text: String, _ millis: UInt64?, _ what: String) throws {
        let key = try parse(text)
        #expect(RequestKey.statedMicros(key) == millis.map { Int64($0) * 1_000 }, "\(what)")
        #expect(!key.isZero, "\(what)")
    }

    @Test func equalIDsHaveEqualKeysAndOthersDoNot() throws {
        let lower = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        #expect(try parse(lower) == parse(lower.uppercased()))
        #expect(try parse("order-a") != parse("ORDER-A"), "only UUIDs know no case")
        var keys = Set<Hash128>()
        for place in 0..<36
        where lower.utf8[lower.utf8.index(lower.startIndex, offsetBy: place)]
            != UInt8(ascii: "-")
        {
            var bytes = Array(lower.utf8)
            bytes[place] = bytes[place] == UInt8(ascii: "8") ? UInt8(ascii: "9") : UInt8(ascii: "8")
            keys.insert(try parse(String(decoding: bytes, as: UTF8.self)))
        }
        #expect(keys.count == 32, "every digit counts")
        #expect(try !keys.contains(parse(lower)))
    }

    @Test func aKeyKeepsHashAndTime() {
        var random = RandomSource(seed: 5)
        for _ in 0..<1_000 {
            let hash = Hash128(high: random.next(), low: random.next())
            let millis = random.next() >> 16
            let timed = RequestKey.make(hash: hash, statedMillis: millis)
            #expect(RequestKey.statedMicros(timed) == Int64(millis) * 1_000)
            #expect(timed.low == hash.low && timed.high & 0x7fff == hash.high & 0x7fff)
            let untimed = RequestKey.make(hash: hash, statedMillis: nil)
            #expect(RequestKey.statedMicros(untimed) == nil && untimed.low == hash.low)
            #expect(untimed.high == hash.high & ~(1 << 63))
        }
    }
}
