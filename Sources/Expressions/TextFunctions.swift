/// Functions of strings. Positions count code points.
enum TextFunctions {
    static func apply(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch function {
        case .join: return try join(values)
        case .format:
            guard values.count == 2, case .string(let text) = values[0],
                case .list(let list) = values[1]
            else { throw .overload("format", values) }
            return .string(try TextFormat.format(text, list))
        default: break
        }
        guard case .string(let text) = values.first else {
            throw .overload(function.rawValue, values)
        }
        let rest = values.dropFirst()
        let found: Value? =
            switch rest.count {
            case 0: changed(function, text)
            case 1: try one(function, text, values[1])
            default: try several(function, text, values)
            }
        guard let found else { throw .overload(function.rawValue, values) }
        return found
    }

    private static func changed(_ function: Function, _ text: String) -> Value? {
        switch function {
        case .lowerAscii: .string(mapped(text, 0x41...0x5a))
        case .upperAscii: .string(mapped(text, 0x61...0x7a))
        case .trim: .string(trimmed(text))
        case .reverse:
            .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
        case .quote: .string(quoted(text))
        default: nil
        }
    }

    private static func one(_ function: Function, _ text: String, _ argument: Value)
        throws(Fault) -> Value?
    {
        switch (function, argument) {
        case (.contains, .string(let part)):
            return .bool(
                TextSearch.first(Array(part.utf8), in: Array(text.utf8), from: 0) != nil)
        case (.startsWith, .string(let part)): return .bool(text.utf8.starts(with: part.utf8))
        case (.endsWith, .string(let part)):
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case (.matches, .string(let pattern)):
            let limits = ExpressionLimits()
            return .bool(try Pattern(pattern, bytesMax: limits.patternBytesMax).matches(text))
        case (.charAt, .int(let position)):
            let scalars = Array(text.unicodeScalars)
            let place = try index(position, scalars.count)
            return .string(place == scalars.count ? "" : string(scalars[place...place]))
        case (.indexOf, .string(let part)):
            return .int(TextSearch.position(of: part, in: text, from: 0))
        case (.lastIndexOf, .string(let part)):
            return .int(TextSearch.lastPosition(of: part, in: text, upTo: nil))
        case (.split, .string(let separator)): return .list(split(text, separator, nil))
        case (.substring, .int(let start)):
            let scalars = Array(text.unicodeScalars)
            return .string(string(scalars[try index(start, scalars.count)...]))
        default: return nil
        }
    }

    private static func several(_ function: Function, _ text: String, _ values: [Value])
        throws(Fault) -> Value?
    {
        switch (function, values.count, values[1], values[2]) {
        case (.indexOf, 3, .string(let part), .int(let start)):
            let place = try index(start, text.unicodeScalars.count)
            return .int(TextSearch.position(of: part, in: text, from: place))
        case (.lastIndexOf, 3, .string(let part), .int(let end)):
            let place = try index(end, text.unicodeScalars.count)
            return .int(TextSearch.lastPosition(of: part, in: text, upTo: place))
        case (.split, 3, .string(let separator), .int(let limit)):
            return .list(split(text, separator, limit))
        case (.substring, 3, .int(let start), .int(let end)):
            let scalars = Array(text.unicodeScalars)
            let low = try index(start, scalars.count)
            let high = try index(end, scalars.count)
            guard low <= high else {
                throw Fault(.invalidArgument, "invalid substring range: \(low) to \(high)")
            }
            return .string(string(scalars[low..<high]))
        case (.replace, 3, .string(let old), .string(let new)):
            return .string(replaced(text, old, new, nil))
        case (.replace, 4, .string(let old), .string(let new)):
            guard case .int(let limit) = values[3] else { return nil }
            return .string(replaced(text, old, new, limit))
        default: return nil
        }
    }

    private static func join(_ values: [Value]) throws(Fault) -> Value {
        var separator = ""
        if values.count == 2, case .string(let text) = values[1] {
            separator = text
        } else if values.count != 1 {
            throw .overload("join", values)
        }
        guard case .list(let list) = values.first else { throw .overload("join", values) }
        var parts: [String] = []
        for element in list {
            guard case .string(let part) = element else { throw .overload("join", [element]) }
            parts.append(part)
        }
        return .string(parts.joined(separator: separator))
    }

    /// A position from 0 to the text's length, both included.
    private static func index(_ position: Int64, _ count: Int) throws(Fault) -> Int {
        guard (0...Int64(count)).contains(position) else {
            throw Fault(.invalidArgument, "index out of range: \(position)")
        }
        return Int(position)
    }

    static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    /// The text with the other case for ASCII letters in a range.
    private static func mapped(_ text: String, _ range: ClosedRange<UInt8>) -> String {
        String(
            decoding: text.utf8.map { range.contains($0) ? $0 ^ 0x20 : $0 }, as: UTF8.self)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return string(scalars[start...end])
    }

    /// Between double quotes, with escapes for what does not print on a line.
    static func quoted(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\u{07}": "\\a", "\u{08}": "\\b", "\u{0c}": "\\f", "\n": "\\n", "\r": "\\r",
            "\t": "\\t", "\u{0b}": "\\v", "\\": "\\\\", "\"": "\\\"",
        ]
        var result = String.UnicodeScalarView()
        result.append("\"")
        for scalar in text.unicodeScalars {
            if let escape = escapes[scalar] {
                result.append(contentsOf: escape.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        result.append("\"")
        return String(result)
    }

    private static func split(_ text: String, _ separator: String, _ limit: Int64?) -> [Value] {
        let limit = limit.map { $0 < 0 ? Int64.max : $0 } ?? .max
        guard limit > 0 else { return [] }
        guard limit > 1 else { return [.string(text)] }
        if separator.isEmpty {
            let scalars = Array(text.unicodeScalars)
            let singles = min(scalars.count, limit == .max ? scalars.count : Int(limit) - 1)
            var parts = scalars[..<singles].map { Value.string(String($0)) }
            if singles < scalars.count { parts.append(.string(string(scalars[singles...]))) }
            return parts
        }
        return TextSearch.pieces(text, separator, cutsMax: limit - 1).map(Value.string)
    }

    private static func replaced(
        _ text: String, _ old: String, _ new: String, _ limit: Int64?
    ) -> String {
        let limit = limit.map { $0 < 0 ? Int64.max : $0 } ?? .max
        guard old.isEmpty else {
            return TextSearch.pieces(text, old, cutsMax: limit).joined(separator: new)
        }
        // An empty text is found before every code point and at the end.
        var result = ""
        var left = limit
        for scalar in text.unicodeScalars {
            if left > 0 {
                result += new
                left -= 1
            }
            result.unicodeScalars.append(scalar)
        }
        return left > 0 ? result + new : result
    }
}
