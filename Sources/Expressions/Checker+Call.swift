extension Checker {
    /// A call of a global function, or an operator.
    mutating func call(_ name: String, _ arguments: [Syntax.Node], at offset: Int)
        throws(Fault) -> Typed
    {
        guard let function = Function.named(name, isMember: false) else {
            return try refuse(
                .unknownName,
                "unknown function '\(name)'"
                    + suggestion(for: name, amongFunctions: true), at: offset)
        }
        return try apply(function, isMember: false, try checked(arguments), at: offset)
    }

    /// A call with a target, which is a value or the namespace of a function.
    mutating func memberCall(
        _ target: Syntax.Node, _ name: String, _ arguments: [Syntax.Node], at offset: Int
    ) throws(Fault) -> Typed {
        if let path = syntax.dottedName(target), !startsLocally(path),
            let function = Function.named("\(path.name).\(name)", isMember: false)
        {
            return try apply(function, isMember: false, try checked(arguments), at: offset)
        }
        guard let function = Function.named(name, isMember: true) else {
            let qualified = syntax.dottedName(target).map { "\($0.name).\(name)" } ?? name
            return try refuse(
                .unknownName,
                "unknown function '\(name)'"
                    + suggestion(for: qualified, amongFunctions: true), at: offset)
        }
        let target = try check(target)
        return try apply(function, isMember: true, [target] + checked(arguments), at: offset)
    }

    private mutating func checked(_ nodes: [Syntax.Node]) throws(Fault) -> [Typed] {
        var list: [Typed] = []
        for node in nodes { list.append(try check(node)) }
        return list
    }

    private mutating func apply(
        _ function: Function, isMember: Bool, _ arguments: [Typed], at offset: Int
    ) throws(Fault) -> Typed {
        let type: ExpressionType
        if function == .greatest || function == .least {
            type = try extremum(function, arguments, at: offset)
        } else if let found = result(of: function, isMember: isMember, arguments) {
            type = found
        } else {
            guard isLenient else { throw noOverload(function, arguments, at: offset) }
            type = .dynamic
        }
        if let folded = try constant(function, arguments, type, at: offset) { return folded }
        return emit(.call(function, arguments.map(\.node)), type, at: offset)
    }

    /// The result of the forms that take these arguments: `dyn` when several do and differ.
    private mutating func result(of function: Function, isMember: Bool, _ arguments: [Typed])
        -> ExpressionType?
    {
        var result: ExpressionType?
        var learned = bindings
        for overload in Overload.all[function] ?? []
        where overload.isMember == isMember && overload.parameters.count == arguments.count {
            var trial = bindings
            let parameters = [trial.fresh(), trial.fresh()]
            let fits = zip(overload.parameters, arguments).allSatisfy { expected, argument in
                trial.assign(argument.type, to: expected.filled(parameters))
            }
            guard fits else { continue }
            let type = trial.resolved(overload.result.filled(parameters))
            if result == nil { learned = trial }
            result = result == nil || result == type ? type : .dynamic
        }
        bindings = learned
        return result
    }

    /// The greatest and least of any number of numbers, or of a list of them.
    private mutating func extremum(_ function: Function, _ arguments: [Typed], at offset: Int)
        throws(Fault) -> ExpressionType
    {
        var types = arguments.map { bindings.resolved($0.type) }
        if types.count == 1, case .list(let element) = types[0] { types = [element] }
        let areNumbers = types.allSatisfy {
            if case .parameter = $0 { return true }
            return $0.isNumeric || $0 == .dynamic
        }
        guard areNumbers, !types.isEmpty else {
            guard isLenient else { throw noOverload(function, arguments, at: offset) }
            return .dynamic
        }
        return types.allSatisfy { $0 == types[0] } ? types[0] : .dynamic
    }

    private func noOverload(_ function: Function, _ arguments: [Typed], at offset: Int) -> Fault {
        let names = arguments.map { bindings.resolved($0.type).name }
        let text: String
        if let symbol = function.symbol {
            text =
                names.count == 2
                ? "\(names[0]) \(symbol) \(names[1])" : symbol + names.joined(separator: ", ")
        } else {
            text = "\(function.rawValue)(\(names.joined(separator: ", ")))"
        }
        return Fault(.noSuchOverload, "there is no \(text)", offset: offset)
    }

    /// A pattern, time or duration written as a constant is read once, here.
    private mutating func constant(
        _ function: Function, _ arguments: [Typed], _ type: ExpressionType, at offset: Int
    ) throws(Fault) -> Typed? {
        guard let last = arguments.last, case .constant(let value) = program.operations[last.node],
            case .string(let text) = value
        else { return nil }
        do throws(Fault) {
            switch function {
            case .matches where arguments.count == 2:
                let pattern = try Pattern(text, bytesMax: environment.limits.patternBytesMax)
                return emit(.matches(arguments[0].node, pattern), .bool, at: offset)
            case .timestamp, .duration:
                let folded = try Conversions.convert(function, value)
                return emit(.constant(folded), type, at: offset)
            default: return nil
            }
        } catch {
            // CEL finds it when the expression runs; a tenant would rather know now.
            guard environment.refusesBadConstants, !isLenient else { return nil }
            throw error.located(at: program.offsets[last.node])
        }
    }
}

extension ExpressionType {
    /// An overload's type with its parameters 0 and 1 replaced.
    func filled(_ parameters: [ExpressionType]) -> ExpressionType {
        switch self {
        case .parameter(let number): parameters[number]
        case .list(let inner): .list(inner.filled(parameters))
        case .optional(let inner): .optional(inner.filled(parameters))
        case .type(let inner): .type(inner.filled(parameters))
        case .map(let key, let value): .map(key.filled(parameters), value.filled(parameters))
        default: self
        }
    }
}

extension Function {
    /// The sign of an operator.
    var symbol: String? {
        if self == .membership { return "in" }
        guard rawValue.hasSuffix("_") else { return nil }
        return rawValue.filter { $0 != "_" }
    }
}
