/// Operators on numbers, times, texts and lists: exact, or a fault.
enum Arithmetic {
    static func apply(_ function: Function, _ operand: Value) throws(Fault) -> Value {
        switch (function, operand) {
        case (.not, .bool(let value)): return .bool(!value)
        case (.negate, .int(let value)):
            guard value != .min else { throw overflow("int") }
            return .int(-value)
        case (.negate, .double(let value)): return .double(-value)
        default: throw .overload(function.rawValue, [operand])
        }
    }

    static func apply(_ function: Function, _ left: Value, _ right: Value) throws(Fault) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try integer(function, left, right))
        case (.uint(let left), .uint(let right)): return .uint(try integer(function, left, right))
        case (.double(let left), .double(let right)):
            if let value = double(function, left, right) { return .double(value) }
        default:
            if function == .add, let joined = joined(left, right) { return joined }
            if let time = try time(function, left, right) { return time }
        }
        throw .overload(function.rawValue, [left, right])
    }

    private static func overflow(_ type: String) -> Fault { Fault(.overflow, "\(type) overflow") }

    private static func integer<Number: FixedWidthInteger>(
        _ function: Function, _ left: Number, _ right: Number
    ) throws(Fault) -> Number {
        let (value, isOverflow): (Number, Bool)
        switch function {
        case .add: (value, isOverflow) = left.addingReportingOverflow(right)
        case .subtract: (value, isOverflow) = left.subtractingReportingOverflow(right)
        case .multiply: (value, isOverflow) = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw Fault(.divideByZero, "divide by zero") }
            (value, isOverflow) = left.dividedReportingOverflow(by: right)
        default:
            guard right != 0 else { throw Fault(.divideByZero, "modulus by zero") }
            (value, isOverflow) = left.remainderReportingOverflow(dividingBy: right)
        }
        guard !isOverflow else { throw overflow(Number.isSigned ? "int" : "uint") }
        return value
    }

    private static func double(_ function: Function, _ left: Double, _ right: Double) -> Double? {
        switch function {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        default: nil
        }
    }

    private static func joined(_ left: Value, _ right: Value) -> Value? {
        switch (left, right) {
        case (.string(let left), .string(let right)): .string(left + right)
        case (.bytes(let left), .bytes(let right)): .bytes(left + right)
        case (.list(let left), .list(let right)): .list(left + right)
        default: nil
        }
    }

    private static func time(_ function: Function, _ left: Value, _ right: Value)
        throws(Fault) -> Value?
    {
        switch (function, left, right) {
        case (.add, .timestamp(let time), .duration(let nanos)),
            (.add, .duration(let nanos), .timestamp(let time)):
            guard let sum = time.adding(nanos: nanos) else { throw overflow("timestamp") }
            return .timestamp(sum)
        case (.subtract, .timestamp(let time), .duration(let nanos)):
            // The lowest duration has no positive twin: go back in two steps.
            let half = nanos / 2
            guard let between = time.adding(nanos: -half),
                let difference = between.adding(nanos: -(nanos - half))
            else { throw overflow("timestamp") }
            return .timestamp(difference)
        case (.subtract, .timestamp(let left), .timestamp(let right)):
            guard let nanos = left.nanos(since: right) else { throw overflow("duration") }
            return .duration(nanos: nanos)
        case (.add, .duration(let left), .duration(let right)),
            (.subtract, .duration(let left), .duration(let right)):
            let (nanos, isOverflow) =
                function == .add
                ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
            guard !isOverflow else { throw overflow("duration") }
            return .duration(nanos: nanos)
        default: return nil
        }
    }
}
