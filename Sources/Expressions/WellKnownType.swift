/// The messages of google.protobuf that are values of the language when written as literals.
enum WellKnownType: String, Sendable {
    case boolValue = "google.protobuf.BoolValue"
    case bytesValue = "google.protobuf.BytesValue"
    case doubleValue = "google.protobuf.DoubleValue"
    case floatValue = "google.protobuf.FloatValue"
    case int32Value = "google.protobuf.Int32Value"
    case int64Value = "google.protobuf.Int64Value"
    case stringValue = "google.protobuf.StringValue"
    case uint32Value = "google.protobuf.UInt32Value"
    case uint64Value = "google.protobuf.UInt64Value"
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case value = "google.protobuf.Value"
    case structure = "google.protobuf.Struct"
    case listValue = "google.protobuf.ListValue"

    /// Its fields and what they take.
    var fields: [String: ExpressionType] {
        switch self {
        case .boolValue: ["value": .bool]
        case .bytesValue: ["value": .bytes]
        case .doubleValue, .floatValue: ["value": .double]
        case .int32Value, .int64Value: ["value": .int]
        case .stringValue: ["value": .string]
        case .uint32Value, .uint64Value: ["value": .uint]
        case .timestamp, .duration: ["seconds": .int, "nanos": .int]
        case .value:
            [
                "null_value": .dynamic, "number_value": .double, "string_value": .string,
                "bool_value": .bool, "struct_value": .map(.string, .dynamic),
                "list_value": .list(.dynamic),
            ]
        case .structure: ["fields": .map(.string, .dynamic)]
        case .listValue: ["values": .list(.dynamic)]
        }
    }

    /// The type of a literal.
    var type: ExpressionType {
        switch self {
        case .boolValue: .nullable(.bool)
        case .bytesValue: .nullable(.bytes)
        case .doubleValue, .floatValue: .nullable(.double)
        case .int32Value, .int64Value: .nullable(.int)
        case .stringValue: .nullable(.string)
        case .uint32Value, .uint64Value: .nullable(.uint)
        case .timestamp: .timestamp
        case .duration: .duration
        case .value: .dynamic
        case .structure: .map(.string, .dynamic)
        case .listValue: .list(.dynamic)
        }
    }

    /// The value of a literal with these fields.
    func value(_ fields: [(name: String, value: Value)]) throws(Fault) -> Value {
        switch self {
        case .timestamp, .duration: return try time(fields)
        case .value:
            guard fields.count <= 1 else {
                throw Fault(.invalidArgument, "\(rawValue) has one of its fields")
            }
            guard let field = fields.first else { return .null }
            return field.name == "null_value" ? .null : try taken(field.name, field.value)
        default:
            guard let field = fields.first else { return emptyValue }
            return try taken(field.name, field.value)
        }
    }

    private var emptyValue: Value {
        switch self {
        case .boolValue: .bool(false)
        case .bytesValue: .bytes([])
        case .doubleValue, .floatValue: .double(0)
        case .int32Value, .int64Value: .int(0)
        case .stringValue: .string("")
        case .uint32Value, .uint64Value: .uint(0)
        case .structure: .map(ValueMap())
        case .listValue: .list([])
        case .timestamp, .duration, .value: .null
        }
    }

    /// A field's value in the range of the message's own type.
    private func taken(_ name: String, _ value: Value) throws(Fault) -> Value {
        let isInRange =
            switch (self, value) {
            case (.int32Value, .int(let number)): Int32(exactly: number) != nil
            case (.uint32Value, .uint(let number)): UInt32(exactly: number) != nil
            default: true
            }
        guard isInRange else { throw Fault(.overflow, "range error: \(name) of \(rawValue)") }
        guard self == .floatValue, case .double(let number) = value else { return value }
        return .double(Double(Float(number)))
    }

    private func time(_ fields: [(name: String, value: Value)]) throws(Fault) -> Value {
        var seconds: Int64 = 0
        var nanos: Int64 = 0
        for field in fields {
            guard case .int(let number) = field.value else {
                throw Fault(.invalidArgument, "\(field.name) of \(rawValue) is no int")
            }
            if field.name == "seconds" { seconds = number } else { nanos = number }
        }
        if self == .timestamp {
            guard let small = Int32(exactly: nanos),
                let value = Timestamp(seconds: seconds, nanos: small)
            else { throw Fault(.overflow, "range error: timestamp") }
            return .timestamp(value)
        }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = whole.addingReportingOverflow(nanos)
        guard !overflow, !carried else { throw Fault(.overflow, "range error: duration") }
        return .duration(nanos: sum)
    }
}
