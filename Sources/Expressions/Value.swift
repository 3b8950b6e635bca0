/// A value of the expression language.
///
/// Strings are sequences of code points: they are equal, and ordered, by their UTF-8 bytes, never
/// by canonical equivalence as Swift compares strings.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case timestamp(Timestamp)
    case duration(nanos: Int64)
    case type(ValueType)
    indirect case optional(Value?)

    /// What `type(x)` gives.
    public var type: ValueType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .optional: .optional
        }
    }

    /// True for what `optional.ofNonZeroValue` turns into nothing.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let value): value.isEmpty
        case .bytes(let value): value.isEmpty
        case .list(let value): value.isEmpty
        case .map(let value): value.count == 0
        case .timestamp(let value): value.seconds == 0 && value.nanos == 0
        case .duration(let nanos): nanos == 0
        case .type: false
        case .optional(let value): value == nil
        }
    }
}

/// The type of a value while an expression runs.
public enum ValueType: String, Hashable, Sendable, CaseIterable {
    case null = "null_type"
    case bool, int, uint, double, string, bytes, list, map
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case type
    case optional = "optional_type"

    /// As it is written in an expression.
    public var name: String { rawValue }
}
