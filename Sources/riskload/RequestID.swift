import Ground

/// Request ids of a run: UUIDs of version 7 in text, each different.
///
/// The time is the one that was noted last; the other 74 bits are random, from a seed that no other
/// run has. Source: RFC 9562, section 5.7.
struct RequestID {
    static let byteCount = 36
    private static let digits = Array("0123456789abcdef".utf8)

    /// Milliseconds since 1970, which every id states.
    var nowMillis: UInt64
    private var random: RandomSource

    init(runSeed: UInt64, nowMillis: UInt64) {
        random = RandomSource(seed: runSeed)
        self.nowMillis = nowMillis
    }

    /// Appends the next id.
    mutating func append(to bytes: inout [UInt8]) {
        let low = random.next()
        // 48 bits of time, the version, 12 random bits; then the variant and 62 random bits.
        let first = nowMillis << 16 | 0x7000 | random.next() & 0xfff
        let second = 1 << 63 | low >> 2
        Self.append(first, digits: 0..<8, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(first, digits: 8..<12, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(first, digits: 12..<16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(second, digits: 0..<4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(second, digits: 4..<16, to: &bytes)
    }

    /// Some of the sixteen hexadecimal digits of a word, the highest first.
    private static func append(_ word: UInt64, digits range: Range<Int>, to bytes: inout [UInt8]) {
        for place in range {
            let shift = UInt64(60 - 4 * place)
            bytes.append(digits[Int(truncatingIfNeeded: word &>> shift & 15)])
        }
    }
}
