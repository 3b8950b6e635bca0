/// Conversions between the types: exact in range, a fault outside.
enum Conversions {
    static func convert(_ function: Function, _ value: Value) throws(Fault) -> Value {
        switch function {
        case .dyn: return value
        case .type: return .type(value.type)
        case .bool: return try bool(value)
        case .bytes: return try bytes(value)
        case .double: return try double(value)
        case .int: return try int(value)
        case .uint: return try uint(value)
        case .string: return try string(value)
        case .timestamp: return try timestamp(value)
        case .duration: return try duration(value)
        default: throw .overload(function.rawValue, [value])
        }
    }

    private static func malformed(_ text: String, _ type: String) -> Fault {
        Fault(.invalidArgument, "'\(text.prefix(64))' is no \(type)")
    }

    private static func range(_ type: String) -> Fault { Fault(.overflow, "range error: \(type)") }

    private static func bool(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .bool: return value
        case .string(let text):
            switch text {
            case "1", "t", "T", "true", "TRUE", "True": return .bool(true)
            case "0", "f", "F", "false", "FALSE", "False": return .bool(false)
            default: throw malformed(text, "bool")
            }
        default: throw .overload("bool", [value])
        }
    }

    private static func bytes(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .bytes: return value
        case .string(let text): return .bytes(Array(text.utf8))
        default: throw .overload("bytes", [value])
        }
    }

    private static func double(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            guard let number = Double(text), !text.utf8.contains(where: { $0 | 0x20 == 0x78 })
            else { throw malformed(text, "double") }
            let isNamed = text.contains { "iInN".contains($0) }
            guard number.isFinite || isNamed else { throw range("double") }
            return .double(number)
        default: throw .overload("double", [value])
        }
    }

    private static func int(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let exact = Int64(exactly: number) else { throw range("int") }
            return .int(exact)
        case .double(let number):
            // Both ends are left out: they are where doubles stop being exact.
            guard number > -0x1p63, number < 0x1p63 else { throw range("int") }
            return .int(Int64(number))
        case .string(let text):
            guard let number = Int64(text) else { throw malformed(text, "int") }
            return .int(number)
        case .timestamp(let time): return .int(time.seconds)
        default: throw .overload("int", [value])
        }
    }

    private static func uint(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let exact = UInt64(exactly: number) else { throw range("uint") }
            return .uint(exact)
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw range("uint") }
            return .uint(UInt64(number))
        case .string(let text):
            guard text.utf8.first?.decimalDigit != nil, let number = UInt64(text) else {
                throw malformed(text, "uint")
            }
            return .uint(number)
        default: throw .overload("uint", [value])
        }
    }

    private static func string(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .string: return value
        case .bool(let value): return .string(value ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(NumberText.shortest(number))
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Fault(.invalidArgument, "invalid UTF-8 in bytes")
            }
            return .string(text)
        case .timestamp(let time): return .string(time.text)
        case .duration(let nanos): return .string(DurationText.text(nanos))
        default: throw .overload("string", [value])
        }
    }

    private static func timestamp(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            guard let time = Timestamp(seconds: seconds) else { throw range("timestamp") }
            return .timestamp(time)
        case .string(let text):
            guard let time = Timestamp(text: text) else { throw malformed(text, "timestamp") }
            return .timestamp(time)
        default: throw .overload("timestamp", [value])
        }
    }

    private static func duration(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .duration: return value
        case .string(let text):
            do {
                return .duration(nanos: try DurationText.nanos(text))
            } catch {
                throw error == .outOfRange ? range("duration") : malformed(text, "duration")
            }
        default: throw .overload("duration", [value])
        }
    }
}
