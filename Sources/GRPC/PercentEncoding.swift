/// How `grpc-message` travels: printable ASCII as it is, everything else as %XX of its UTF-8.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Bytes 0x20 to 0x7E without the percent sign.
    static func encode(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte >= 0x20, byte <= 0x7e, byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        return bytes
    }
}
