extension ScalarCompiler {
    mutating func call(
        _ function: Function, _ arguments: [Program.Node], into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        switch (function, arguments.count) {
        case (.greatest, _), (.least, _):
            try extremum(function, arguments, into: target, at: node)
        case (.membership, 2): try membership(arguments[0], arguments[1], into: target, at: node)
        case (.equal, 2), (.unequal, 2):
            try equality(arguments[0], arguments[1], into: target, at: node)
            if function == .unequal { emit(.not, target, target, at: node) }
        case (_, 1): try unary(function, arguments[0], into: target, at: node)
        case (_, 2): try binary(function, arguments, into: target, at: node)
        default: throw NotScalar()
        }
    }

    private mutating func unary(
        _ function: Function, _ argument: Program.Node, into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        guard let operation = Self.operation(function, type(argument)) else { throw NotScalar() }
        try compile(argument, into: target)
        guard let operation = operation.first else { return }
        var operand = 0
        if operation == .quotient {
            operand = constant(Self.nanos(function))
        }
        emit(operation, target, target, operand: operand, at: node)
    }

    private static func nanos(_ function: Function) -> UInt64 {
        switch function {
        case .getHours: 3_600_000_000_000
        case .getMinutes: 60_000_000_000
        default: 1_000_000_000
        }
    }

    /// The instruction of a function of one argument; none for what changes nothing.
    private static func operation(_ function: Function, _ type: ExpressionType) -> [Operation]? {
        switch (function, type) {
        case (.not, .bool): [.not]
        case (.negate, .int): [.negateInt]
        case (.negate, .double): [.negateDouble]
        case (.magnitude, .int): [.magnitudeInt]
        case (.magnitude, .double): [.magnitudeDouble]
        case (.magnitude, .uint), (.bool, .bool), (.int, .int), (.uint, .uint),
            (.double, .double), (.timestamp, .timestamp), (.duration, .duration):
            []
        case (.double, .int): [.intToDouble]
        case (.double, .uint): [.uintToDouble]
        case (.int, .double): [.doubleToInt]
        case (.int, .uint): [.uintToInt]
        case (.int, .timestamp): [.timeToSeconds]
        case (.uint, .double): [.doubleToUInt]
        case (.uint, .int): [.intToUInt]
        case (.ceiling, .double): [.ceiling]
        case (.floor, .double): [.floor]
        case (.round, .double): [.round]
        case (.truncate, .double): [.truncate]
        case (.squareRoot, .double): [.squareRoot]
        case (.isNaN, .double): [.isNaN]
        case (.isInfinite, .double): [.isInfinite]
        case (.isFinite, .double): [.isFinite]
        case (.getHours, .duration), (.getMinutes, .duration), (.getSeconds, .duration):
            [.quotient]
        default: nil
        }
    }

    private mutating func binary(
        _ function: Function, _ arguments: [Program.Node], into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        let left = type(arguments[0])
        let right = type(arguments[1])
        switch function {
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try ordering(function, arguments, into: target, at: node)
        default: break
        }
        guard let operation = Self.operation(function, left, right) else { throw NotScalar() }
        try compile(arguments[0], into: target)
        try compile(arguments[1], into: target + 1)
        emit(operation, target, target, target + 1, at: node)
    }

    private static func operation(
        _ function: Function, _ left: ExpressionType, _ right: ExpressionType
    ) -> Operation? {
        switch (function, left, right) {
        case (.add, .int, .int), (.add, .duration, .duration): .addInt
        case (.subtract, .int, .int), (.subtract, .duration, .duration): .subtractInt
        case (.multiply, .int, .int): .multiplyInt
        case (.divide, .int, .int): .divideInt
        case (.remainder, .int, .int): .remainderInt
        case (.add, .uint, .uint): .addUInt
        case (.subtract, .uint, .uint): .subtractUInt
        case (.multiply, .uint, .uint): .multiplyUInt
        case (.divide, .uint, .uint): .divideUInt
        case (.remainder, .uint, .uint): .remainderUInt
        case (.add, .double, .double): .addDouble
        case (.subtract, .double, .double): .subtractDouble
        case (.multiply, .double, .double): .multiplyDouble
        case (.divide, .double, .double): .divideDouble
        case (.subtract, .timestamp, .timestamp): .subtractTime
        default: nil
        }
    }

    /// `a > b` is `b < a`, for doubles with NaN as well.
    private mutating func ordering(
        _ function: Function, _ arguments: [Program.Node], into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        let types = arguments.map { type($0) }
        let isStrict = function == .less || function == .greater
        let operation: Operation
        var asDoubles = false
        switch (types[0], types[1]) {
        case (.int, .int), (.timestamp, .timestamp), (.duration, .duration):
            operation = isStrict ? .lessInt : .lessOrEqualInt
        case (.uint, .uint), (.bool, .bool):
            operation = isStrict ? .lessUInt : .lessOrEqualUInt
        case (.double, .double), (.int, .double), (.double, .int), (.uint, .double),
            (.double, .uint):
            operation = isStrict ? .lessDouble : .lessOrEqualDouble
            asDoubles = true
        default: throw NotScalar()
        }
        for (index, argument) in arguments.enumerated() {
            try compile(argument, into: target + index)
            guard asDoubles, types[index] != .double else { continue }
            emit(
                types[index] == .int ? .intToDouble : .uintToDouble, target + index,
                target + index, at: node)
        }
        let isSwapped = function == .greater || function == .greaterOrEqual
        emit(
            operation, target, isSwapped ? target + 1 : target, isSwapped ? target : target + 1,
            at: node)
    }

    private mutating func extremum(
        _ function: Function, _ arguments: [Program.Node], into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        var candidates = arguments
        if arguments.count == 1, case .list(let elements) = program.operations[arguments[0]] {
            guard elements.allSatisfy({ !$0.isOptional }) else { throw NotScalar() }
            candidates = elements.map(\.value)
        }
        guard let first = candidates.first else { throw NotScalar() }
        let isGreatest = function == .greatest
        let operation: Operation
        switch type(first) {
        case .int: operation = isGreatest ? .greatestInt : .leastInt
        case .uint: operation = isGreatest ? .greatestUInt : .leastUInt
        case .double: operation = isGreatest ? .greatestDouble : .leastDouble
        default: throw NotScalar()
        }
        try compile(first, into: target)
        for candidate in candidates.dropFirst() {
            guard type(candidate) == type(first) else { throw NotScalar() }
            try compile(candidate, into: target + 1)
            emit(operation, target, target, target + 1, at: node)
        }
    }
}
