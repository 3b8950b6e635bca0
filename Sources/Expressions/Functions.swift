/// The standard functions over values. Each takes its arguments' types at run time, as the
/// language says; what none of its forms takes is a fault of kind noSuchOverload.
enum Functions {
    static func apply(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch function {
        case .add, .subtract, .multiply, .divide, .remainder:
            guard values.count == 2 else { throw .overload(function.rawValue, values) }
            return try Arithmetic.apply(function, values[0], values[1])
        case .negate, .not:
            guard values.count == 1 else { throw .overload(function.rawValue, values) }
            return try Arithmetic.apply(function, values[0])
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership:
            guard values.count == 2 else { throw .overload(function.rawValue, values) }
            return try compare(function, values[0], values[1])
        case .bool, .bytes, .double, .duration, .dyn, .int, .string, .timestamp, .type, .uint:
            guard values.count == 1 else { throw .overload(function.rawValue, values) }
            return try Conversions.convert(function, values[0])
        case .size: return try size(values)
        case .contains, .startsWith, .endsWith, .matches, .charAt, .indexOf, .join, .lastIndexOf,
            .lowerAscii, .upperAscii, .replace, .split, .substring, .trim, .reverse, .format,
            .quote:
            return try TextFunctions.apply(function, values)
        case .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours,
            .getMilliseconds, .getMinutes, .getMonth, .getSeconds:
            return try TimeFunctions.apply(function, values)
        case .optionalOf, .optionalOfNonZeroValue, .optionalNone, .optionalUnwrap, .unwrapOpt,
            .hasValue, .value, .or, .orValue:
            return try optional(function, values)
        case .base64Encode, .base64Decode: return try base64(function, values)
        default: return try MathFunctions.apply(function, values)
        }
    }

    private static func compare(_ function: Function, _ left: Value, _ right: Value)
        throws(Fault) -> Value
    {
        switch function {
        case .equal: return .bool(left == right)
        case .unequal: return .bool(!(left == right))
        case .membership:
            switch right {
            case .list(let list): return .bool(list.contains(left))
            case .map(let map): return .bool(map.hasKey(left))
            default: throw .overload("in", [left, right])
            }
        default: break
        }
        guard let order = Value.order(left, right) else {
            throw .overload(function.rawValue, [left, right])
        }
        switch function {
        case .less: return .bool(order == .less)
        case .lessOrEqual: return .bool(order == .less || order == .same)
        case .greater: return .bool(order == .greater)
        default: return .bool(order == .greater || order == .same)
        }
    }

    private static func size(_ values: [Value]) throws(Fault) -> Value {
        guard values.count == 1 else { throw .overload("size", values) }
        switch values[0] {
        case .string(let text): return .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let list): return .int(Int64(list.count))
        case .map(let map): return .int(Int64(map.count))
        default: throw .overload("size", values)
        }
    }

    private static func optional(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch (function, values.count) {
        case (.optionalNone, 0): return .optional(nil)
        case (.optionalOf, 1): return .optional(values[0])
        case (.optionalOfNonZeroValue, 1):
            return .optional(values[0].isZero ? nil : values[0])
        case (.hasValue, 1):
            if case .optional(let inner) = values[0] { return .bool(inner != nil) }
        case (.value, 1):
            if case .optional(let inner) = values[0] {
                guard let inner else {
                    throw Fault(.invalidArgument, "optional.none() dereference")
                }
                return inner
            }
        case (.or, 2):
            if case .optional(let inner) = values[0], case .optional = values[1] {
                return inner == nil ? values[1] : values[0]
            }
        case (.orValue, 2):
            if case .optional(let inner) = values[0] { return inner ?? values[1] }
        case (.optionalUnwrap, 1), (.unwrapOpt, 1):
            if case .list(let list) = values[0] { return .list(try unwrapped(list)) }
        default: break
        }
        throw .overload(function.rawValue, values)
    }

    private static func unwrapped(_ list: [Value]) throws(Fault) -> [Value] {
        var present: [Value] = []
        for element in list {
            guard case .optional(let inner) = element else {
                throw .overload("optional.unwrap", [element])
            }
            if let inner { present.append(inner) }
        }
        return present
    }

    private static func base64(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch (function, values.first, values.count) {
        case (.base64Encode, .bytes(let bytes), 1): return .string(Base64.encoded(bytes))
        case (.base64Decode, .string(let text), 1):
            guard let bytes = Base64.decoded(text) else {
                throw Fault(.invalidArgument, "not base64")
            }
            return .bytes(bytes)
        default: throw .overload(function.rawValue, values)
        }
    }
}
