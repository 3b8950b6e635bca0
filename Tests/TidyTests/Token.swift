/// A word, a string's content or one punctuation mark, of a .proto file or a package manifest.
struct Token: Equatable {
    enum Kind { case word, string, mark }

    let kind: Kind
    let text: String
    /// From 1.
    let line: Int
}

/// A file cut into tokens, with the comments that stand alone on their lines kept aside.
struct TokenizedText {
    private(set) var tokens: [Token] = []
    /// Text of each line that holds nothing but a `//` comment, by line.
    private(set) var commentLines: [Int: String] = [:]

    init(_ source: String) {
        for (index, text) in source.split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            tokenize(text, line: index + 1)
        }
    }

    /// The comment that ends on the line above `line`; nil when there is none.
    func comment(above line: Int) -> String? {
        var parts: [String] = []
        var above = line - 1
        while let part = commentLines[above] {
            parts.insert(part, at: 0)
            above -= 1
        }
        let text = parts.joined(separator: " ").trimmed
        return text.isEmpty ? nil : text
    }

    private mutating func tokenize(_ text: Substring, line: Int) {
        var rest = text
        let tokensBefore = tokens.count
        while let first = rest.first {
            if rest.hasPrefix("//") {
                if tokens.count == tokensBefore {
                    commentLines[line] = String(rest.drop { $0 == "/" }).trimmed
                }
                return
            }
            if first == "\"" {
                let content = rest.dropFirst().prefix { $0 != "\"" }
                tokens.append(Token(kind: .string, text: String(content), line: line))
                rest = rest[content.endIndex...].dropFirst()
            } else if first.isWordPart {
                let word = rest.prefix { $0.isWordPart }
                tokens.append(Token(kind: .word, text: String(word), line: line))
                rest = rest[word.endIndex...]
            } else {
                if !first.isWhitespace {
                    tokens.append(Token(kind: .mark, text: String(first), line: line))
                }
                rest = rest.dropFirst()
            }
        }
    }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension Character {
    /// Whether an identifier or a number may hold it.
    var isWordPart: Bool { isLetter || isNumber || self == "_" }
}
