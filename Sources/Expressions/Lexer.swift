/// Cuts a source into tokens; linear.
///
/// Source: the lexis of the CEL language definition.
struct Lexer {
    let source: [UInt8]
    var index = 0

    init(_ source: [UInt8]) { self.source = source }

    /// The tokens, `end` last.
    static func tokens(of source: [UInt8]) throws(Fault) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        repeat {
            tokens.append(try lexer.next())
        } while tokens.last?.kind != .end
        return tokens
    }

    /// The byte `ahead` places on; 0, which no token contains, past the end.
    func peek(_ ahead: Int = 0) -> UInt8 {
        index + ahead < source.count ? source[index + ahead] : 0
    }

    mutating func next() throws(Fault) -> Token {
        skipSpace()
        let start = index
        guard index < source.count else { return Token(kind: .end, offset: start) }
        let byte = peek()
        let kind: Token.Kind
        if byte.decimalDigit != nil
            || byte == UInt8(ascii: ".") && peek(1).decimalDigit != nil
        {
            kind = try number()
        } else if let quoted = try quotedLiteral() {
            kind = quoted
        } else if byte.isWordStart {
            while peek().isWordStart || peek().decimalDigit != nil { index += 1 }
            kind = .word(String(decoding: source[start..<index], as: UTF8.self))
        } else if byte == UInt8(ascii: "`") {
            kind = try quotedName()
        } else {
            kind = try mark()
        }
        return Token(kind: kind, offset: start)
    }

    private mutating func skipSpace() {
        while index < source.count {
            switch source[index] {
            case UInt8(ascii: " "), 0x09, 0x0a, 0x0c, 0x0d: index += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while index < source.count, source[index] != 0x0a, source[index] != 0x0d {
                    index += 1
                }
            default: return
            }
        }
    }

    private mutating func mark() throws(Fault) -> Token.Kind {
        for length in [2, 1] where index + length <= source.count {
            let text = String(decoding: source[index..<index + length], as: UTF8.self)
            if let mark = Token.Mark(rawValue: text) {
                index += length
                return .mark(mark)
            }
        }
        var end = index + 1
        while end < source.count, source[end] & 0xc0 == 0x80 { end += 1 }
        let text = String(decoding: source[index..<end], as: UTF8.self)
        throw Fault(.syntax, "unexpected character '\(text)'", offset: index)
    }

    /// A field's name that is no identifier, such as `foo.txt` between backticks.
    private mutating func quotedName() throws(Fault) -> Token.Kind {
        let start = index
        index += 1
        while peek().isQuotedNamePart { index += 1 }
        guard peek() == UInt8(ascii: "`"), index > start + 1 else {
            throw Fault(.syntax, "not a quoted name", offset: start)
        }
        index += 1
        return .quotedName(String(decoding: source[start + 1..<index - 1], as: UTF8.self))
    }
}

extension UInt8 {
    var isWordStart: Bool {
        switch self {
        case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"): true
        default: false
        }
    }

    fileprivate var isQuotedNamePart: Bool {
        isWordStart || decimalDigit != nil || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "/") || self == UInt8(ascii: " ")
    }
}
