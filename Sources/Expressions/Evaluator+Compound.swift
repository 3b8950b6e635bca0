extension Evaluator {
    func select(_ operand: Value, _ field: String, isOptional: Bool) throws(Fault) -> Value {
        switch operand {
        case .map(let map):
            let found = map[.string(field)]
            if isOptional { return .optional(found) }
            guard let found else { throw Fault(.noSuchKey, "no such key: '\(field)'") }
            return found
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return try select(inner, field, isOptional: true)
        default:
            throw Fault(
                .noSuchOverload, "no such overload: field '\(field)' of \(operand.type.name)")
        }
    }

    func has(_ operand: Value, _ field: String) throws(Fault) -> Value {
        switch operand {
        case .map(let map): return .bool(map.hasKey(.string(field)))
        case .optional(let inner):
            guard let inner else { return .bool(false) }
            return try has(inner, field)
        default:
            throw Fault(
                .noSuchOverload, "no such overload: field '\(field)' of \(operand.type.name)")
        }
    }

    func index(_ container: Value, _ key: Value, isOptional: Bool) throws(Fault) -> Value {
        switch container {
        case .map(let map):
            let found = map[key]
            if isOptional { return .optional(found) }
            guard let found else { throw Fault(.noSuchKey, "no such key") }
            return found
        case .list(let list):
            guard let position = Self.position(key) else {
                throw Fault(
                    .invalidArgument, "a list has no index of type \(key.type.name)")
            }
            let found = list.indices.contains(position) ? list[position] : nil
            if isOptional { return .optional(found) }
            guard let found else {
                throw Fault(
                    .invalidArgument, "index \(position) is not within \(list.count) elements")
            }
            return found
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return try index(inner, key, isOptional: true)
        default:
            throw Fault(.noSuchOverload, "no such overload: \(container.type.name)[_]")
        }
    }

    /// A list's index from a number of any type that is whole.
    private static func position(_ key: Value) -> Int? {
        switch key {
        case .int(let value): Int(value)
        case .uint(let value): Int(exactly: value) ?? .max
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    mutating func list(_ elements: [Program.Element]) throws(Fault) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try evaluate(element.value)
            if let present = try present(value, element.isOptional) { values.append(present) }
        }
        return .list(values)
    }

    mutating func map(_ entries: [Program.Entry]) throws(Fault) -> Value {
        var map = ValueMap()
        for entry in entries {
            let key = try evaluate(entry.key)
            let value = try evaluate(entry.value)
            guard let present = try present(value, entry.isOptional) else { continue }
            try insert(present, at: key, into: &map)
        }
        return .map(map)
    }

    func insert(_ value: Value, at key: Value, into map: inout ValueMap) throws(Fault) {
        guard map.insert(value, at: key) else {
            switch key {
            case .bool, .int, .uint, .string:
                throw Fault(.duplicateKey, "Failed with repeated key")
            default: throw Fault(.noSuchOverload, "unsupported key type: \(key.type.name)")
            }
        }
    }

    mutating func message(_ type: WellKnownType, _ fields: [Program.Field])
        throws(Fault) -> Value
    {
        var values: [(name: String, value: Value)] = []
        for field in fields {
            let value = try evaluate(field.value)
            if let present = try present(value, field.isOptional) {
                values.append((field.name, present))
            }
        }
        return try type.value(values)
    }

    /// The value itself, or behind `?` what its optional holds.
    private func present(_ value: Value, _ isOptional: Bool) throws(Fault) -> Value? {
        guard isOptional else { return value }
        guard case .optional(let inner) = value else {
            throw Fault(.noSuchOverload, "no such overload: no optional behind '?'")
        }
        return inner
    }
}
