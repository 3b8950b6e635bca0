/// How `grpc-message` travels: printable ASCII as it is, everything else as %XX of its UTF-8.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Bytes 0x20 to 0x7E without the percent sign; ends before a character that would make it
    /// longer than `bytesMax`.
    static func encode(_ text: String, bytesMax: Int = .max) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let start = bytes.count
            for byte in String(scalar).utf8 {
                if byte >= 0x20, byte <= 0x7e, byte != UInt8(ascii: "%") {
                    bytes.append(byte)
                } else {
                    bytes.append(UInt8(ascii: "%"))
                    bytes.append(digits[Int(byte >> 4)])
                    bytes.append(digits[Int(byte & 15)])
                }
            }
            if bytes.count > bytesMax {
                bytes.removeLast(bytes.count - start)
                break
            }
        }
        return bytes
    }

    /// The text of a `grpc-message`; what is not an escape stays as it is, what is not UTF-8
    /// becomes U+FFFD.
    static func decode(_ field: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var index = field.startIndex
        while index < field.endIndex {
            if field[index] == UInt8(ascii: "%"), field.endIndex - index > 2,
                let high = digit(field[index + 1]), let low = digit(field[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(field[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
