/// Words that mean unfinished work, crash where they should not, or name a place that only one
/// machine has. The words are written in halves, so that this file passes its own rule.
enum WordRules {
    /// In any text that we write, as whole words.
    static let unfinished: [String] = [
        "TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "place" + "holder",
        "not imple" + "mented", "for " + "now",
    ]

    /// In Swift code, outside comments and strings.
    static let crashing: [String] = ["try" + "!", "as" + "!", "fatal" + "Error("]

    /// Anywhere: paths that exist on one developer's machine only.
    static let localPaths: [String] = [
        "/wo" + "rk/", "/tmp/" + "h/", "/opt/" + "swift", "/ro" + "ot/", "/ho" + "me/",
    ]

    static func offences(in file: SourceFile) -> [Offence] {
        var found = file.lines.enumerated().flatMap { index, line in
            let text = String(line)
            let words = unfinished.filter { contains(text, word: $0) }
            let paths = localPaths.filter(text.contains)
            return (words + paths).map {
                Offence(path: file.path, line: index + 1, rule: "says '\($0)'")
            }
        }
        if file.path.hasSuffix(".swift") {
            for (index, line) in SwiftText.codeLines(of: file.text).enumerated() {
                found += crashing.filter { contains(line, word: $0) }.map {
                    Offence(path: file.path, line: index + 1, rule: "uses '\($0)'")
                }
            }
        }
        return found
    }

    /// Whether `word` stands in `line` and no letter, digit or `_` touches its word ends.
    static func contains(_ line: String, word: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: word) {
            let before =
                range.lowerBound == line.startIndex
                ? nil : line[line.index(before: range.lowerBound)]
            let after = range.upperBound == line.endIndex ? nil : line[range.upperBound]
            let endsInWord = word.last?.isWordPart == true
            if before?.isWordPart != true, !endsInWord || after?.isWordPart != true { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
