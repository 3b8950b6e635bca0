import Ground
import Testing

@testable import Expressions

/// Input that wants to crash, hang or swell the process.
@Suite("Hostile input")
struct HostileTests {
    private static func kind(_ source: String, _ environment: ExpressionEnvironment = .init())
        -> ExpressionError.Kind?
    {
        do throws(ExpressionError) {
            _ = try CompiledExpression.compile(source, in: environment).evaluate(EmptyRow())
            return nil
        } catch {
            return error.kind
        }
    }

    private static func nested(_ open: String, _ middle: String, _ close: String, _ count: Int)
        -> String
    {
        String(repeating: open, count: count) + middle + String(repeating: close, count: count)
    }

    @Test("As deep as allowed works, deeper is refused")
    func nesting() {
        for (open, middle, close) in [
            ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("dyn(", "1", ")"),
            ("true ? 1 : ", "1", ""), ("!", "true", ""), ("- ", "(1)", ""), ("[0][", "0", "]"),
        ] {
            #expect(Self.kind(Self.nested(open, middle, close, 60)) == nil, "\(open)")
            for count in [200, 10_000] {
                #expect(
                    Self.kind(Self.nested(open, middle, close, count)) == .tooLarge,
                    "\(open) x \(count)")
            }
        }
    }

    @Test("Long chains work up to the height, then are refused")
    func chains() {
        for sign in ["+", "-", "*"] {
            let chain = Array(repeating: "1", count: 500).joined(separator: sign)
            #expect(Self.kind(chain) == nil, "\(sign)")
            let longer = Array(repeating: "1", count: 5_000).joined(separator: sign)
            #expect(Self.kind(longer) == .tooLarge, "\(sign)")
        }
        let wide = Array(repeating: "true", count: 8_000).joined(separator: " && ")
        #expect(Self.kind(wide) == nil)
        #expect(Self.kind("{}" + String(repeating: ".a", count: 5_000)) == .tooLarge)
        #expect(Self.kind("[0]" + String(repeating: "[0]", count: 5_000)) == .tooLarge)
    }

    @Test("A source of a million characters is refused at once")
    func length() {
        for piece in ["a", "(", "'", "1", "é", "[", "\\", "\"\"\"", "0x", "/"] {
            let source = String(repeating: piece, count: 1_000_000)
            #expect(Self.kind(source) == .tooLarge, "\(piece)")
        }
        let numbers = String(repeating: "9", count: 60_000)
        #expect(Self.kind(numbers) == .syntax)
        #expect(Self.kind("1e" + numbers) == .syntax)
        #expect(Self.kind("0." + numbers + " > 0.5") == nil)
        #expect(Self.kind("'" + numbers + "' == ''") == nil)
        let list = "[" + String(repeating: "1,", count: 20_000) + "1]"
        #expect(Self.kind(list) == .tooLarge)
    }

    @Test("Exponential loops are refused by their shape, or stopped by the budget")
    func exponential() {
        let bomb = (0..<30).reduce("1 / 0 == 1") { inner, level in
            "[0, 1].all(x\(level), \(inner))"
        }
        #expect(Self.kind(bomb) == .costExceeded)
        let copies = "['foo', 'bar']" + String(repeating: ".map(x, [x + x, x + x])", count: 30)
        #expect(Self.kind(copies) == .costExceeded)
        let shared = "[1]" + String(repeating: ".map(x, [x, x])", count: 60)
        #expect(Self.kind(shared) == .costExceeded)
        let doubling = (0..<60).reduce("'0123456789'") { inner, level in
            "cel.bind(x\(level), \(inner), x\(level) + x\(level))"
        }
        #expect(Self.kind(doubling) == .costExceeded)
        #expect(
            Self.kind("cel.bind(s, \(Self.doubled("'aaaaaaaaaa'", 12)), s.contains(s + 'b'))")
                == .costExceeded)
    }

    @Test("Types that double with each level are cut off")
    func types() {
        let keys = (0..<40).reversed().reduce("1") { inner, level in
            "cel.bind(x\(level + 1), {x\(level): x\(level)}, \(inner))"
        }
        #expect(Self.kind("cel.bind(x0, 1, \(keys))") == .noSuchOverload)
        let learned = (0..<30).reversed().reduce("1") { inner, level in
            "cel.bind(x\(level + 1), {}, x\(level) in x\(level + 1) ? 0 :"
                + " (false ? x\(level + 1)[x\(level)] == x\(level) : true) ? \(inner) : 0)"
        }
        #expect(Self.kind("cel.bind(x0, 1, \(learned))") == nil)
    }

    private static func doubled(_ text: String, _ times: Int) -> String {
        (0..<times).reduce(text) { inner, level in
            "cel.bind(y\(level), \(inner), y\(level) + y\(level))"
        }
    }

    @Test("Steps are counted: as many as allowed pass, fewer do not")
    func budget() throws {
        var environment = ExpressionEnvironment()
        environment.limits.stepsMax = 40
        let source = "[1, 2, 3, 4, 5].map(x, x + 1).size() == 5"
        #expect(Self.kind(source, environment) == nil)
        environment.limits.stepsMax = 20
        #expect(Self.kind(source, environment) == .costExceeded)
        #expect(Self.kind("true || " + source, environment) == nil)
        // What would be absorbed if it were an error of the language is not.
        #expect(Self.kind("\(source) || true", environment) == .costExceeded)
        let cheap = try CompiledExpression.compile(source, in: ExpressionEnvironment())
        #expect((20...60).contains(cheap.staticCost), "\(cheap.staticCost)")
        environment.limits.staticCostMax = 10
        #expect(Self.kind(source, environment) == .costExceeded)
    }

    @Test("A value of 100,000 characters is worked on within the budget")
    func longValues() throws {
        var environment = ExpressionEnvironment()
        environment.declare("text", .value(.string), slot: 0)
        let row = ValueRow([.string(String(repeating: "a", count: 100_000))])
        for source in [
            "text.matches('(a*)*b')", "text.matches('(' + 'a*)*b')", "text.size() > 5",
            "text.contains('b')", "text.replace('a', 'bb').size() > 5", "text.split('').size() > 5",
            "text.reverse().trim().upperAscii() == text", "'%s'.format([text]) == text",
            "text.indexOf('b') < text.lastIndexOf('a')", "text + text + text == text",
            "text.contains(text + 'b')",
        ] {
            do throws(ExpressionError) {
                _ = try CompiledExpression.compile(source, in: environment).evaluate(row)
            } catch {
                #expect(error.kind == .costExceeded, "\(source): \(error)")
            }
        }
    }

    /// Mutants for each seed; all take about two seconds in a debug build.
    private static let mutants = 5_000

    @Test(
        "Mutated sources give a value or an error, never anything else",
        arguments: [11, 12, 13] as [UInt64])
    func mutations(_ seed: UInt64) throws {
        var source = RandomSource(seed: seed)
        let corpus =
            LanguageCases.values.map(\.source) + LanguageCases.failing.map(\.source)
            + LanguageCases.refused.map(\.source)
        let pieces = [
            "(", ")", "[", "]", "{", "}", ".", "?", ":", ",", "'", "\"", "\\", "-", "!", "&&", "||",
            "in", "1", "0u", "1e9", "null", "x", ".map(x, x)", "\u{0}", "é", "\n", "//", "`", "%",
            "'''", "b'", "r\"", "has(", "cel.bind(x, ", "9223372036854775807", ".?a", "[?",
        ]
        var environment = ScalarRow.environment
        environment.limits.stepsMax = 20_000
        var outcomes: [String: Int] = [:]
        for _ in 0..<Self.mutants {
            var scalars = Array((corpus.randomElement(using: &source) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &source) {
                Self.mutate(&scalars, pieces, corpus, &source)
            }
            let text = String(String.UnicodeScalarView(scalars))
            let row = ScalarRow(random: &source)
            let typed = Self.outcome(text, environment, .typed, row)
            let loose = Self.outcome(text, environment, .none, row)
            outcomes[typed.stage, default: 0] += 1
            // The check only refuses: what it lets through means the same without it.
            let isRefused = typed.stage == "parse" || typed.stage == "check"
            #expect(isRefused || typed.text == loose.text, "seed \(seed): \(text)")
        }
        #expect(outcomes.count == 4, "seed \(seed): \(outcomes)")
    }

    /// How far a source comes, and what comes out.
    private static func outcome(
        _ text: String, _ environment: ExpressionEnvironment,
        _ checking: CompiledExpression.Checking, _ row: ScalarRow
    ) -> (stage: String, text: String) {
        do throws(ExpressionError) {
            let expression = try CompiledExpression.compile(
                text, in: environment, checking: checking)
            _ = expression.evaluateScalar(row)
            let value = try expression.evaluate(row)
            #expect(
                value.conforms(to: expression.resultType),
                "\(text): \(value) is no \(expression.resultType.name)")
            return ("value", value.description)
        } catch {
            return (error.stage.rawValue, error.kind.rawValue)
        }
    }

    private static func mutate(
        _ scalars: inout [Unicode.Scalar], _ pieces: [String], _ corpus: [String],
        _ source: inout RandomSource
    ) {
        let place = Int.random(in: 0...scalars.count, using: &source)
        let piece = Array((pieces.randomElement(using: &source) ?? "").unicodeScalars)
        switch Int.random(in: 0..<5, using: &source) {
        case 0: scalars.insert(contentsOf: piece, at: place)
        case 1:
            let end = min(scalars.count, place + Int.random(in: 0...3, using: &source))
            scalars.replaceSubrange(place..<end, with: piece)
        case 2:
            let end = min(scalars.count, place + Int.random(in: 1...5, using: &source))
            scalars.removeSubrange(place..<end)
        case 3:
            let other = Array((corpus.randomElement(using: &source) ?? "").unicodeScalars)
            scalars.insert(contentsOf: other, at: place)
        default:
            let end = min(scalars.count, place + Int.random(in: 1...8, using: &source))
            scalars.insert(contentsOf: scalars[place..<end], at: place)
        }
    }
}
