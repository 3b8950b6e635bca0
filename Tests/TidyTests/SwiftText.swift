/// Swift source with comments and string literals blanked, so that braces and words in them do
/// not count. Offsets and line numbers stay as they were.
///
/// Knows nested comments, raw and multi-line strings and interpolation (whose code stays). Knows
/// no regex literals: the house uses none.
struct SwiftText {
    private let bytes: [UInt8]
    private var blanked: [UInt8]
    private var position = 0

    /// The source with everything that is not code turned into spaces.
    static func code(of source: String) -> [UInt8] {
        var text = SwiftText(bytes: Array(source.utf8))
        text.scanCode(insideInterpolation: false)
        return text.blanked
    }

    /// `code(of:)` cut into lines.
    static func codeLines(of source: String) -> [String] {
        code(of: source).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        blanked = bytes
    }

    private mutating func scanCode(insideInterpolation: Bool) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            if starts(with: "//") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank(1) }
            } else if starts(with: "/*") {
                blankBlockComment()
            } else if let hashes = stringOpening() {
                blankString(hashes: hashes)
            } else if insideInterpolation, byte == UInt8(ascii: ")"), depth == 0 {
                return blank(1)
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                position += 1
            }
        }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < bytes.count
    }

    /// The number of hashes before the quote of a string that opens here; nil when none does.
    private func stringOpening() -> Int? {
        var end = position
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        return end - position
    }

    private mutating func blankString(hashes: Int) {
        let raw = String(repeating: "#", count: hashes)
        blank(hashes)
        let isMultiline = starts(with: "\"\"\"")
        let quote = isMultiline ? "\"\"\"" : "\""
        let (closing, escape, interpolation) = (quote + raw, "\\" + raw, "\\" + raw + "(")
        blank(quote.utf8.count)
        while position < bytes.count {
            if starts(with: closing) { return blank(quote.utf8.count + hashes) }
            if !isMultiline, bytes[position] == UInt8(ascii: "\n") { return }
            if starts(with: interpolation) {
                blank(2 + hashes)
                scanCode(insideInterpolation: true)
            } else if starts(with: escape) {
                blank(2 + hashes)
            } else {
                blank(1)
            }
        }
    }

    private func starts(with text: String) -> Bool {
        var index = position
        for byte in text.utf8 {
            guard index < bytes.count, bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] != UInt8(ascii: "\n") { blanked[position] = UInt8(ascii: " ") }
            position += 1
        }
    }
}
