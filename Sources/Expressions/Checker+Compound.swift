extension Checker {
    /// Operands of `&&` and `||`.
    mutating func bools(_ operands: [Syntax.Node]) throws(Fault) -> [Program.Node] {
        var nodes: [Program.Node] = []
        for operand in operands { nodes.append(try bool(operand)) }
        return nodes
    }

    /// A condition.
    mutating func bool(_ node: Syntax.Node) throws(Fault) -> Program.Node {
        let typed = try check(node)
        if !bindings.assign(typed.type, to: .bool), !isLenient {
            throw Fault(
                .noSuchOverload,
                "a bool should be here, this is of type \(bindings.resolved(typed.type).name)",
                offset: syntax.offsets[node])
        }
        return typed.node
    }

    mutating func conditional(
        _ condition: Syntax.Node, _ yes: Syntax.Node, _ no: Syntax.Node, at offset: Int
    ) throws(Fault) -> Typed {
        let condition = try bool(condition)
        let yes = try check(yes)
        let no = try check(no)
        let type = bindings.common(yes.type, no.type)
        guard type != nil || isLenient else {
            throw Fault(
                .noSuchOverload,
                "the two sides differ in type: \(bindings.resolved(yes.type).name) and "
                    + bindings.resolved(no.type).name, offset: offset)
        }
        return emit(
            .conditional(condition, yes.node, no.node), type ?? .dynamic, at: offset)
    }

    mutating func index(
        _ operand: Syntax.Node, _ key: Syntax.Node, _ isOptional: Bool, at offset: Int
    ) throws(Fault) -> Typed {
        let operand = try check(operand)
        let key = try check(key)
        let container = bindings.resolved(operand.type)
        let type: ExpressionType?
        if case .optional(let inner) = container {
            type = elementType(inner, key.type).map(ExpressionType.optional)
        } else {
            type = elementType(container, key.type).map { isOptional ? .optional($0) : $0 }
        }
        guard let type else {
            return try refuse(
                .noSuchOverload,
                "there is no \(container.name)[\(bindings.resolved(key.type).name)]", at: offset)
        }
        return emit(.index(operand.node, key.node, isOptional: isOptional), type, at: offset)
    }

    private mutating func elementType(_ container: ExpressionType, _ key: ExpressionType)
        -> ExpressionType?
    {
        switch bindings.resolved(container) {
        case .list(let element): bindings.assign(key, to: .int) || isLenient ? element : nil
        case .map(let keys, let value): bindings.assign(key, to: keys) || isLenient ? value : nil
        case .dynamic, .parameter: .dynamic
        default: isLenient ? .dynamic : nil
        }
    }

    mutating func list(_ elements: [Syntax.Element], at offset: Int) throws(Fault) -> Typed {
        var type: ExpressionType?
        var nodes: [Program.Element] = []
        for element in elements {
            let value = try check(element.value)
            type = bindings.joined(type, try present(value, element.isOptional, element.value))
            nodes.append(Program.Element(value: value.node, isOptional: element.isOptional))
        }
        return emit(.list(nodes), .list(type ?? bindings.fresh()), at: offset)
    }

    mutating func map(_ entries: [Syntax.Entry], at offset: Int) throws(Fault) -> Typed {
        var keyType: ExpressionType?
        var valueType: ExpressionType?
        var nodes: [Program.Entry] = []
        for entry in entries {
            let key = try check(entry.key)
            let value = try check(entry.value)
            var type = bindings.resolved(key.type)
            if !type.canBeKey {
                guard isLenient else {
                    throw Fault(
                        .noSuchOverload, "a value of type \(type.name) cannot be a key",
                        offset: syntax.offsets[entry.key])
                }
                type = .dynamic
            }
            keyType = bindings.joined(keyType, type)
            valueType = bindings.joined(
                valueType, try present(value, entry.isOptional, entry.value))
            nodes.append(
                Program.Entry(key: key.node, value: value.node, isOptional: entry.isOptional))
        }
        let type = ExpressionType.map(keyType ?? bindings.fresh(), valueType ?? bindings.fresh())
        return emit(.map(nodes), type, at: offset)
    }

    /// The type that an element, or behind `?` its optional's value, adds.
    private mutating func present(_ value: Typed, _ isOptional: Bool, _ node: Syntax.Node)
        throws(Fault) -> ExpressionType
    {
        guard isOptional else { return value.type }
        let inner = bindings.fresh()
        guard bindings.assign(value.type, to: .optional(inner)) else {
            guard isLenient else {
                throw Fault(
                    .noSuchOverload, "an optional should be behind '?'",
                    offset: syntax.offsets[node])
            }
            return .dynamic
        }
        return bindings.resolved(inner)
    }

    mutating func message(_ name: String, _ fields: [Syntax.Field], at offset: Int)
        throws(Fault) -> Typed
    {
        let found = environment.candidates(name, isRooted: false)
            .compactMap(WellKnownType.init(rawValue:)).first
        guard let message = found else {
            return try refuse(.unknownName, "unknown message '\(name)'", at: offset)
        }
        let known = message.fields
        var nodes: [Program.Field] = []
        for field in fields {
            guard let expected = known[field.name] else {
                return try refuse(
                    .unknownName, "\(name) has no field '\(field.name)'",
                    at: syntax.offsets[field.value])
            }
            let value = try check(field.value)
            let type = try present(value, field.isOptional, field.value)
            guard bindings.assign(type, to: expected) || isLenient else {
                throw Fault(
                    .noSuchOverload,
                    "\(field.name) of \(name) is of type \(expected.name), this of type "
                        + bindings.resolved(type).name, offset: syntax.offsets[field.value])
            }
            nodes.append(
                Program.Field(name: field.name, value: value.node, isOptional: field.isOptional))
        }
        return emit(.message(message, nodes), message.type, at: offset)
    }

    mutating func optionalMap(
        _ target: Syntax.Node, _ name: String, _ body: Syntax.Node, _ isFlat: Bool, at offset: Int
    ) throws(Fault) -> Typed {
        let target = try check(target)
        let inner = bindings.fresh()
        if !bindings.assign(target.type, to: .optional(inner)), !isLenient {
            throw Fault(
                .noSuchOverload, "an optional should be before the dot", offset: offset)
        }
        let (local, result) = try scoped(name, bindings.resolved(inner)) {
            (checker: inout Checker) throws(Fault) -> Typed in try checker.check(body)
        }
        var type = ExpressionType.optional(result.type)
        if isFlat {
            let flat = ExpressionType.optional(bindings.fresh())
            if !bindings.assign(result.type, to: flat), !isLenient {
                throw Fault(
                    .noSuchOverload, "optFlatMap gives an optional", offset: syntax.offsets[body])
            }
            type = bindings.resolved(flat)
        }
        return emit(
            .optionalMap(target.node, local, result.node, isFlat: isFlat), type, at: offset)
    }
}
