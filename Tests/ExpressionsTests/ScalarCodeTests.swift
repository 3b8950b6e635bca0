import Ground
import Testing

@testable import Expressions

@Suite("Scalar code")
struct ScalarCodeTests {
    /// Rounds of the random comparison; each compiles one source and runs it over 8 rows.
    private static let rounds = 4_000

    @Test("Random expressions give what the evaluator gives", arguments: [1, 2, 3] as [UInt64])
    func oracle(_ seed: UInt64) throws {
        var generator = RandomExpression(source: RandomSource(seed: seed))
        var faults: [ExpressionError.Kind: Int] = [:]
        var values = 0
        for round in 0..<Self.rounds {
            let kind = RandomExpression.Kind.allCases[round % RandomExpression.Kind.allCases.count]
            let source = generator.expression(kind, depth: 1 + round % 5)
            let expression = try CompiledExpression.compile(source, in: ScalarRow.environment)
            let code = try #require(expression.code, "seed \(seed): not compiled: \(source)")
            for _ in 0..<8 {
                let row = ScalarRow(random: &generator.source)
                let fast = code.run(row)
                let plain = expression.evaluatedScalar(row)
                #expect(
                    Self.areSame(fast, plain, expression.resultType),
                    "seed \(seed): \(source) over \(row.slots): \(fast), not \(plain)")
                switch plain {
                case .bits: values += 1
                case .fault(let kind, _): faults[kind, default: 0] += 1
                }
            }
        }
        // The random sources must reach every way to fail, and mostly succeed.
        #expect(values > Self.rounds)
        #expect(faults.keys.count >= 3, "\(faults)")
    }

    /// NaN has many forms of bits; which one is no part of the language.
    private static func areSame(
        _ left: ScalarResult, _ right: ScalarResult, _ type: ExpressionType
    ) -> Bool {
        if type == .double, case .bits(let left) = left, case .bits(let right) = right,
            Double(bitPattern: left).isNaN, Double(bitPattern: right).isNaN
        {
            return true
        }
        return left == right
    }

    @Test("A missing feature is absorbed by what does not need it")
    func missing() throws {
        let row = ScalarRow(slots: ScalarRow.names.map { _ in nil })
        let cases: [(source: String, result: ScalarResult)] = [
            ("a > 1.0 || true", .bits(1)), ("true || a > 1.0", .bits(1)),
            ("a > 1.0 && false", .bits(0)), ("has(a)", .bits(0)), ("!has(grade)", .bits(1)),
            ("has(s.t) ? 1 : 2", .bits(2)), ("a > 1.0", .fault(.missing, offset: 0)),
            ("p && grade == 'A'", .fault(.missing, offset: 0)),
            ("true && grade == 'A'", .fault(.missing, offset: 8)),
            ("(p && true) || (q || 1 == 1)", .bits(1)),
            ("1 / i == 1 || p", .fault(.missing, offset: 4)),
        ]
        for (source, result) in cases {
            let expression = try CompiledExpression.compile(source, in: ScalarRow.environment)
            #expect(expression.isCompiled, "\(source)")
            #expect(expression.evaluateScalar(row) == result, "\(source)")
            #expect(expression.evaluatedScalar(row) == result, "\(source)")
        }
    }

    @Test("What is not scalar runs in the evaluator, with the same answer")
    func fallback() throws {
        let row = ScalarRow(slots: [Double(2).bitPattern] + Array(repeating: 1, count: 14))
        for source in ["size(grade) == 1 ? a : 0.0", "[a, b].exists(x, x == 2.0) ? 2.0 : 1.0"] {
            let expression = try CompiledExpression.compile(source, in: ScalarRow.environment)
            #expect(!expression.isCompiled)
            #expect(expression.evaluateScalar(row) == expression.evaluatedScalar(row))
        }
        let text = try CompiledExpression.compile("grade + '!'", in: ScalarRow.environment)
        #expect(text.resultKind == nil)
        #expect(text.evaluateScalar(row) == .fault(.noSuchOverload, offset: 6))
    }

    @Test("The slots that are read are listed once, in order")
    func slots() throws {
        let expression = try CompiledExpression.compile(
            "j > 0 && i > 0 && j < 9 && has(a)", in: ScalarRow.environment)
        #expect(expression.slotsRead == [0, 3, 4])
    }

    @Test("More registers than there are run in the evaluator")
    func depth() throws {
        let deep = (0..<40).reduce("i") { text, _ in "(i - \(text))" }
        let expression = try CompiledExpression.compile(deep, in: ScalarRow.environment)
        #expect(!expression.isCompiled)
        let row = ScalarRow(slots: Array(repeating: 1, count: 15))
        #expect(expression.evaluateScalar(row) == .bits(1))
    }

    @Test("An instruction is 8 bytes")
    func layout() {
        #expect(MemoryLayout<ScalarCode.Instruction>.stride == 8)
        #expect(MemoryLayout<ScalarCode.Frame>.size == 192)
    }
}
