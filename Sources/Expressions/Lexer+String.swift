extension Lexer {
    /// A string or bytes literal, if one starts here: r and b before the quote in any case.
    mutating func quotedLiteral() throws(Fault) -> Token.Kind? {
        var ahead = 0
        let isBytes = peek() | 0x20 == UInt8(ascii: "b")
        if isBytes { ahead += 1 }
        let isRaw = peek(ahead) | 0x20 == UInt8(ascii: "r")
        if isRaw { ahead += 1 }
        let quote = peek(ahead)
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let start = index
        index += ahead
        let isTriple = peek(1) == quote && peek(2) == quote
        index += isTriple ? 3 : 1
        var bytes: [UInt8] = []
        while true {
            guard index < source.count else {
                throw Fault(.syntax, "the string does not end", offset: start)
            }
            let byte = source[index]
            if byte == quote, !isTriple || peek(1) == quote && peek(2) == quote {
                index += isTriple ? 3 : 1
                break
            }
            if !isTriple, byte == 0x0a || byte == 0x0d {
                throw Fault(.syntax, "the string does not end on its line", offset: start)
            }
            index += 1
            if byte == UInt8(ascii: "\\"), !isRaw {
                try escape(isBytes: isBytes, into: &bytes)
            } else {
                bytes.append(byte)
            }
        }
        return isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
    }

    /// What stands behind a backslash.
    private mutating func escape(isBytes: Bool, into bytes: inout [UInt8]) throws(Fault) {
        let start = index - 1
        let byte = peek()
        index += 1
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
            UInt8(ascii: "`"):
            bytes.append(byte)
        case UInt8(ascii: "a"): bytes.append(0x07)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "v"): bytes.append(0x0b)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            append(try digits(2, radix: 16, start), isBytes, &bytes)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            index -= 1
            append(try digits(3, radix: 8, start), isBytes, &bytes)
        case UInt8(ascii: "u") where !isBytes:
            try appendScalar(try digits(4, radix: 16, start), start, &bytes)
        case UInt8(ascii: "U") where !isBytes:
            try appendScalar(try digits(8, radix: 16, start), start, &bytes)
        default: throw Fault(.syntax, "not an escape sequence", offset: start)
        }
    }

    private mutating func digits(_ count: Int, radix: Int, _ start: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = peek().hexadecimalDigit, digit < radix else {
                throw Fault(.syntax, "not an escape sequence", offset: start)
            }
            value = value * UInt32(radix) + UInt32(digit)
            index += 1
        }
        return value
    }

    /// A byte in bytes, a code point below 256 in a string.
    private func append(_ value: UInt32, _ isBytes: Bool, _ bytes: inout [UInt8]) {
        let byte = UInt8(truncatingIfNeeded: value)
        if isBytes {
            bytes.append(byte)
        } else {
            bytes.append(contentsOf: Unicode.Scalar(byte).utf8)
        }
    }

    private func appendScalar(_ value: UInt32, _ start: Int, _ bytes: inout [UInt8]) throws(Fault) {
        guard let scalar = Unicode.Scalar(value) else {
            throw Fault(.syntax, "not a code point", offset: start)
        }
        bytes.append(contentsOf: scalar.utf8)
    }
}

extension Unicode.Scalar {
    /// The code point in UTF-8.
    fileprivate var utf8: [UInt8] { Array(String(Character(self)).utf8) }
}
