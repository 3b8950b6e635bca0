/// Functions of the math extension.
enum MathFunctions {
    static func apply(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch function {
        case .greatest, .least: return try extremum(function, values)
        default: break
        }
        let found: Value? =
            switch values.count {
            case 1: try one(function, values[0])
            case 2: try two(function, values[0], values[1])
            default: nil
            }
        guard let found else { throw .overload(function.rawValue, values) }
        return found
    }

    private static func extremum(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        var candidates = values
        if values.count == 1, case .list(let list) = values[0] { candidates = list }
        guard var best = candidates.first else {
            throw Fault(.invalidArgument, "\(function.rawValue) of nothing")
        }
        for candidate in candidates {
            guard let order = Value.numericOrder(candidate, best) else {
                throw .overload(function.rawValue, values)
            }
            if order == (function == .greatest ? .greater : .less) { best = candidate }
        }
        return best
    }

    private static func one(_ function: Function, _ value: Value) throws(Fault) -> Value? {
        switch (function, value) {
        case (.ceiling, .double(let number)): return .double(number.rounded(.up))
        case (.floor, .double(let number)): return .double(number.rounded(.down))
        case (.round, .double(let number)):
            return .double(number.rounded(.toNearestOrAwayFromZero))
        case (.truncate, .double(let number)): return .double(number.rounded(.towardZero))
        case (.isNaN, .double(let number)): return .bool(number.isNaN)
        case (.isInfinite, .double(let number)): return .bool(number.isInfinite)
        case (.isFinite, .double(let number)): return .bool(number.isFinite)
        case (.magnitude, .double(let number)): return .double(number.magnitude)
        case (.magnitude, .uint): return value
        case (.magnitude, .int(let number)):
            guard number != .min else { throw Fault(.overflow, "int overflow") }
            return .int(abs(number))
        case (.sign, .double(let number)):
            return .double(number.isNaN || number == 0 ? number : number > 0 ? 1 : -1)
        case (.sign, .int(let number)): return .int(number.signum())
        case (.sign, .uint(let number)): return .uint(number == 0 ? 0 : 1)
        case (.squareRoot, .double(let number)): return .double(number.squareRoot())
        case (.squareRoot, .int(let number)): return .double(Double(number).squareRoot())
        case (.squareRoot, .uint(let number)): return .double(Double(number).squareRoot())
        case (.bitNot, .int(let number)): return .int(~number)
        case (.bitNot, .uint(let number)): return .uint(~number)
        default: return nil
        }
    }

    private static func two(_ function: Function, _ left: Value, _ right: Value)
        throws(Fault) -> Value?
    {
        switch (function, left, right) {
        case (.bitAnd, .int(let left), .int(let right)): return .int(left & right)
        case (.bitAnd, .uint(let left), .uint(let right)): return .uint(left & right)
        case (.bitOr, .int(let left), .int(let right)): return .int(left | right)
        case (.bitOr, .uint(let left), .uint(let right)): return .uint(left | right)
        case (.bitXor, .int(let left), .int(let right)): return .int(left ^ right)
        case (.bitXor, .uint(let left), .uint(let right)): return .uint(left ^ right)
        case (.bitShiftLeft, .int(let number), .int(let places)):
            let bits = try shifted(function, UInt64(bitPattern: number), places)
            return .int(Int64(bitPattern: bits))
        case (.bitShiftRight, .int(let number), .int(let places)):
            // The sign bit moves like any other, zeros come in.
            let bits = try shifted(function, UInt64(bitPattern: number), places)
            return .int(Int64(bitPattern: bits))
        case (.bitShiftLeft, .uint(let number), .int(let places)),
            (.bitShiftRight, .uint(let number), .int(let places)):
            return .uint(try shifted(function, number, places))
        default: return nil
        }
    }

    private static func shifted(_ function: Function, _ bits: UInt64, _ places: Int64)
        throws(Fault) -> UInt64
    {
        guard places >= 0 else { throw Fault(.invalidArgument, "negative offset: \(places)") }
        return function == .bitShiftLeft ? bits << places : bits >> places
    }
}
