extension Lexer {
    /// Digits of a decimal or hexadecimal integer, with `u` behind it if unsigned, or a double.
    mutating func number() throws(Fault) -> Token.Kind {
        let start = index
        if peek() == UInt8(ascii: "0"),
            peek(1) == UInt8(ascii: "x") || peek(1) == UInt8(ascii: "X"),
            peek(2).hexadecimalDigit != nil
        {
            index += 2
            let digits = index
            while peek().hexadecimalDigit != nil { index += 1 }
            return try integer(start, source[digits..<index], radix: 16)
        }
        while peek().decimalDigit != nil { index += 1 }
        var isDouble = false
        // A dot without a digit behind it selects a field.
        if peek() == UInt8(ascii: "."), peek(1).decimalDigit != nil {
            isDouble = true
            index += 1
            while peek().decimalDigit != nil { index += 1 }
        }
        if let length = exponentLength() {
            isDouble = true
            index += length
        }
        guard isDouble else { return try integer(start, source[start..<index], radix: 10) }
        let text = String(decoding: source[start..<index], as: UTF8.self)
        guard let value = Double(text.hasPrefix(".") ? "0" + text : text), value.isFinite else {
            throw Fault(.syntax, "double out of range", offset: start)
        }
        try endOfNumber(start)
        return .double(value)
    }

    /// Bytes of an exponent that starts here; nil when there is none.
    private func exponentLength() -> Int? {
        guard peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") else { return nil }
        var length = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 2 : 1
        guard peek(length).decimalDigit != nil else { return nil }
        while peek(length).decimalDigit != nil { length += 1 }
        return length
    }

    private mutating func integer(_ start: Int, _ digits: ArraySlice<UInt8>, radix: Int)
        throws(Fault) -> Token.Kind
    {
        let value = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
        let isUnsigned = peek() == UInt8(ascii: "u") || peek() == UInt8(ascii: "U")
        if isUnsigned { index += 1 }
        try endOfNumber(start)
        guard let value else {
            throw Fault(.syntax, "integer out of range", offset: start)
        }
        return isUnsigned ? .uint(value) : .int(value)
    }

    private func endOfNumber(_ start: Int) throws(Fault) {
        guard !peek().isWordStart else {
            throw Fault(.syntax, "not a number", offset: start)
        }
    }
}
