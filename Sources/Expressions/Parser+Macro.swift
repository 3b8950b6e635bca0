/// Macros: calls that bind names or ask after presence, so that their arguments are not values.
extension Parser {
    /// has(e.f), and has(x) of a declared feature.
    mutating func has(_ argument: Int, at offset: Int) throws(Fault) -> Int {
        switch syntax.kinds[argument] {
        case .select(let operand, let field, false, _):
            return try add(.has(operand, field: field), at: syntax.offsets[argument])
        case .name(let name, _): return try add(.hasName(name), at: offset)
        default:
            throw Fault(
                .syntax, "has() takes the selection of a field, such as has(a.b)", offset: offset)
        }
    }

    /// The macro that a call with a target is, if it is one.
    mutating func memberMacro(_ target: Int, _ name: String, _ arguments: [Int], at offset: Int)
        throws(Fault) -> Int?
    {
        switch (name, arguments.count) {
        case ("bind", 3) where isName(target, "cel"):
            let variable = try variable(arguments[0])
            return try add(.bind(variable, arguments[1], arguments[2]), at: offset)
        case ("optMap", 2), ("optFlatMap", 2):
            let variable = try variable(arguments[0])
            return try add(
                .optionalMap(target, variable, arguments[1], isFlat: name == "optFlatMap"),
                at: offset)
        case ("all", 2), ("exists", 2), ("exists_one", 2), ("existsOne", 2), ("filter", 2):
            return try loop(kind(name), target, arguments, at: offset)
        case ("map", 2), ("map", 3):
            return try loop(.map, target, arguments, at: offset)
        case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3):
            return try pairLoop(kind(name), target, arguments, at: offset)
        case ("transformList", 3), ("transformList", 4), ("transformMap", 3), ("transformMap", 4),
            ("transformMapEntry", 3), ("transformMapEntry", 4):
            return try pairLoop(kind(name), target, arguments, at: offset)
        default: return nil
        }
    }

    private func kind(_ name: String) -> Syntax.Loop.Kind {
        switch name {
        case "all": .all
        case "exists": .exists
        case "filter": .filter
        case "transformList": .transformList
        case "transformMap": .transformMap
        case "transformMapEntry": .transformMapEntry
        default: .existsOne
        }
    }

    /// One variable: the element, or the key of a map.
    private mutating func loop(
        _ kind: Syntax.Loop.Kind, _ range: Int, _ arguments: [Int], at offset: Int
    ) throws(Fault) -> Int {
        let variable = try variable(arguments[0])
        let isFilter = kind == .filter
        let condition = isFilter || arguments.count == 3 ? arguments[1] : nil
        return try add(
            .loop(
                Syntax.Loop(
                    kind: kind, range: range, variable: variable, secondVariable: nil,
                    condition: condition, body: isFilter ? nil : arguments[arguments.count - 1])),
            at: offset)
    }

    /// Two variables: index and element, or key and value.
    private mutating func pairLoop(
        _ kind: Syntax.Loop.Kind, _ range: Int, _ arguments: [Int], at offset: Int
    ) throws(Fault) -> Int {
        let variable = try variable(arguments[0])
        let second = try self.variable(arguments[1])
        guard variable != second else {
            throw Fault(
                .syntax, "the two variables have one name",
                offset: syntax.offsets[arguments[1]])
        }
        return try add(
            .loop(
                Syntax.Loop(
                    kind: kind, range: range, variable: variable, secondVariable: second,
                    condition: arguments.count == 4 ? arguments[2] : nil,
                    body: arguments[arguments.count - 1])),
            at: offset)
    }

    private func isName(_ node: Int, _ name: String) -> Bool {
        if case .name(name, _) = syntax.kinds[node] { return true }
        return false
    }

    private func variable(_ node: Int) throws(Fault) -> String {
        guard case .name(let name, false) = syntax.kinds[node] else {
            throw Fault(
                .syntax, "a variable's name should be here", offset: syntax.offsets[node])
        }
        return name
    }
}
