/// A UUID written as text: 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between.
///
/// Source: RFC 9562, sections 4 and 5.7.
enum UUIDText {
    private static let byteCount = 36
    /// Bit n is set where the text has a hyphen at place n.
    private static let hyphens: UInt64 = 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23
    private static let versionPlace = 14
    private static let variantPlace = 19

    /// Milliseconds since 1970 that a UUID of version 7 states; nil when the text is none.
    static func millis(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard text.count == byteCount, unsafe text[versionPlace] == UInt8(ascii: "7") else {
            return nil
        }
        var millis: UInt64 = 0
        for place in 0..<byteCount {
            let byte = unsafe text[place]
            if hyphens &>> UInt64(place) & 1 == 1 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = digit(byte) else { return nil }
            // The time is the first 48 bits: all digits before the version.
            if place < versionPlace { millis = millis << 4 | digit }
            if place == variantPlace, digit & 0b1100 != 0b1000 { return nil }
        }
        return millis
    }

    /// The value of a hexadecimal digit in either case.
    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt64? {
        let decimal = byte &- UInt8(ascii: "0")
        if decimal < 10 { return UInt64(decimal) }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? UInt64(letter) + 10 : nil
    }
}
