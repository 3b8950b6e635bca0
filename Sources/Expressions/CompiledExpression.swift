/// A compiled expression: parsed, type-checked and bounded once, evaluated many times.
///
/// Immutable, so shared freely between threads.
public struct CompiledExpression: Sendable {
    /// How much is settled before the expression runs.
    public enum Checking: Sendable {
        /// Every name declared, every type fitting. What tenants' expressions get.
        case typed
        /// CEL without its optional check: names and types are looked at when they are reached.
        case none
    }

    /// The text it was compiled from.
    public let source: String
    /// What an evaluation without errors gives.
    public let resultType: ExpressionType
    /// The slots it may read, ascending: for dependency order and cycles.
    public let slotsRead: [Int]
    /// A bound on the steps of one evaluation, with lists that come from outside taken to be of
    /// the assumed size.
    public let staticCost: Int

    let program: Program
    let limits: ExpressionLimits
    /// Nil when some part is more than 64 bits: the evaluator then runs the program.
    @usableFromInline let code: ScalarCode?

    /// Compiles a source.
    ///
    /// - Throws: an error that knows line and column: what is not the language, not declared, not
    ///   of the right type, or beyond the environment's limits. Time is linear in the source but
    ///   for look-alike names in errors, which are compared with every declared one.
    public static func compile(
        _ source: String, in environment: ExpressionEnvironment, checking: Checking = .typed
    ) throws(ExpressionError) -> CompiledExpression {
        let bytes = Array(source.utf8)
        let syntax: Syntax
        do throws(Fault) {
            syntax = try Parser.parse(bytes, limits: environment.limits)
        } catch {
            throw error.error(.parse, in: bytes)
        }
        do throws(Fault) {
            return try CompiledExpression(source, syntax, environment, checking)
        } catch {
            throw error.error(.check, in: bytes)
        }
    }

    private init(
        _ source: String, _ syntax: Syntax, _ environment: ExpressionEnvironment,
        _ checking: Checking
    ) throws(Fault) {
        let checked = try Checker.check(syntax, in: environment, isLenient: checking == .none)
        self.source = source
        program = checked.program
        resultType = checked.type
        limits = environment.limits
        slotsRead = Set(program.variables.map(\.slot)).sorted()
        staticCost = StaticCost.bound(of: program, assumedSize: limits.assumedListSize)
        guard staticCost <= limits.staticCostMax else {
            throw Fault(
                .costExceeded,
                "it may take \(staticCost) steps, more than \(limits.staticCostMax)",
                offset: program.offsets[program.root])
        }
        code = ScalarCompiler.compile(program)
    }

    /// The value for a row.
    ///
    /// - Throws: an error of stage `evaluate` with its place in the source. A feature without a
    ///   value is one of kind `missing`, absorbed by `&&` and `||` like any other.
    public func evaluate(_ row: some RowReader) throws(ExpressionError) -> Value {
        var evaluator = Evaluator(program: program, row: row, stepsMax: limits.stepsMax)
        do throws(Fault) {
            return try evaluator.run()
        } catch {
            throw error.error(.evaluate, in: Array(source.utf8))
        }
    }
}
