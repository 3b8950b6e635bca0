import Testing

@testable import Expressions

@Suite("The language")
struct LanguageTests {
    private static let environment: ExpressionEnvironment = {
        var environment = ExpressionEnvironment()
        environment.declare("income", .double, slot: 0)
        environment.declare("dpd.current", .int, slot: 1)
        environment.declare("grade", .category(words: ["A", "B"]), slot: 2)
        return environment
    }()

    private static func value(_ source: String) throws -> Value {
        try CompiledExpression.compile(source, in: environment).evaluate(EmptyRow())
    }

    @Test("An expression gives what it should", arguments: LanguageCases.values.indices)
    func values(_ index: Int) throws {
        let (source, result) = LanguageCases.values[index]
        let expression = try CompiledExpression.compile(source, in: Self.environment)
        let value = try expression.evaluate(EmptyRow())
        let wanted = try Self.value(result)
        #expect(value.conforms(to: expression.resultType), "\(source) is no \(value)")
        #expect(value.isIdentical(to: wanted), "\(source) gives \(value), not \(wanted)")
    }

    @Test("Without checking it gives the same", arguments: LanguageCases.values.indices)
    func uncheckedValues(_ index: Int) throws {
        let (source, result) = LanguageCases.values[index]
        let value = try CompiledExpression.compile(source, in: Self.environment, checking: .none)
            .evaluate(EmptyRow())
        #expect(value.isIdentical(to: try Self.value(result)), "\(source) gives \(value)")
    }

    @Test("A failing expression says how", arguments: LanguageCases.failing.indices)
    func failures(_ index: Int) throws {
        let (source, kind) = LanguageCases.failing[index]
        let error = #expect(throws: ExpressionError.self, "\(source)") {
            try Self.value(source)
        }
        #expect(error?.kind.rawValue == kind, "\(source): \(error?.message ?? "")")
        #expect(error?.stage == .evaluate, "\(source)")
    }

    @Test("A refused expression says where and why", arguments: LanguageCases.refused.indices)
    func refusals(_ index: Int) throws {
        let (source, place, kind, part) = LanguageCases.refused[index]
        let error = try #require(
            throws: ExpressionError.self, "\(source)",
            performing: { try CompiledExpression.compile(source, in: Self.environment) })
        #expect(error.location.description == place, "\(source): \(error)")
        #expect(error.kind.rawValue == kind, "\(source): \(error)")
        #expect(error.message.contains(part), "\(source): \(error)")
        #expect(error.stage != .evaluate)
    }

    @Test(
        "A description is an expression for the same value", arguments: LanguageCases.values.indices
    )
    func descriptions(_ index: Int) throws {
        let value = try Self.value(LanguageCases.values[index].source)
        let again = try Self.value(value.description)
        #expect(again.isIdentical(to: value), "\(value)")
    }

    @Test("Lines and columns count code points and all kinds of line ends")
    func locations() {
        let source = Array("a\r\né\nb\rc".utf8)
        let places = [0, 3, 5, 6, 8].map { SourceLocation(offset: $0, in: source).description }
        #expect(places == ["1:1", "2:1", "2:2", "3:1", "4:1"])
    }

    @Test("Names resolve inside the container, innermost first, unless rooted")
    func containers() throws {
        var environment = ExpressionEnvironment()
        environment.container = "p.q"
        environment.declare("p.q.x", .value(.int), slot: 0)
        environment.declare("p.x", .value(.int), slot: 1)
        environment.declare("x", .value(.int), slot: 2)
        environment.declare("p.y", .value(.int), slot: 3)
        let row = ValueRow([.int(1), .int(2), .int(3), .int(4)])
        for (source, wanted) in [("x", 1), (".x", 3), ("p.x", 2), ("y", 4)] {
            let value = try CompiledExpression.compile(source, in: environment).evaluate(row)
            #expect(value == .int(Int64(wanted)), "\(source)")
        }
    }
}
