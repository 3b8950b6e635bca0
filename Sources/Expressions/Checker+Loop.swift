extension Checker {
    /// A loop: the variables' types come from what it runs over.
    mutating func loop(_ loop: Syntax.Loop, at offset: Int) throws(Fault) -> Typed {
        let range = try check(loop.range)
        guard let types = elementTypes(range.type, isPair: loop.secondVariable != nil) else {
            return try refuse(
                .noSuchOverload,
                "a loop runs over a list or a map, not \(bindings.resolved(range.type).name)",
                at: offset)
        }
        let (first, inner) = try scoped(loop.variable, types.first) {
            (checker: inout Checker) throws(Fault) -> (Int?, Parts) in
            guard let name = loop.secondVariable else {
                return (nil, try checker.parts(loop))
            }
            let (second, parts) = try checker.scoped(name, types.second) {
                (checker: inout Checker) throws(Fault) -> Parts in try checker.parts(loop)
            }
            return (second, parts)
        }
        let (second, parts) = inner
        let type = try resultType(loop, types, parts.body?.type, at: offset)
        return emit(
            .loop(
                Program.Loop(
                    kind: loop.kind, range: range.node, local: first, secondLocal: second,
                    condition: parts.condition, body: parts.body?.node)),
            type, at: offset)
    }

    private struct Parts {
        let condition: Program.Node?
        let body: Typed?
    }

    private mutating func parts(_ loop: Syntax.Loop) throws(Fault) -> Parts {
        var condition: Program.Node?
        if let node = loop.condition { condition = try bool(node) }
        guard let body = loop.body else { return Parts(condition: condition, body: nil) }
        switch loop.kind {
        case .all, .exists, .existsOne:
            return Parts(
                condition: condition, body: Typed(node: try bool(body), type: .bool))
        default: return Parts(condition: condition, body: try check(body))
        }
    }

    private func elementTypes(_ range: ExpressionType, isPair: Bool)
        -> (first: ExpressionType, second: ExpressionType)?
    {
        switch bindings.resolved(range) {
        case .list(let element): (isPair ? .int : element, element)
        case .map(let key, let value): (key, value)
        case .dynamic, .parameter: (.dynamic, .dynamic)
        default: isLenient ? (.dynamic, .dynamic) : nil
        }
    }

    private mutating func resultType(
        _ loop: Syntax.Loop, _ types: (first: ExpressionType, second: ExpressionType),
        _ body: ExpressionType?, at offset: Int
    ) throws(Fault) -> ExpressionType {
        switch loop.kind {
        case .all, .exists, .existsOne: return .bool
        case .filter: return .list(types.first)
        case .map, .transformList: return .list(body ?? .dynamic)
        case .transformMap: return .map(types.first, body ?? .dynamic)
        case .transformMapEntry:
            let map = ExpressionType.map(bindings.fresh(), bindings.fresh())
            guard bindings.assign(body ?? .dynamic, to: map) || isLenient else {
                throw Fault(
                    .noSuchOverload, "transformMapEntry gives a map of one entry", offset: offset)
            }
            return bindings.resolved(map)
        }
    }
}
