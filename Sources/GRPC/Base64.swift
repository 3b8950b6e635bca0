/// Base64 as gRPC's `-bin` headers use it. Source: RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        return table
    }()

    /// The unpadded form, which is what gRPC sends.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            heldBits += 8
            while heldBits >= 6 {
                heldBits -= 6
                text.append(alphabet[Int(held >> heldBits & 63)])
            }
        }
        if heldBits > 0 { text.append(alphabet[Int(held << (6 - heldBits) & 63)]) }
        return text
    }

    /// The padded form, which is what the bodies of gRPC-Web have.
    static func encodePadded(_ bytes: [UInt8]) -> [UInt8] {
        var text = encode(bytes)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// The six bits of a letter; 255 for what is none.
    static func value(of letter: UInt8) -> UInt8 { values[Int(letter)] }

    /// Padded or unpadded text, or nil when it is not base64.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var count = text.count
        while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") {
            count -= 1
        }
        guard count % 4 != 1, count == text.count || text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 3 / 4)
        var held: UInt32 = 0
        var heldBits: UInt32 = 0
        for index in 0..<count {
            let value = values[Int(text[index])]
            guard value < 64 else { return nil }
            held = held << 6 | UInt32(value)
            heldBits += 6
            if heldBits >= 8 {
                heldBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> heldBits))
            }
        }
        return bytes
    }

    /// Several values joined by commas; what is not base64 is left out.
    static func decodeList(_ text: Span<UInt8>) -> [[UInt8]] {
        var list: [[UInt8]] = []
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: ",") {
            if let value = decode(text.extracting(start..<index)) { list.append(value) }
            start = index + 1
        }
        return list
    }
}

/// Base64 that comes in pieces: groups of four letters, padding also between them.
///
/// The body of a text-mode gRPC-Web request is a row of padded texts, cut anywhere.
struct Base64Decoder {
    private var held: UInt32 = 0
    private var letters = 0
    private var padding = 0

    /// Whether the text so far ends inside a group.
    var isInsideGroup: Bool { letters + padding > 0 }

    /// Appends the bytes of the groups that are complete; false when the text is no base64.
    mutating func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        for index in text.indices {
            let letter = text[index]
            if letter == UInt8(ascii: "=") {
                guard letters >= 2 else { return false }
                padding += 1
            } else {
                let value = Base64.value(of: letter)
                guard value < 64, padding == 0 else { return false }
                held = held << 6 | UInt32(value)
                letters += 1
            }
            guard letters + padding == 4 else { continue }
            held <<= UInt32(6 * padding)
            for shift in [16, 8, 0].prefix(3 - padding) {
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(shift)))
            }
            self = Base64Decoder()
        }
        return true
    }
}
