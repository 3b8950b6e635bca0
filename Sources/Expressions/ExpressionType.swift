/// What the checker knows of a value before it exists.
public indirect enum ExpressionType: Hashable, Sendable {
    /// Known only when the expression runs.
    case dynamic
    case null, bool, int, uint, double, string, bytes, timestamp, duration
    case list(ExpressionType)
    case map(ExpressionType, ExpressionType)
    case optional(ExpressionType)
    /// The type of a type's name.
    case type(ExpressionType)
    /// A number, string, bytes or bool that may be null.
    case nullable(ExpressionType)
    /// A variable of a generic function, or of an empty list's elements.
    case parameter(Int)

    /// As errors write it.
    public var name: String {
        switch self {
        case .dynamic: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: ValueType.timestamp.name
        case .duration: ValueType.duration.name
        case .list(let element): "list(\(element.name))"
        case .map(let key, let value): "map(\(key.name), \(value.name))"
        case .optional(let element): "optional_type(\(element.name))"
        case .type(let element): "type(\(element.name))"
        case .nullable(let element): "wrapper(\(element.name))"
        case .parameter: "any"
        }
    }

    /// The type that a value's own type allows to be known.
    init(_ type: ValueType) {
        switch type {
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .list: self = .list(.dynamic)
        case .map: self = .map(.dynamic, .dynamic)
        case .timestamp: self = .timestamp
        case .duration: self = .duration
        case .type: self = .type(.dynamic)
        case .optional: self = .optional(.dynamic)
        }
    }

    /// Whether values of the type can be keys of a map.
    var canBeKey: Bool {
        switch self {
        case .bool, .int, .uint, .string, .dynamic, .parameter: true
        default: false
        }
    }

    var isNumeric: Bool { self == .int || self == .uint || self == .double }
}
