/// `format`: conversions such as %s, %d and %.3f, each of the next value of a list.
///
/// Source: the strings extension of the CEL specification.
struct TextFormat {
    /// Digits after the point: more carry no information of a double.
    private static let precisionMax = 1_000

    private let scalars: [Unicode.Scalar]
    private let values: [Value]
    private var index = 0
    private var valueIndex = 0

    static func format(_ text: String, _ values: [Value]) throws(Fault) -> String {
        var format = TextFormat(scalars: Array(text.unicodeScalars), values: values)
        return try format.run()
    }

    private init(scalars: [Unicode.Scalar], values: [Value]) {
        self.scalars = scalars
        self.values = values
    }

    private static func problem(_ what: String) -> Fault {
        Fault(.invalidArgument, "error during formatting: \(what)")
    }

    private mutating func run() throws(Fault) -> String {
        var result = String.UnicodeScalarView()
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar != "%" {
                result.append(scalar)
            } else if index < scalars.count, scalars[index] == "%" {
                index += 1
                result.append("%")
            } else {
                result.append(contentsOf: try clause().unicodeScalars)
            }
        }
        return String(result)
    }

    /// One conversion, the percent sign read.
    private mutating func clause() throws(Fault) -> String {
        let precision = try precision()
        guard index < scalars.count else { throw Self.problem("it ends with a percent sign") }
        let verb = scalars[index]
        index += 1
        guard "sdfebxXo".unicodeScalars.contains(verb) else {
            throw Self.problem("unrecognized formatting clause \"\(verb)\"")
        }
        guard valueIndex < values.count else {
            throw Self.problem("index \(valueIndex) out of range")
        }
        let value = values[valueIndex]
        valueIndex += 1
        switch verb {
        case "s": return try Self.text(value)
        case "d": return try decimal(value)
        case "f": return try fixed(value, precision ?? 6)
        case "e": return try scientific(value, precision ?? 6)
        case "b": return try binary(value)
        case "o": return try octal(value)
        default: return try hexadecimal(value, isUpper: verb == "X")
        }
    }

    private mutating func precision() throws(Fault) -> Int? {
        guard index < scalars.count, scalars[index] == "." else { return nil }
        index += 1
        var value: Int?
        while index < scalars.count, scalars[index].isASCII,
            let digit = UInt8(scalars[index].value).decimalDigit
        {
            value = min((value ?? 0) * 10 + digit, Self.precisionMax + 1)
            index += 1
        }
        guard let value, value <= Self.precisionMax else {
            throw Self.problem("not a precision up to \(Self.precisionMax)")
        }
        return value
    }

    /// %s: every value that has a text.
    private static func text(_ value: Value) throws(Fault) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return NumberText.plain(number)
        case .string(let text): return text
        case .bytes(let bytes): return repaired(bytes)
        case .duration(let nanos): return DurationText.text(nanos)
        case .timestamp(let time): return time.text
        case .type(let type): return type.name
        case .list(let list):
            var parts: [String] = []
            for element in list { parts.append(try text(element)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var entries: [(key: String, text: String)] = []
            for (key, value) in zip(map.keys, map.values) {
                let name = try text(key)
                entries.append((name, "\(name): \(try text(value))"))
            }
            entries.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return "{" + entries.map(\.text).joined(separator: ", ") + "}"
        case .optional:
            throw problem(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, "
                    + "lists, types, durations, and timestamps, was given \(value.type.name)")
        }
    }

    /// Bytes as text; each run of what is no UTF-8 becomes one replacement character.
    private static func repaired(_ bytes: [UInt8]) -> String {
        var result = String.UnicodeScalarView()
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var lastWasError = false
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                result.append(scalar)
                lastWasError = false
            case .error:
                if !lastWasError { result.append("\u{fffd}") }
                lastWasError = true
            case .emptyInput: return String(result)
            }
        }
    }

    private func decimal(_ value: Value) throws(Fault) -> String {
        switch value {
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return NumberText.plain(number)
        default:
            throw Self.problem(
                "decimal clause can only be used on integers, was given \(value.type.name)")
        }
    }

    private func binary(_ value: Value) throws(Fault) -> String {
        switch value {
        case .bool(let value): return value ? "1" : "0"
        case .int(let number): return String(number, radix: 2)
        case .uint(let number): return String(number, radix: 2)
        default:
            throw Self.problem(
                "only integers and bools can be formatted as binary, was given \(value.type.name)")
        }
    }

    private func octal(_ value: Value) throws(Fault) -> String {
        switch value {
        case .int(let number): return String(number, radix: 8)
        case .uint(let number): return String(number, radix: 8)
        default:
            throw Self.problem(
                "octal clause can only be used on integers, was given \(value.type.name)")
        }
    }

    private func hexadecimal(_ value: Value, isUpper: Bool) throws(Fault) -> String {
        func digits(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map {
                ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper)
            }.joined()
        }
        switch value {
        case .int(let number): return String(number, radix: 16, uppercase: isUpper)
        case .uint(let number): return String(number, radix: 16, uppercase: isUpper)
        case .string(let text): return digits(text.utf8)
        case .bytes(let bytes): return digits(bytes)
        default:
            throw Self.problem(
                "only integers, byte buffers, and strings can be formatted as hex, was given "
                    + value.type.name)
        }
    }

    private func fixed(_ value: Value, _ precision: Int) throws(Fault) -> String {
        guard let number = Self.exact(value) else {
            throw Self.problem(
                "fixed-point clause can only be used on doubles, was given \(value.type.name)")
        }
        return number.fixed(precision)
    }

    private func scientific(_ value: Value, _ precision: Int) throws(Fault) -> String {
        guard let number = Self.exact(value) else {
            throw Self.problem(
                "scientific clause can only be used on doubles, was given \(value.type.name)")
        }
        return number.scientific(precision)
    }

    private static func exact(_ value: Value) -> ExactDecimal? {
        switch value {
        case .int(let number): ExactDecimal(Double(number))
        case .uint(let number): ExactDecimal(Double(number))
        case .double(let number): ExactDecimal(number)
        default: nil
        }
    }
}
