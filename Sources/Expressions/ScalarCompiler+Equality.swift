extension ScalarCompiler {
    /// The words of a variable that is a category.
    private func words(_ node: Program.Node) -> [String]? {
        guard case .variable(let number) = program.operations[node],
            case .category(let words) = program.variables[number].kind
        else { return nil }
        return words
    }

    private func text(_ node: Program.Node) -> String? {
        guard case .constant(.string(let text)) = program.operations[node] else { return nil }
        return text
    }

    mutating func equality(
        _ left: Program.Node, _ right: Program.Node, into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        if let words = words(left), let text = text(right) {
            return try contains(left, words, [text], into: target, at: node)
        }
        if let words = words(right), let text = text(left) {
            return try contains(right, words, [text], into: target, at: node)
        }
        try compile(left, into: target)
        try compile(right, into: target + 1)
        guard let operation = equalityOperation(left, right) else { throw NotScalar() }
        emit(operation, target, target, target + 1, at: node)
    }

    private func equalityOperation(_ left: Program.Node, _ right: Program.Node) -> Operation? {
        if let leftWords = words(left), let rightWords = words(right) {
            // The same dictionary without repeats: equal words have equal codes.
            let distinct = Set(leftWords.map(CodePoints.init))
            return leftWords == rightWords && distinct.count == leftWords.count
                ? .equalBits : nil
        }
        guard type(left) == type(right) else { return nil }
        switch type(left) {
        case .double: return .equalDouble
        case .bool, .int, .uint, .timestamp, .duration: return .equalBits
        default: return nil
        }
    }

    /// `x in [..]` of constants: one look into a bit set for categories, else one by one.
    mutating func membership(
        _ element: Program.Node, _ list: Program.Node, into target: Int, at node: Program.Node
    ) throws(NotScalar) {
        guard case .list(let elements) = program.operations[list],
            elements.allSatisfy({ !$0.isOptional })
        else { throw NotScalar() }
        if let words = words(element) {
            var texts: [String] = []
            for candidate in elements {
                guard let text = text(candidate.value) else { throw NotScalar() }
                texts.append(text)
            }
            return try contains(element, words, texts, into: target, at: node)
        }
        try compile(element, into: target + 1)
        emit(.constant, target, operand: constant(0), at: node)
        var found: [Int] = []
        for candidate in elements {
            guard case .constant = program.operations[candidate.value],
                let operation = equalityOperation(element, candidate.value)
            else { throw NotScalar() }
            try compile(candidate.value, into: target + 2)
            emit(operation, target, target + 1, target + 2, at: node)
            found.append(emit(.jumpIfTrue, 0, target, at: node))
        }
        land(found)
    }

    /// Whether a category's word is one of some texts, as bits over its codes.
    private mutating func contains(
        _ category: Program.Node, _ words: [String], _ texts: [String], into target: Int,
        at node: Program.Node
    ) throws(NotScalar) {
        let wanted = Set(texts.map(CodePoints.init))
        var bits = Array(repeating: UInt64(0), count: max(1, (words.count + 63) / 64))
        for (code, word) in words.enumerated() where wanted.contains(CodePoints(word)) {
            bits[code >> 6] |= 1 << UInt64(code & 63)
        }
        try compile(category, into: target)
        let place = code.constants.count
        code.constants += bits
        emit(.contains, target, target, operand: place, at: node)
    }
}
