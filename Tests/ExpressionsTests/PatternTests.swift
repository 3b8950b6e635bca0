import Ground
import Testing

@testable import Expressions

@Suite("Patterns")
struct PatternTests {
    private static let table: [(pattern: String, text: String, matches: Bool)] = [
        ("", "", true), ("abc", "xabcx", true), ("^abc$", "xabc", false), ("a.c", "a\nc", false),
        ("(?s)a.c", "a\nc", true), ("(?i)ÀB", "àb", true), ("(?i:a)b", "AB", false),
        ("(?i:a)b", "Ab", true), ("a(?i)b|c", "C", true), ("x(?i)", "X", false),
        ("^b$", "a\nb", false), ("(?m)^b$", "a\nb\nc", true), ("(?m-m)^b$", "a\nb", false),
        ("\\Ab\\z", "b", true), ("\\bfoo\\b", "a foo.", true), ("\\bfoo\\b", "food", false),
        ("\\Boo", "foo", true), ("[a-c]+x", "abcx", true), ("[^a-c]", "abc", false),
        ("[]a]", "]", true), ("[a-]", "-", true), ("[\\]]", "]", true), ("[[:alpha:]]", "1", false),
        ("[[:^digit:]]", "1", false), ("[\\d_]", "_", true), ("\\d{3}", "12", false),
        ("^\\d{2,3}$", "123", true), ("^\\d{2,}$", "1", false), ("a{,2}", "a{,2}", true),
        ("a{0}b", "b", true), ("^(a|ab)(c|bcd)$", "abcd", true), ("(?:ab)+", "abab", true),
        ("(?P<n>a)(?<m>b)", "ab", true), ("a+?", "aa", true), ("\\Qa.b\\E+", "a.bb", true),
        ("\\x41\\x{1F600}", "A😀", true), ("\\101", "A", true), ("\\pL\\p{Lu}\\PN", "éÉx", true),
        ("\\p{^L}", "a", false), ("[^\\W]", "é", false), ("\\w", "é", false),
        ("\\s", "\u{0b}", false),
        ("日.語", "日本語", true), ("(a*)*b", "aaab", true), ("(a|b)*?c", "abac", true),
        ("x*", "", true), ("$^", "", true), ("a||b", "zzz", true), ("\\.", "a", false),
        ("[\\x00-\\x{10FFFF}]", "a", true), ("(|a)+b", "aab", true),
    ]

    @Test("Patterns match what RE2 matches", arguments: table.indices)
    func matching(_ index: Int) throws {
        let (pattern, text, matches) = Self.table[index]
        let compiled = try Pattern(pattern, bytesMax: 100)
        #expect(compiled.matches(text) == matches, "\(pattern) on \(text)")
        let naive = BacktrackingMatcher.matches(try PatternParser.parse(pattern), text)
        #expect(naive == matches, "the naive matcher: \(pattern) on \(text)")
    }

    @Test(
        "What is no pattern is refused",
        arguments: [
            "(", ")", "a)", "[a", "*a", "a**", "a{2}{3}", "a{3,2}", "a{1001}", "(a{100}){100}",
            "\\", "\\1", "\\8", "\\c", "\\C", "(?x)a", "(?P<a", "(?P<>a)", "[b-a]", "\\p{Foo}",
            "[[:foo:]]", "\\x{110000}", "\\xZZ", "(?=a)", "(?<!a)b", "+", "{2}", "\\pX",
        ])
    func refused(_ pattern: String) {
        #expect(throws: Fault.self, "\(pattern)") { try Pattern(pattern, bytesMax: 100) }
    }

    @Test("Random patterns match as the naive matcher does")
    func oracle() throws {
        let seed: UInt64 = 20_261_121
        var source = RandomSource(seed: seed)
        var matched = 0
        for _ in 0..<5_000 {
            let pattern = Self.pattern(&source, depth: 3)
            let tree = try PatternParser.parse(pattern)
            let compiled = try Pattern(pattern, bytesMax: 1_000)
            for _ in 0..<4 {
                let length = Int.random(in: 0...6, using: &source)
                let text = String(
                    (0..<length).map { _ in "abé\n".randomElement(using: &source) ?? "a" })
                let wanted = BacktrackingMatcher.matches(tree, text)
                matched += wanted ? 1 : 0
                #expect(compiled.matches(text) == wanted, "seed \(seed): \(pattern) on \(text)")
            }
        }
        #expect((5_000..<19_000).contains(matched), "\(matched)")
    }

    private static func pattern(_ source: inout RandomSource, depth: Int) -> String {
        let leaves = ["a", "b", "é", ".", "[ab]", "[^a]", "^", "$", "\\b", "\\w", "(?m:^)", "\\s"]
        guard depth > 0 else { return leaves.randomElement(using: &source) ?? "a" }
        let inner = pattern(&source, depth: depth - 1)
        switch Int.random(in: 0..<6, using: &source) {
        case 0: return "(\(inner)|\(pattern(&source, depth: depth - 1)))"
        case 1: return "(?:\(inner))" + (["*", "+", "?", "*?"].randomElement(using: &source) ?? "")
        case 2: return "(\(inner)){\(Int.random(in: 0...1, using: &source)),2}"
        default: return inner + pattern(&source, depth: depth - 1)
        }
    }

    @Test("Patterns that would blow up a backtracking engine stay linear")
    func bombs() throws {
        let text = String(repeating: "a", count: 20_000)
        for pattern in ["(a*)*b", "(a|a)*b", "(a+)+$b", "(.*)*x", "(a?){30}a{30}b", "(((a*)*)*)*b"]
        {
            #expect(try !Pattern(pattern, bytesMax: 100).matches(text), "\(pattern)")
        }
    }

    @Test("Deep groups and long patterns are refused, not overflowed")
    func bounds() {
        let deep = String(repeating: "(", count: 400) + String(repeating: ")", count: 400)
        #expect(throws: Fault.self) { try Pattern(deep, bytesMax: 1_000) }
        let long = String(repeating: "a", count: 1_025)
        #expect(throws: Fault.self) { try Pattern(long, bytesMax: 1_024) }
        let wide = String(repeating: "[a-z]{1000}", count: 20)
        #expect(throws: Fault.self) { try Pattern(wide, bytesMax: 1_024) }
    }
}
