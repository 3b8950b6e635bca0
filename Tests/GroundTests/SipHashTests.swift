import Testing

@testable import Ground

@Suite struct SipHashTests {
    static let key = HashKey(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)

    /// The first vectors of the reference implementation's 128-bit table: input 0, 1, 2, ...
    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
    ])
    func theReferenceVectors(count: Int, digest: String) {
        let hash = SipHash.hash((0..<count).map { UInt8($0) }, key: Self.key)
        let bytes = [hash.low, hash.high].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) }
        }
        let text = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        #expect(text == digest)
    }

    @Test func wordsAndBytesAgree() {
        for seed in UInt64(0)..<200 {
            var random = RandomSource(seed: seed)
            let bytes = (0..<Int.random(in: 0..<100, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            var pieces = SipHash(key: Self.key)
            pieces.append(contentsOf: Array(bytes[..<cut]).span)
            pieces.append(contentsOf: Array(bytes[cut...]).span)
            var single = SipHash(key: Self.key)
            for byte in bytes { single.append(byte) }
            let one = single.finish()
            #expect(pieces.finish() == one, "seed \(seed)")
            #expect(SipHash.hash(bytes.span, key: Self.key) == one, "seed \(seed)")
            let buffer = unsafe bytes.withUnsafeBufferPointer {
                unsafe SipHash.hash($0, key: Self.key)
            }
            #expect(buffer == one, "seed \(seed)")
        }
    }
}
