/// Turns a checked program into scalar code, if all of it is numbers, bools, times and categories.
struct ScalarCompiler {
    typealias Operation = ScalarCode.Operation

    /// What is not scalar: the evaluator runs the whole program instead.
    struct NotScalar: Error {}

    let program: Program
    var code = ScalarCode.Draft()
    /// The handler of the operand that is being compiled.
    private var handler: Int32 = -1
    private var handlerDepth = 0

    /// The code, or nil when some part of the program is not scalar.
    static func compile(_ program: Program) -> ScalarCode? {
        var compiler = ScalarCompiler(program: program)
        do {
            guard SlotKind(scalar: program.types[program.root]) != nil else { return nil }
            try compiler.compile(program.root, into: 0)
        } catch {
            return nil
        }
        compiler.emit(.end, 0, at: program.root)
        return ScalarCode(compiler.code)
    }

    private init(program: Program) { self.program = program }

    func type(_ node: Program.Node) -> ExpressionType { program.types[node] }

    @discardableResult
    mutating func emit(
        _ operation: Operation, _ target: Int, _ left: Int = 0, _ right: Int = 0,
        operand: Int = 0, at node: Program.Node
    ) -> Int {
        code.instructions.append(
            ScalarCode.Instruction(
                operation: operation, target: UInt8(target), left: UInt8(left),
                right: UInt8(right), operand: Int32(operand)))
        code.handlerOf.append(handler)
        code.offsets.append(Int32(program.offsets[node]))
        return code.instructions.count - 1
    }

    /// Makes a jump end here.
    mutating func land(_ jumps: [Int]) {
        for jump in jumps {
            code.instructions[jump].operand = Int32(code.instructions.count)
        }
    }

    mutating func constant(_ bits: UInt64) -> Int {
        if let known = code.constants.firstIndex(of: bits) { return known }
        code.constants.append(bits)
        return code.constants.count - 1
    }

    mutating func compile(_ node: Program.Node, into target: Int) throws(NotScalar) {
        guard target < ScalarCode.registerCount - 1 else { throw NotScalar() }
        switch program.operations[node] {
        case .constant(let value):
            guard let bits = SlotKind(scalar: type(node))?.bits(value) else { throw NotScalar() }
            emit(.constant, target, operand: constant(bits), at: node)
        case .variable(let number): try read(number, target, isPresence: false, at: node)
        case .isPresent(let number): try read(number, target, isPresence: true, at: node)
        case .call(let function, let arguments):
            try call(function, arguments, into: target, at: node)
        case .and(let operands): try logical(operands, isAnd: true, into: target, at: node)
        case .or(let operands): try logical(operands, isAnd: false, into: target, at: node)
        case .conditional(let condition, let yes, let no):
            guard type(yes) == type(no) else { throw NotScalar() }
            try compile(condition, into: target)
            let toNo = emit(.jumpIfFalse, 0, target, at: node)
            try compile(yes, into: target)
            let toEnd = emit(.jump, 0, at: node)
            land([toNo])
            try compile(no, into: target)
            land([toEnd])
        default: throw NotScalar()
        }
    }

    private mutating func read(
        _ number: Int, _ target: Int, isPresence: Bool, at node: Program.Node
    ) throws(NotScalar) {
        let variable = program.variables[number]
        guard let slot = Int32(exactly: variable.slot) else { throw NotScalar() }
        switch variable.kind {
        case .value: throw NotScalar()
        case .timeMicros:
            emit(isPresence ? .presentTime : .loadTime, target, operand: Int(slot), at: node)
        case .category(let words):
            let place = constant(UInt64(words.count))
            guard place <= 0xffff else { throw NotScalar() }
            emit(
                isPresence ? .presentCategory : .loadCategory, target, place >> 8, place & 0xff,
                operand: Int(slot), at: node)
        default: emit(isPresence ? .present : .load, target, operand: Int(slot), at: node)
        }
    }

    /// Each operand's faults go to the next operand; past the last, a remembered one is raised.
    private mutating func logical(
        _ operands: [Program.Node], isAnd: Bool, into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        guard handlerDepth < ScalarCode.placeCount else { throw NotScalar() }
        let outer = handler
        let place = handlerDepth
        handlerDepth += 1
        emit(.forget, 0, place, at: node)
        var decided: [Int] = []
        for operand in operands {
            code.handlers.append(ScalarCode.Handler(next: 0, place: Int32(place)))
            let own = code.handlers.count - 1
            handler = Int32(own)
            try compile(operand, into: target)
            decided.append(emit(isAnd ? .jumpIfFalse : .jumpIfTrue, 0, target, at: operand))
            code.handlers[own].next = Int32(code.instructions.count)
        }
        handler = outer
        handlerDepth -= 1
        emit(.raise, 0, place, at: node)
        land(decided)
    }
}

extension SlotKind {
    /// The form of 64 bits in which values of a type are kept; nil for other types.
    init?(scalar type: ExpressionType) {
        switch type {
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .timestamp: self = .timeMicros
        case .duration: self = .durationNanos
        default: return nil
        }
    }

    /// The bits of a value of this kind; nil when it is not, or not exactly.
    func bits(_ value: Value) -> UInt64? {
        switch (self, value) {
        case (.bool, .bool(let value)): value ? 1 : 0
        case (.int, .int(let number)): UInt64(bitPattern: number)
        case (.uint, .uint(let number)): number
        case (.double, .double(let number)): number.bitPattern
        case (.durationNanos, .duration(let nanos)): UInt64(bitPattern: nanos)
        case (.timeMicros, .timestamp(let time)):
            time.nanos % 1_000 == 0 ? UInt64(bitPattern: time.micros) : nil
        default: nil
        }
    }
}
