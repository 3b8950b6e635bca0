/// Recursive descent over the tokens, with a bound on its depth.
///
/// Source: the grammar of the CEL language definition, with the optional syntax of its extensions
/// (`a.?b`, `a[?b]`, `[?a]`, `{?k: v}`) and names in backticks.
struct Parser {
    let tokens: [Token]
    let limits: ExpressionLimits
    var index = 0
    var nesting = 0
    var syntax = Syntax()

    /// Parses a whole source.
    static func parse(_ source: [UInt8], limits: ExpressionLimits) throws(Fault) -> Syntax {
        guard source.count <= limits.sourceBytesMax else {
            throw Fault(
                .tooLarge, "the expression is longer than \(limits.sourceBytesMax) bytes", offset: 0
            )
        }
        var parser = Parser(tokens: try Lexer.tokens(of: source), limits: limits)
        parser.syntax.root = try parser.expression()
        guard parser.token.kind == .end else { throw parser.unexpected("an operator") }
        return parser.syntax
    }

    private init(tokens: [Token], limits: ExpressionLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    var token: Token { tokens[index] }

    func isAt(_ mark: Token.Mark) -> Bool { token.kind == .mark(mark) }

    /// Takes a mark if it is next.
    mutating func take(_ mark: Token.Mark) -> Bool {
        guard isAt(mark) else { return false }
        index += 1
        return true
    }

    mutating func expect(_ mark: Token.Mark) throws(Fault) {
        guard take(mark) else { throw unexpected("'\(mark.rawValue)'") }
    }

    func unexpected(_ wanted: String) -> Fault {
        Fault(.syntax, "found \(token.text) where \(wanted) should be", offset: token.offset)
    }

    mutating func add(_ kind: Syntax.Kind, at offset: Int) throws(Fault) -> Int {
        try syntax.add(kind, at: offset, limits: limits)
    }

    /// Counts a level of brackets, signs or conditionals around `work`.
    mutating func nested<Result>(
        _ work: (inout Parser) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        guard nesting < limits.nestingMax else {
            throw Fault(
                .tooLarge, "more than \(limits.nestingMax) levels inside each other",
                offset: token.offset)
        }
        nesting += 1
        let result = try work(&self)
        nesting -= 1
        return result
    }

    mutating func expression() throws(Fault) -> Int {
        try nested { (parser: inout Parser) throws(Fault) -> Int in
            try parser.conditional()
        }
    }

    private mutating func conditional() throws(Fault) -> Int {
        let condition = try disjunction()
        let offset = token.offset
        guard take(.question) else { return condition }
        let yes = try nested { (parser: inout Parser) throws(Fault) -> Int in
            try parser.disjunction()
        }
        try expect(.colon)
        let no = try expression()
        return try add(.conditional(condition, yes, no), at: offset)
    }

    private mutating func disjunction() throws(Fault) -> Int {
        let offset = token.offset
        var operands = [try conjunction()]
        while take(.or) { operands.append(try conjunction()) }
        return operands.count == 1 ? operands[0] : try add(.or(operands), at: offset)
    }

    private mutating func conjunction() throws(Fault) -> Int {
        let offset = token.offset
        var operands = [try binary(1)]
        while take(.and) { operands.append(try binary(1)) }
        return operands.count == 1 ? operands[0] : try add(.and(operands), at: offset)
    }

    /// Binary operators that bind at least as tightly as `level`, by precedence climbing.
    private mutating func binary(_ level: Int) throws(Fault) -> Int {
        var left = try unary()
        while let (function, binding) = binaryOperator(), binding >= level {
            let offset = token.offset
            index += 1
            let right = try binary(binding + 1)
            left = try add(.call(function, [left, right]), at: offset)
        }
        return left
    }

    private func binaryOperator() -> (function: String, level: Int)? {
        switch token.kind {
        case .word("in"): return ("@in", 1)
        case .mark(let mark):
            switch mark {
            case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .unequal:
                return ("_\(mark.rawValue)_", 1)
            case .plus, .minus: return ("_\(mark.rawValue)_", 2)
            case .times, .divide, .remainder: return ("_\(mark.rawValue)_", 3)
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func unary() throws(Fault) -> Int {
        guard isAt(.not) || isAt(.minus) else { return try member() }
        let sign = token
        index += 1
        if sign.kind == .mark(.minus), let literal = try negativeLiteral(sign) {
            return try members(of: literal)
        }
        let operand = try nested { (parser: inout Parser) throws(Fault) -> Int in
            try parser.unary()
        }
        return try add(.call(sign.kind == .mark(.not) ? "!_" : "-_", [operand]), at: sign.offset)
    }

    /// A number behind a minus is one literal: the lowest int has no positive twin.
    private mutating func negativeLiteral(_ sign: Token) throws(Fault) -> Int? {
        let value: Value
        switch token.kind {
        case .int(let magnitude):
            guard magnitude <= Int64.min.magnitude else {
                throw Fault(.syntax, "integer out of range", offset: sign.offset)
            }
            value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let magnitude): value = .double(-magnitude)
        default: return nil
        }
        index += 1
        return try add(.constant(value), at: sign.offset)
    }
}
