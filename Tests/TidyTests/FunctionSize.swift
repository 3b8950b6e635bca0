/// A function, initialiser, subscript or computed property and how many lines it takes.
struct FunctionSize: Equatable {
    let name: String
    /// Line of the keyword, from 1.
    let line: Int
    /// From the keyword's line to the closing brace's, both counted.
    let lineCount: Int
}

/// Finds functions by counting braces; not a parser, so a keyword in an odd place may be taken for
/// a declaration, but only inside a function that is measured anyway.
struct FunctionMeter {
    private struct Opening {
        let name: String
        let line: Int
        let parenthesisDepth: Int
    }

    private struct Brace {
        let function: Opening?
        let parenthesisDepth: Int
    }

    private static let openers: Set<String> = ["func", "init", "deinit", "subscript", "var"]
    /// After one of these, a brace no longer belongs to the declaration before it.
    private static let enders: Set<String> = [
        "struct", "class", "enum", "extension", "protocol", "actor", "let", "case", "typealias",
        "associatedtype", "import", "return", "if", "for", "while", "switch", "guard", "do",
    ]

    private var line = 1
    private var parenthesisDepth = 0
    private var pending: Opening?
    private var braces: [Brace] = []
    private var sizes: [FunctionSize] = []
    private var previousByte: UInt8 = 0
    private var takesName = false

    /// The functions of a source, in the order in which they end.
    static func measure(_ source: String) -> [FunctionSize] {
        var meter = FunctionMeter()
        let code = SwiftText.code(of: source)
        var index = 0
        while index < code.count {
            if isWordByte(code[index]) {
                let start = index
                while index < code.count, isWordByte(code[index]) { index += 1 }
                meter.word(String(decoding: code[start..<index], as: UTF8.self))
                meter.previousByte = code[index - 1]
            } else {
                meter.punctuation(code[index])
                index += 1
            }
        }
        return meter.sizes
    }

    private mutating func word(_ word: String) {
        if takesName, let opened = pending {
            takesName = false
            pending = Opening(
                name: word, line: opened.line, parenthesisDepth: opened.parenthesisDepth)
            return
        }
        guard previousByte != UInt8(ascii: ".") else { return }
        if Self.openers.contains(word) {
            pending = Opening(name: word, line: line, parenthesisDepth: parenthesisDepth)
            takesName = word == "func" || word == "var"
        } else if Self.enders.contains(word) {
            pending = nil
        }
    }

    private mutating func punctuation(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): line += 1
        case UInt8(ascii: "("), UInt8(ascii: "["): parenthesisDepth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): parenthesisDepth -= 1
        case UInt8(ascii: "{"): openBrace()
        case UInt8(ascii: "}"): closeBrace()
        default: break
        }
        if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\n") {
            previousByte = byte
            // An operator function or a tuple pattern has no word for a name.
            takesName = false
        }
    }

    private mutating func openBrace() {
        // A closure in a default argument opens deeper than the declaration: not its body.
        let isBody = pending?.parenthesisDepth == parenthesisDepth
        braces.append(
            Brace(function: isBody ? pending : nil, parenthesisDepth: parenthesisDepth))
        if isBody { pending = nil }
    }

    private mutating func closeBrace() {
        guard let brace = braces.popLast() else { return }
        if let function = brace.function {
            sizes.append(
                FunctionSize(
                    name: function.name, line: function.line, lineCount: line - function.line + 1))
        }
        if let open = pending, brace.parenthesisDepth <= open.parenthesisDepth { pending = nil }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
