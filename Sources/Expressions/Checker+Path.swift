extension Checker {
    /// A name, or a selection: the longest declared name wins, the rest selects fields of it.
    mutating func path(_ node: Syntax.Node, whole: String? = nil) throws(Fault) -> Typed {
        let offset = syntax.offsets[node]
        let dotted = syntax.dottedName(node)
        if let dotted, !startsLocally(dotted), let found = declared(dotted, at: offset) {
            return found
        }
        switch syntax.kinds[node] {
        case .name(let name, let isRooted):
            if !isRooted, let found = local(name) {
                return emit(.local(found.number), found.type, at: offset)
            }
            let wanted = whole ?? name
            return try refuse(
                .unknownName, "unknown name '\(wanted)'" + suggestion(for: wanted), at: offset)
        case .select(let operand, let field, let isOptional, _):
            let operand: Typed =
                switch syntax.kinds[operand] {
                case .name, .select: try path(operand, whole: whole ?? dotted?.name)
                default: try check(operand)
                }
            return try select(operand, field, isOptional, at: offset)
        default: return try check(node)
        }
    }

    /// A variable, a type or a constant of this name.
    private mutating func declared(_ dotted: (name: String, isRooted: Bool), at offset: Int)
        -> Typed?
    {
        if let variable = variable(dotted.name, isRooted: dotted.isRooted) {
            return emit(.variable(number(of: variable)), variable.kind.type, at: offset)
        }
        for name in environment.candidates(dotted.name, isRooted: dotted.isRooted) {
            if let type = ValueType(rawValue: name) {
                return emit(
                    .constant(.type(type)), .type(ExpressionType(type)), at: offset)
            }
            if name == "google.protobuf.NullValue.NULL_VALUE" {
                return emit(.constant(.int(0)), .int, at: offset)
            }
        }
        return nil
    }

    private mutating func select(
        _ operand: Typed, _ field: String, _ isOptional: Bool, at offset: Int
    ) throws(Fault) -> Typed {
        guard let type = fieldType(operand.type, isOptional: isOptional) else {
            return try refuse(
                .noSuchOverload,
                "a value of type \(bindings.resolved(operand.type).name) has no field '\(field)'",
                at: offset)
        }
        return emit(.select(operand.node, field, isOptional: isOptional), type, at: offset)
    }

    /// The type of a field; nil where there are none.
    private func fieldType(_ operand: ExpressionType, isOptional: Bool) -> ExpressionType? {
        switch bindings.resolved(operand) {
        case .map(_, let value): return isOptional ? .optional(value) : value
        case .optional(let inner):
            return fieldType(inner, isOptional: false).map(ExpressionType.optional)
        case .dynamic, .parameter: return isOptional ? .optional(.dynamic) : .dynamic
        default: return isLenient ? .dynamic : nil
        }
    }

    /// has(a.b): presence of a declared variable of that name, or of a field.
    mutating func has(_ node: Syntax.Node, _ operand: Syntax.Node, _ field: String)
        throws(Fault) -> Typed
    {
        let offset = syntax.offsets[node]
        if let path = syntax.dottedName(operand), !startsLocally(path),
            let variable = variable("\(path.name).\(field)", isRooted: path.isRooted)
        {
            return emit(.isPresent(number(of: variable)), .bool, at: offset)
        }
        let operand = try check(operand)
        guard fieldType(operand.type, isOptional: false) != nil else {
            return try refuse(
                .noSuchOverload,
                "a value of type \(bindings.resolved(operand.type).name) has no field '\(field)'",
                at: offset)
        }
        return emit(.has(operand.node, field), .bool, at: offset)
    }

    /// has(x) of a declared variable.
    mutating func presence(of name: String, at offset: Int) throws(Fault) -> Typed {
        guard local(name) == nil else {
            return try refuse(
                .invalidArgument,
                "has() takes a field or a declared variable, '\(name)' is neither",
                at: offset)
        }
        guard let variable = variable(name, isRooted: false) else {
            return try refuse(
                .unknownName, "unknown name '\(name)'" + suggestion(for: name), at: offset)
        }
        return emit(.isPresent(number(of: variable)), .bool, at: offset)
    }

    /// `; did you mean ...` when a declared name is a slip away.
    func suggestion(for name: String, amongFunctions: Bool = false) -> String {
        let names =
            amongFunctions
            ? Function.allCases.map(\.rawValue).filter { $0.utf8.first?.isWordStart ?? false }
            : Array(environment.variables.keys)
        guard let nearest = NearMiss.nearest(to: name, among: names) else { return "" }
        return "; did you mean '\(nearest)'?"
    }
}
