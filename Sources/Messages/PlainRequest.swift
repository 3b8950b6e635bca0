/// Reads the usual bytes of a request that is one number, without libprotobuf-c.
///
/// Source: the protobuf encoding guide.
enum PlainRequest {
    /// The tag of field 1, a varint.
    private static let tag: UInt8 = 1 << 3
    /// Bytes of the longest varint that has no bit to lose.
    private static let varintBytesMax = 9

    /// The value of field 1 when that is all there is; nil for everything else, which the library
    /// reads, or says what is wrong with it.
    static func number(_ bytes: Span<UInt8>) -> Int64? {
        guard bytes.count >= 2, bytes.count <= 1 + varintBytesMax, bytes[0] == tag else {
            return nil
        }
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for index in 1..<bytes.count {
            let byte = bytes[index]
            value |= UInt64(byte & 0x7f) &<< shift
            // The first byte without the mark must be the last one.
            if (byte < 0x80) != (index == bytes.count - 1) { return nil }
            shift &+= 7
        }
        return Int64(bitPattern: value)
    }
}
