extension CompiledExpression {
    /// How `evaluateScalar` gives the result; nil when it is no number, bool, time or duration.
    public var resultKind: SlotKind? { SlotKind(scalar: resultType) }

    /// Whether `evaluateScalar` runs compiled code, which allocates nothing.
    public var isCompiled: Bool { code != nil }

    /// Instructions of the compiled code: what one evaluation takes at most; nil without code.
    public var instructionCount: Int? { code?.instructions.count }

    /// The value for a row in 64 bits, as `resultKind` says.
    ///
    /// Compiled code takes 1 to 3 ns an instruction and allocates nothing; where there is none the
    /// evaluator runs, and a result that is not of `resultKind` is a fault of kind
    /// noSuchOverload.
    @inlinable
    public func evaluateScalar<Row: RowReader>(_ row: borrowing Row) -> ScalarResult {
        if let code { return code.run(row) }
        return evaluatedScalar(copy row)
    }

    @usableFromInline
    func evaluatedScalar<Row: RowReader>(_ row: Row) -> ScalarResult {
        var evaluator = Evaluator(program: program, row: row, stepsMax: limits.stepsMax)
        do throws(Fault) {
            guard let bits = resultKind?.bits(try evaluator.run()) else {
                return .fault(.noSuchOverload, offset: Int32(program.offsets[program.root]))
            }
            return .bits(bits)
        } catch {
            return .fault(error.kind, offset: Int32(max(0, error.offset)))
        }
    }

    /// The error of a fault, with line and column; only for those who read it, as it allocates.
    public func error(_ kind: ExpressionError.Kind, offset: Int32) -> ExpressionError {
        ExpressionError(
            stage: .evaluate, kind: kind, message: kind.summary,
            location: SourceLocation(offset: Int(offset), in: Array(source.utf8)))
    }
}

extension ExpressionError.Kind {
    /// The kind in words, for errors without a text of their own.
    public var summary: String {
        switch self {
        case .syntax: "not an expression"
        case .unknownName: "unknown name"
        case .noSuchOverload: "no such overload"
        case .noSuchKey: "no such key"
        case .missing: "a feature has no value"
        case .divideByZero: "divide by zero"
        case .overflow: "overflow"
        case .invalidArgument: "invalid argument"
        case .duplicateKey: "a key is there twice"
        case .costExceeded: "too many steps"
        case .tooLarge: "too large"
        }
    }
}
