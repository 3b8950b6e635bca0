/// The functions and operators of the language; the raw value is the name in errors.
enum Function: String, CaseIterable {
    case add = "_+_"
    case subtract = "_-_"
    case multiply = "_*_"
    case divide = "_/_"
    case remainder = "_%_"
    case negate = "-_"
    case not = "!_"
    case equal = "_==_"
    case unequal = "_!=_"
    case less = "_<_"
    case lessOrEqual = "_<=_"
    case greater = "_>_"
    case greaterOrEqual = "_>=_"
    case membership = "@in"

    case size, contains, startsWith, endsWith, matches
    case bool, bytes, double, duration, dyn, int, string, timestamp, type, uint

    case getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear, getHours
    case getMilliseconds, getMinutes, getMonth, getSeconds

    case charAt, indexOf, join, lastIndexOf, lowerAscii, upperAscii, replace, split, substring
    case trim, reverse, format
    case quote = "strings.quote"

    case greatest = "math.greatest"
    case least = "math.least"
    case ceiling = "math.ceil"
    case floor = "math.floor"
    case round = "math.round"
    case truncate = "math.trunc"
    case magnitude = "math.abs"
    case sign = "math.sign"
    case squareRoot = "math.sqrt"
    case isNaN = "math.isNaN"
    case isInfinite = "math.isInf"
    case isFinite = "math.isFinite"
    case bitAnd = "math.bitAnd"
    case bitOr = "math.bitOr"
    case bitXor = "math.bitXor"
    case bitNot = "math.bitNot"
    case bitShiftLeft = "math.bitShiftLeft"
    case bitShiftRight = "math.bitShiftRight"

    case optionalOf = "optional.of"
    case optionalOfNonZeroValue = "optional.ofNonZeroValue"
    case optionalNone = "optional.none"
    case optionalUnwrap = "optional.unwrap"
    case unwrapOpt, hasValue, value, or, orValue

    case base64Encode = "base64.encode"
    case base64Decode = "base64.decode"

    /// A function by its name as a call has it: a member, or after its namespace.
    static func named(_ name: String, isMember: Bool) -> Function? {
        guard let function = Function(rawValue: name) else { return nil }
        let hasForm = Overload.all[function]?.contains { $0.isMember == isMember } ?? false
        return hasForm ? function : nil
    }
}

/// One form of a function: what it takes and gives. A member's first parameter is its target.
struct Overload {
    let function: Function
    let isMember: Bool
    let parameters: [ExpressionType]
    let result: ExpressionType

    static let all: [Function: [Overload]] = Dictionary(
        grouping: operators + comparisons + conversions + texts + times + numbers + others,
        by: \.function)
}

private func global(
    _ function: Function, _ parameters: [ExpressionType], _ result: ExpressionType
) -> Overload {
    Overload(function: function, isMember: false, parameters: parameters, result: result)
}

private func member(
    _ function: Function, _ parameters: [ExpressionType], _ result: ExpressionType
) -> Overload {
    Overload(function: function, isMember: true, parameters: parameters, result: result)
}

extension Overload {
    private static let anyType = ExpressionType.parameter(0)
    private static let otherType = ExpressionType.parameter(1)

    private static let operators: [Overload] = {
        var list: [Overload] = []
        let numeric: [ExpressionType] = [.int, .uint, .double]
        for function in [Function.add, .subtract, .multiply, .divide] {
            list += numeric.map { global(function, [$0, $0], $0) }
        }
        list += [
            global(.remainder, [.int, .int], .int),
            global(.remainder, [.uint, .uint], .uint),
            global(.negate, [.int], .int),
            global(.negate, [.double], .double),
            global(.not, [.bool], .bool),
            global(.add, [.string, .string], .string),
            global(.add, [.bytes, .bytes], .bytes),
            global(.add, [.list(anyType), .list(anyType)], .list(anyType)),
            global(.add, [.timestamp, .duration], .timestamp),
            global(.add, [.duration, .timestamp], .timestamp),
            global(.add, [.duration, .duration], .duration),
            global(.subtract, [.timestamp, .timestamp], .duration),
            global(.subtract, [.timestamp, .duration], .timestamp),
            global(.subtract, [.duration, .duration], .duration),
        ]
        return list
    }()

    private static let comparisons: [Overload] = {
        var list: [Overload] = [
            global(.equal, [anyType, anyType], .bool),
            global(.unequal, [anyType, anyType], .bool),
            global(.membership, [anyType, .list(anyType)], .bool),
            global(.membership, [anyType, .map(anyType, otherType)], .bool),
        ]
        let same: [ExpressionType] = [.bool, .string, .bytes, .timestamp, .duration]
        let numeric: [ExpressionType] = [.int, .uint, .double]
        for function in [Function.less, .lessOrEqual, .greater, .greaterOrEqual] {
            list += same.map { global(function, [$0, $0], .bool) }
            for left in numeric {
                list += numeric.map { global(function, [left, $0], .bool) }
            }
        }
        return list
    }()

    private static let conversions: [Overload] = {
        let forms: [(Function, ExpressionType, [ExpressionType])] = [
            (.bool, .bool, [.bool, .string]),
            (.bytes, .bytes, [.bytes, .string]),
            (.double, .double, [.double, .int, .uint, .string]),
            (.duration, .duration, [.duration, .string]),
            (.int, .int, [.int, .uint, .double, .string, .timestamp]),
            (
                .string, .string,
                [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration]
            ),
            (.timestamp, .timestamp, [.timestamp, .string, .int]),
            (.uint, .uint, [.uint, .int, .double, .string]),
            (.dyn, .dynamic, [anyType]),
            (.type, .type(anyType), [anyType]),
        ]
        return forms.flatMap { function, result, sources in
            sources.map { global(function, [$0], result) }
        }
    }()

    private static let texts: [Overload] = [
        member(.contains, [.string, .string], .bool),
        member(.startsWith, [.string, .string], .bool),
        member(.endsWith, [.string, .string], .bool),
        member(.matches, [.string, .string], .bool),
        global(.matches, [.string, .string], .bool),
        member(.charAt, [.string, .int], .string),
        member(.indexOf, [.string, .string], .int),
        member(.indexOf, [.string, .string, .int], .int),
        member(.lastIndexOf, [.string, .string], .int),
        member(.lastIndexOf, [.string, .string, .int], .int),
        member(.join, [.list(.string)], .string),
        member(.join, [.list(.string), .string], .string),
        member(.lowerAscii, [.string], .string),
        member(.upperAscii, [.string], .string),
        member(.replace, [.string, .string, .string], .string),
        member(.replace, [.string, .string, .string, .int], .string),
        member(.split, [.string, .string], .list(.string)),
        member(.split, [.string, .string, .int], .list(.string)),
        member(.substring, [.string, .int], .string),
        member(.substring, [.string, .int, .int], .string),
        member(.trim, [.string], .string),
        member(.reverse, [.string], .string),
        member(.format, [.string, .list(.dynamic)], .string),
        global(.quote, [.string], .string),
        global(.base64Encode, [.bytes], .string),
        global(.base64Decode, [.string], .bytes),
    ]

    private static let times: [Overload] = {
        let fields: [Function] = [
            .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours,
            .getMilliseconds, .getMinutes, .getMonth, .getSeconds,
        ]
        let parts: [Function] = [.getHours, .getMilliseconds, .getMinutes, .getSeconds]
        return fields.map { member($0, [.timestamp], .int) }
            + fields.map { member($0, [.timestamp, .string], .int) }
            + parts.map { member($0, [.duration], .int) }
    }()

    private static let numbers: [Overload] = {
        let numeric: [ExpressionType] = [.int, .uint, .double]
        let integers: [ExpressionType] = [.int, .uint]
        var list: [Overload] = []
        // Of any number of arguments: the checker has its own rule for these two.
        list += [global(.greatest, [], .dynamic), global(.least, [], .dynamic)]
        for function in [Function.ceiling, .floor, .round, .truncate] {
            list.append(global(function, [.double], .double))
        }
        for function in [Function.isNaN, .isInfinite, .isFinite] {
            list.append(global(function, [.double], .bool))
        }
        for function in [Function.magnitude, .sign] {
            list += numeric.map { global(function, [$0], $0) }
        }
        list += numeric.map { global(.squareRoot, [$0], .double) }
        for function in [Function.bitAnd, .bitOr, .bitXor] {
            list += integers.map { global(function, [$0, $0], $0) }
        }
        list += integers.map { global(.bitNot, [$0], $0) }
        for function in [Function.bitShiftLeft, .bitShiftRight] {
            list += integers.map { global(function, [$0, .int], $0) }
        }
        return list
    }()

    private static let others: [Overload] = {
        let sized: [ExpressionType] = [
            .string, .bytes, .list(anyType), .map(anyType, otherType),
        ]
        let optional = ExpressionType.optional(anyType)
        return sized.map { global(.size, [$0], .int) } + sized.map { member(.size, [$0], .int) }
            + [
                global(.optionalOf, [anyType], optional),
                global(.optionalOfNonZeroValue, [anyType], optional),
                global(.optionalNone, [], optional),
                global(.optionalUnwrap, [.list(optional)], .list(anyType)),
                member(.unwrapOpt, [.list(optional)], .list(anyType)),
                member(.hasValue, [optional], .bool),
                member(.value, [optional], anyType),
                member(.or, [optional, optional], optional),
                member(.orValue, [optional, anyType], anyType),
            ]
    }()
}
