extension Value: CustomStringConvertible {
    /// As a literal of the language would be written; times and durations with their function.
    public var description: String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return "\(number)u"
        case .double(let number):
            guard number.isFinite else { return "double('\(NumberText.plain(number))')" }
            let text = NumberText.shortest(number)
            return text.contains { $0 == "." || $0 == "e" } ? text : text + ".0"
        case .string(let text): return TextFunctions.quoted(text)
        case .bytes(let bytes):
            let escaped = bytes.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return "b\"\(escaped.joined())\""
        case .list(let list): return "[" + list.map(\.description).joined(separator: ", ") + "]"
        case .map(let map):
            let entries = zip(map.keys, map.values).map { "\($0): \($1)" }
            return "{" + entries.joined(separator: ", ") + "}"
        case .timestamp(let time): return "timestamp('\(time.text)')"
        case .duration(let nanos): return "duration('\(DurationText.text(nanos))')"
        case .type(let type): return type.name
        case .optional(let inner):
            return inner.map { "optional.of(\($0))" } ?? "optional.none()"
        }
    }
}
