extension Parser {
    /// A primary and what follows it: selections, indexes, calls.
    mutating func member() throws(Fault) -> Int {
        try members(of: try primary())
    }

    mutating func members(of start: Int) throws(Fault) -> Int {
        var node = start
        while true {
            let offset = token.offset
            if take(.dot) {
                node = try selection(of: node, at: offset)
            } else if take(.openBracket) {
                let isOptional = take(.question)
                let key = try expression()
                try expect(.closeBracket)
                node = try add(.index(node, key, isOptional: isOptional), at: offset)
            } else if isAt(.openBrace), let name = syntax.dottedName(node) {
                node = try message(name.name)
            } else {
                return node
            }
        }
    }

    private mutating func selection(of operand: Int, at offset: Int) throws(Fault) -> Int {
        let isOptional = take(.question)
        let name = token
        switch name.kind {
        // Reserved words are good names of fields and methods; those of values are not.
        case .word(let word) where !["true", "false", "null", "in"].contains(word):
            index += 1
            guard !isOptional, isAt(.openParenthesis) else {
                return try add(
                    .select(operand, field: word, isOptional: isOptional, isQuoted: false),
                    at: offset)
            }
            let open = token.offset
            let arguments = try arguments()
            if let macro = try memberMacro(operand, word, arguments, at: open) { return macro }
            return try add(.memberCall(operand, word, arguments), at: name.offset)
        case .quotedName(let field):
            index += 1
            return try add(
                .select(operand, field: field, isOptional: isOptional, isQuoted: true), at: offset)
        default: throw unexpected("a name")
        }
    }

    /// Expressions between parentheses.
    private mutating func arguments() throws(Fault) -> [Int] {
        try expect(.openParenthesis)
        var list: [Int] = []
        guard !take(.closeParenthesis) else { return list }
        repeat {
            list.append(try expression())
        } while take(.comma)
        try expect(.closeParenthesis)
        return list
    }

    private mutating func primary() throws(Fault) -> Int {
        let first = token
        switch first.kind {
        case .int(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw Fault(.syntax, "integer out of range", offset: first.offset)
            }
            return try literal(.int(value))
        case .uint(let value): return try literal(.uint(value))
        case .double(let value): return try literal(.double(value))
        case .string(let value): return try literal(.string(value))
        case .bytes(let value): return try literal(.bytes(value))
        case .word("true"): return try literal(.bool(true))
        case .word("false"): return try literal(.bool(false))
        case .word("null"): return try literal(.null)
        case .word(let word): return try named(word, isRooted: false)
        case .mark(.dot):
            index += 1
            guard case .word(let word) = token.kind else { throw unexpected("a name") }
            return try named(word, isRooted: true)
        case .mark(.openParenthesis):
            index += 1
            let inner = try expression()
            try expect(.closeParenthesis)
            return inner
        case .mark(.openBracket): return try list()
        case .mark(.openBrace): return try map()
        default: throw unexpected("an expression")
        }
    }

    private mutating func literal(_ value: Value) throws(Fault) -> Int {
        index += 1
        return try add(.constant(value), at: tokens[index - 1].offset)
    }

    private mutating func named(_ word: String, isRooted: Bool) throws(Fault) -> Int {
        let offset = token.offset
        guard !Token.reserved.contains(word) else {
            throw Fault(.syntax, "'\(word)' is a reserved word", offset: offset)
        }
        index += 1
        guard isAt(.openParenthesis) else {
            return try add(.name(word, isRooted: isRooted), at: offset)
        }
        let open = token.offset
        let arguments = try arguments()
        if word == "has", arguments.count == 1, !isRooted {
            return try has(arguments[0], at: open)
        }
        return try add(.call(word, arguments), at: offset)
    }

    private mutating func list() throws(Fault) -> Int {
        let offset = token.offset
        index += 1
        var elements: [Syntax.Element] = []
        while !isAt(.closeBracket) {
            let isOptional = take(.question)
            elements.append(Syntax.Element(value: try expression(), isOptional: isOptional))
            guard take(.comma) else { break }
        }
        try expect(.closeBracket)
        return try add(.list(elements), at: offset)
    }

    private mutating func map() throws(Fault) -> Int {
        let offset = token.offset
        index += 1
        var entries: [Syntax.Entry] = []
        while !isAt(.closeBrace) {
            let isOptional = take(.question)
            let key = try expression()
            try expect(.colon)
            entries.append(
                Syntax.Entry(key: key, value: try expression(), isOptional: isOptional))
            guard take(.comma) else { break }
        }
        try expect(.closeBrace)
        return try add(.map(entries), at: offset)
    }

    private mutating func message(_ name: String) throws(Fault) -> Int {
        let offset = token.offset
        index += 1
        var fields: [Syntax.Field] = []
        while !isAt(.closeBrace) {
            let isOptional = take(.question)
            let field: String
            switch token.kind {
            case .word(let word): field = word
            case .quotedName(let word): field = word
            default: throw unexpected("a field's name")
            }
            index += 1
            try expect(.colon)
            fields.append(
                Syntax.Field(name: field, value: try expression(), isOptional: isOptional))
            guard take(.comma) else { break }
        }
        try expect(.closeBrace)
        return try add(.message(name, fields), at: offset)
    }
}
