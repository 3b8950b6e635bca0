/// Runs a program over values of any type: the meaning of the language, in the plainest way.
///
/// The compiled form is held against this one. Recursion is bounded by the program's height, work
/// by a budget of steps.
struct Evaluator<Row: RowReader> {
    /// The value of a loop's variable, or why a binding has none.
    enum Local {
        case value(Value)
        case fault(Fault)
    }

    let program: Program
    let row: Row
    private let stepsMax: Int
    private(set) var steps = 0
    var locals: [Local]

    init(program: Program, row: Row, stepsMax: Int) {
        self.program = program
        self.row = row
        self.stepsMax = stepsMax
        locals = Array(repeating: .value(.null), count: program.localCount)
    }

    /// The value of the whole program.
    mutating func run() throws(Fault) -> Value {
        let value = try evaluate(program.root)
        // Whoever reads the result walks over all of it.
        try charge(Cost.size(value, upTo: stepsMax))
        return value
    }

    /// Takes steps from the budget.
    mutating func charge(_ count: Int) throws(Fault) {
        steps = steps.saturatingSum(count)
        guard steps <= stepsMax else {
            throw Fault(.costExceeded, "more than \(stepsMax) steps")
        }
    }

    mutating func evaluate(_ node: Program.Node) throws(Fault) -> Value {
        do throws(Fault) {
            try charge(1)
            return try value(of: program.operations[node])
        } catch {
            throw error.located(at: program.offsets[node])
        }
    }

    private mutating func value(of operation: Program.Operation) throws(Fault) -> Value {
        switch operation {
        case .constant(let value): return value
        case .local(let number):
            switch locals[number] {
            case .value(let value): return value
            case .fault(let fault): throw fault
            }
        case .variable(let number): return try variable(number)
        case .isPresent(let number): return .bool(present(number) != nil)
        case .failure(let kind, let message): throw Fault(kind, message)
        case .select(let operand, let field, let isOptional):
            return try select(try evaluate(operand), field, isOptional: isOptional)
        case .has(let operand, let field): return try has(try evaluate(operand), field)
        case .index(let operand, let key, let isOptional):
            let container = try evaluate(operand)
            return try index(container, try evaluate(key), isOptional: isOptional)
        case .call(let function, let arguments): return try call(function, arguments)
        case .matches(let operand, let pattern):
            guard case .string(let text) = try evaluate(operand) else {
                throw Fault(.noSuchOverload, "no such overload: matches")
            }
            try charge(pattern.cost(of: text))
            return .bool(pattern.matches(text))
        case .list(let elements): return try list(elements)
        case .map(let entries): return try map(entries)
        case .message(let type, let fields): return try message(type, fields)
        case .and(let operands): return try logical(operands, decidedBy: false)
        case .or(let operands): return try logical(operands, decidedBy: true)
        case .conditional(let condition, let yes, let no):
            guard case .bool(let isTrue) = try evaluate(condition) else {
                throw Fault(.noSuchOverload, "no such overload: the condition is no bool")
            }
            return try evaluate(isTrue ? yes : no)
        case .loop(let loop): return try run(loop)
        case .bind(let local, let value, let body): return try bind(local, value, body)
        case .optionalMap(let target, let local, let body, let isFlat):
            return try optionalMap(target, local, body, isFlat: isFlat)
        }
    }

    private func present(_ number: Int) -> Value? {
        let variable = program.variables[number]
        guard variable.kind.hasBits else { return row.value(at: variable.slot) }
        return row.bits(at: variable.slot).flatMap(variable.kind.value(bits:))
    }

    private func variable(_ number: Int) throws(Fault) -> Value {
        guard let value = present(number) else {
            throw Fault(.missing, "'\(program.variables[number].name)' has no value")
        }
        return value
    }

    /// And, or: an operand that decides makes errors of the others vanish, whatever their order.
    private mutating func logical(_ operands: [Program.Node], decidedBy decisive: Bool)
        throws(Fault) -> Value
    {
        var first: Fault?
        for operand in operands {
            do throws(Fault) {
                guard case .bool(let value) = try evaluate(operand) else {
                    throw Fault(.noSuchOverload, "no such overload: an operand is no bool")
                        .located(at: program.offsets[operand])
                }
                if value == decisive { return .bool(decisive) }
            } catch {
                guard error.kind != .costExceeded else { throw error }
                first = first ?? error
            }
        }
        if let first { throw first }
        return .bool(!decisive)
    }

    private mutating func call(_ function: Function, _ arguments: [Program.Node])
        throws(Fault) -> Value
    {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try evaluate(argument)) }
        try charge(Cost.steps(function, values, upTo: stepsMax))
        return try Functions.apply(function, values)
    }

    /// What a binding stands for may fail: only its use is then an error.
    private mutating func bind(_ local: Int, _ value: Program.Node, _ body: Program.Node)
        throws(Fault) -> Value
    {
        do throws(Fault) {
            locals[local] = .value(try evaluate(value))
        } catch {
            guard error.kind != .costExceeded else { throw error }
            locals[local] = .fault(error)
        }
        return try evaluate(body)
    }

    private mutating func optionalMap(
        _ target: Program.Node, _ local: Int, _ body: Program.Node, isFlat: Bool
    ) throws(Fault) -> Value {
        guard case .optional(let inner) = try evaluate(target) else {
            throw Fault(.noSuchOverload, "no such overload: optMap of no optional")
        }
        guard let inner else { return .optional(nil) }
        locals[local] = .value(inner)
        let result = try evaluate(body)
        guard isFlat else { return .optional(result) }
        guard case .optional = result else {
            throw Fault(.noSuchOverload, "no such overload: optFlatMap gives no optional")
        }
        return result
    }
}
