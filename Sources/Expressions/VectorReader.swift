import Foundation

/// Reads one conformance case from its JSON object.
enum VectorReader {
    typealias Problem = VectorSuite.Problem

    static func entry(_ object: [String: Any]) -> VectorSuite.Entry {
        do throws(Problem) {
            return .readable(try read(object))
        } catch {
            return .unreadable(
                name: object["name"] as? String ?? "-", section: section(object),
                problem: "\(error)")
        }
    }

    private static func section(_ object: [String: Any]) -> String {
        "\(object["file"] as? String ?? "-")/\(object["section"] as? String ?? "-")"
    }

    static func read(_ object: [String: Any]) throws(Problem) -> VectorSuite.Case {
        guard let name = object["name"] as? String, let source = object["expr"] as? String else {
            throw Problem("a case without name or expr")
        }
        var environment = ExpressionEnvironment()
        environment.refusesBadConstants = false
        environment.container = object["container"] as? String ?? ""
        var declared: Set<String> = []
        var row = ValueRow([])
        let bindings = object["bindings"] as? [String: [String: Any]] ?? [:]
        func declare(_ name: String, _ type: ExpressionType) throws(Problem) {
            guard declared.insert(name).inserted else { return }
            environment.declare(name, .value(type), slot: row.values.count)
            let value = bindings[name]?["value"] as? [String: Any]
            row.values.append(try value.map { (json) throws(Problem) in try Self.value(json) })
        }
        for entry in object["typeEnv"] as? [[String: Any]] ?? [] {
            // Functions are declared without being there: calling one is an error either way.
            guard let name = entry["name"] as? String,
                let ident = entry["ident"] as? [String: Any],
                let type = ident["type"] as? [String: Any]
            else { continue }
            try declare(name, try self.type(type))
        }
        for name in bindings.keys.sorted() { try declare(name, .dynamic) }
        return VectorSuite.Case(
            name: name,
            section: section(object),
            source: source, environment: environment, row: row,
            isChecked: !(object["disableCheck"] as? Bool ?? false),
            expectation: try expectation(object))
    }

    private static func expectation(_ object: [String: Any]) throws(Problem)
        -> VectorSuite.Expectation
    {
        if object["evalError"] != nil || object["anyEvalErrors"] != nil { return .error }
        if let json = object["value"] as? [String: Any] { return .value(try value(json)) }
        if let typed = object["typedResult"] as? [String: Any],
            let json = typed["result"] as? [String: Any]
        {
            return .value(try value(json))
        }
        return .value(.bool(true))
    }

    /// A google.api.expr.Value: one member that names the type.
    static func value(_ json: [String: Any]) throws(Problem) -> Value {
        guard let (kind, content) = json.first, json.count == 1 else {
            throw Problem("a value with \(json.count) types")
        }
        switch (kind, content) {
        case ("nullValue", _): return .null
        case ("boolValue", let value as Bool): return .bool(value)
        case ("int64Value", _):
            guard let number = Int64("\(content)") else { break }
            return .int(number)
        case ("uint64Value", _):
            guard let number = UInt64("\(content)") else { break }
            return .uint(number)
        case ("doubleValue", let text as String):
            guard let number = Double(text) else { break }
            return .double(number)
        case ("doubleValue", let number as NSNumber): return .double(number.doubleValue)
        case ("stringValue", let text as String): return .string(text)
        case ("bytesValue", let text as String):
            guard let bytes = Base64.decoded(text) else { break }
            return .bytes(bytes)
        case ("typeValue", let name as String):
            guard let type = ValueType(rawValue: name) else { break }
            return .type(type)
        case ("enumValue", let object as [String: Any]):
            return .int(Int64("\(object["value"] ?? 0)") ?? 0)
        case ("listValue", let object as [String: Any]): return try list(object)
        case ("mapValue", let object as [String: Any]): return try map(object)
        case ("objectValue", let object as [String: Any]): return try message(object)
        default: break
        }
        throw Problem("not a value: \(kind) \(content)")
    }

    private static func list(_ object: [String: Any]) throws(Problem) -> Value {
        var values: [Value] = []
        for json in object["values"] as? [[String: Any]] ?? [] {
            values.append(try value(json))
        }
        return .list(values)
    }

    private static func map(_ object: [String: Any]) throws(Problem) -> Value {
        var map = ValueMap()
        for entry in object["entries"] as? [[String: Any]] ?? [] {
            guard let key = entry["key"] as? [String: Any],
                let json = entry["value"] as? [String: Any]
            else { throw Problem("an entry without key or value") }
            guard map.insert(try value(json), at: try value(key)) else {
                throw Problem("an entry's key is there twice, or can be none")
            }
        }
        return .map(map)
    }

    /// A message of google.protobuf in JSON, its type beside its value.
    private static func message(_ object: [String: Any]) throws(Problem) -> Value {
        let name = (object["@type"] as? String ?? "").split(separator: "/").last ?? ""
        let content = object["value"]
        switch (WellKnownType(rawValue: String(name)), content) {
        case (.timestamp, let text as String):
            guard let time = Timestamp(text: text) else { break }
            return .timestamp(time)
        case (.duration, let text as String):
            guard let nanos = try? DurationText.nanos(text) else { break }
            return .duration(nanos: nanos)
        case (.boolValue, let value as Bool): return .bool(value)
        case (.stringValue, let text as String): return .string(text)
        case (.bytesValue, let text as String):
            return .bytes(Base64.decoded(text) ?? [])
        case (.int32Value, _), (.int64Value, _):
            return .int(Int64("\(content ?? 0)") ?? 0)
        case (.uint32Value, _), (.uint64Value, _):
            return .uint(UInt64("\(content ?? 0)") ?? 0)
        case (.doubleValue, let number as NSNumber), (.floatValue, let number as NSNumber):
            return .double(number.doubleValue)
        case (.value, let any?), (.structure, let any?), (.listValue, let any?):
            return try plain(any)
        default: break
        }
        throw Problem("not a message of google.protobuf: \(name)")
    }

    /// JSON as the language sees it.
    private static func plain(_ json: Any) throws(Problem) -> Value {
        switch json {
        case is NSNull: return .null
        case let number as NSNumber:
            // A bool is an NSNumber too, and every 0 and 1 could be a bool: the text tells.
            let text = try? JSONSerialization.data(withJSONObject: [number])
            switch String(decoding: text ?? Data(), as: UTF8.self) {
            case "[true]": return .bool(true)
            case "[false]": return .bool(false)
            default: return .double(number.doubleValue)
            }
        case let text as String: return .string(text)
        case let array as [Any]:
            var values: [Value] = []
            for element in array { values.append(try plain(element)) }
            return .list(values)
        case let object as [String: Any]:
            var map = ValueMap()
            for key in object.keys.sorted() {
                guard let value = object[key] else { continue }
                _ = map.insert(try plain(value), at: .string(key))
            }
            return .map(map)
        default: throw Problem("not JSON: \(json)")
        }
    }

    /// A type of google.api.expr.
    static func type(_ json: [String: Any]) throws(Problem) -> ExpressionType {
        if let name = json["primitive"] as? String, let type = primitive(name) { return type }
        if let name = json["wrapper"] as? String, let type = primitive(name) {
            return .nullable(type)
        }
        if let name = json["wellKnown"] as? String {
            switch name {
            case "TIMESTAMP": return .timestamp
            case "DURATION": return .duration
            default: return .dynamic
            }
        }
        if json["null"] != nil { return .null }
        if let list = json["listType"] as? [String: Any] {
            return .list(try list["elemType"].map(type(of:)) ?? .dynamic)
        }
        if let map = json["mapType"] as? [String: Any] {
            return .map(
                try map["keyType"].map(type(of:)) ?? .dynamic,
                try map["valueType"].map(type(of:)) ?? .dynamic)
        }
        if let abstract = json["abstractType"] as? [String: Any],
            abstract["name"] as? String == "optional_type"
        {
            let inner = (abstract["parameterTypes"] as? [Any])?.first
            return .optional(try inner.map(type(of:)) ?? .dynamic)
        }
        return .dynamic
    }

    private static func type(of json: Any) throws(Problem) -> ExpressionType {
        try type(json as? [String: Any] ?? [:])
    }

    private static func primitive(_ name: String) -> ExpressionType? {
        switch name {
        case "BOOL": .bool
        case "INT64": .int
        case "UINT64": .uint
        case "DOUBLE": .double
        case "STRING": .string
        case "BYTES": .bytes
        default: nil
        }
    }
}
