/// Resolves names and types: from the syntax, and what the environment declares, to a program.
///
/// Without checking (`isLenient`), as CEL allows, types are left to the run, and an unknown name
/// is an error only if it is reached.
struct Checker {
    /// A node of the program with what is known of its value.
    struct Typed {
        let node: Program.Node
        let type: ExpressionType
    }

    private struct Scope {
        let name: String
        let local: Int
        let type: ExpressionType
    }

    let syntax: Syntax
    let environment: ExpressionEnvironment
    let isLenient: Bool
    var program = Program()
    var bindings = TypeBindings()
    private var scopes: [Scope] = []
    private var variableNumbers: [String: Int] = [:]

    /// The program of a whole expression, and its type.
    static func check(_ syntax: Syntax, in environment: ExpressionEnvironment, isLenient: Bool)
        throws(Fault) -> (program: Program, type: ExpressionType)
    {
        var checker = Checker(syntax: syntax, environment: environment, isLenient: isLenient)
        let root = try checker.check(syntax.root)
        checker.program.root = root.node
        checker.program.types = checker.program.types.map {
            checker.bindings.resolved($0, unknown: .dynamic)
        }
        return (checker.program, checker.bindings.resolved(root.type, unknown: .dynamic))
    }

    private init(syntax: Syntax, environment: ExpressionEnvironment, isLenient: Bool) {
        self.syntax = syntax
        self.environment = environment
        self.isLenient = isLenient
    }

    mutating func emit(_ operation: Program.Operation, _ type: ExpressionType, at offset: Int)
        -> Typed
    {
        program.operations.append(operation)
        program.offsets.append(offset)
        program.types.append(type)
        return Typed(node: program.operations.count - 1, type: type)
    }

    /// A complaint: an error now, or in the run if it is reached there.
    mutating func refuse(_ kind: ExpressionError.Kind, _ message: String, at offset: Int)
        throws(Fault) -> Typed
    {
        guard isLenient else { throw Fault(kind, message, offset: offset) }
        return emit(.failure(kind, message), .dynamic, at: offset)
    }

    mutating func check(_ node: Syntax.Node) throws(Fault) -> Typed {
        let offset = syntax.offsets[node]
        switch syntax.kinds[node] {
        case .constant(let value):
            return emit(.constant(value), ExpressionType(value.type), at: offset)
        case .name, .select: return try path(node)
        case .has(let operand, let field): return try has(node, operand, field)
        case .hasName(let name): return try presence(of: name, at: offset)
        case .index(let operand, let key, let isOptional):
            return try index(operand, key, isOptional, at: offset)
        case .call(let name, let arguments): return try call(name, arguments, at: offset)
        case .memberCall(let target, let name, let arguments):
            return try memberCall(target, name, arguments, at: offset)
        case .list(let elements): return try list(elements, at: offset)
        case .map(let entries): return try map(entries, at: offset)
        case .message(let name, let fields): return try message(name, fields, at: offset)
        case .and(let operands): return emit(.and(try bools(operands)), .bool, at: offset)
        case .or(let operands): return emit(.or(try bools(operands)), .bool, at: offset)
        case .conditional(let condition, let yes, let no):
            return try conditional(condition, yes, no, at: offset)
        case .loop(let loop): return try self.loop(loop, at: offset)
        case .bind(let name, let value, let body):
            let value = try check(value)
            let (local, body) = try scoped(name, value.type) {
                (checker: inout Checker) throws(Fault) -> Typed in try checker.check(body)
            }
            return emit(.bind(local, value.node, body.node), body.type, at: offset)
        case .optionalMap(let target, let name, let body, let isFlat):
            return try optionalMap(target, name, body, isFlat, at: offset)
        }
    }

    // MARK: Names

    func local(_ name: String) -> (number: Int, type: ExpressionType)? {
        scopes.last { $0.name == name }.map { ($0.local, $0.type) }
    }

    /// Checks `work` with a variable in scope, and says where the variable lives.
    mutating func scoped<Result>(
        _ name: String, _ type: ExpressionType,
        _ work: (inout Checker) throws(Fault) -> Result
    ) throws(Fault) -> (local: Int, result: Result) {
        let local = scopes.count
        scopes.append(Scope(name: name, local: local, type: type))
        program.localCount = max(program.localCount, scopes.count)
        let result = try work(&self)
        scopes.removeLast()
        return (local, result)
    }

    /// The number of a declared variable in this program.
    mutating func number(of variable: ExpressionEnvironment.Variable) -> Int {
        if let known = variableNumbers[variable.name] { return known }
        program.variables.append(variable)
        variableNumbers[variable.name] = program.variables.count - 1
        return program.variables.count - 1
    }

    /// A declared variable by a name as written.
    func variable(_ name: String, isRooted: Bool) -> ExpressionEnvironment.Variable? {
        for candidate in environment.candidates(name, isRooted: isRooted) {
            if let found = environment.variables[candidate] { return found }
        }
        return nil
    }

    /// Whether the first name of a path is a loop's or a binding's variable.
    func startsLocally(_ path: (name: String, isRooted: Bool)) -> Bool {
        guard !path.isRooted else { return false }
        return local(String(path.name.prefix { $0 != "." })) != nil
    }
}
