/// A word of an expression's source.
struct Token {
    enum Kind: Equatable {
        /// An identifier or a reserved word.
        case word(String)
        /// A name in backticks, after a dot.
        case quotedName(String)
        /// Without its sign: the parser knows whether a minus stands before it.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case mark(Mark)
        case end
    }

    /// Punctuation and operators.
    enum Mark: String {
        case openParenthesis = "("
        case closeParenthesis = ")"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
        case dot = "."
        case comma = ","
        case colon = ":"
        case question = "?"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divide = "/"
        case remainder = "%"
        case not = "!"
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and = "&&"
        case or = "||"
    }

    let kind: Kind
    /// Byte of the source.
    let offset: Int

    /// As errors name it.
    var text: String {
        switch kind {
        case .word(let word), .quotedName(let word): "'\(word)'"
        case .int, .uint, .double: "a number"
        case .string, .bytes: "a string"
        case .mark(let mark): "'\(mark.rawValue)'"
        case .end: "the end"
        }
    }

    /// Words that are no names of variables or functions: CEL's own, and those it keeps free for
    /// the languages that embed it.
    static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for",
        "function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
        "void", "while",
    ]
}
