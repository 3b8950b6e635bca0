/// Reads a pattern in RE2's syntax.
struct PatternParser {
    /// Groups inside each other: what parsing recurses over.
    private static let nestingMax = 100
    /// RE2's bound on `{n,m}`, and on the product of those inside each other.
    private static let repeatMax = 1_000

    /// What `(?flags)` turns on.
    struct Flags {
        var foldsCase = false
        var isMultiline = false
        var dotMatchesNewline = false
    }

    var scalars: [Unicode.Scalar]
    var index = 0
    var flags = Flags()
    private var nesting = 0

    static func parse(_ text: String) throws(Fault) -> PatternTree {
        var parser = PatternParser(scalars: Array(text.unicodeScalars))
        let tree = try parser.choice()
        guard parser.index == parser.scalars.count else {
            throw problem("a group ends that did not begin")
        }
        return tree
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    static func problem(_ what: String) -> Fault {
        Fault(.invalidArgument, "not a regular expression: \(what)")
    }

    func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        index + ahead < scalars.count ? scalars[index + ahead] : nil
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        index += 1
        return true
    }

    private mutating func choice() throws(Fault) -> PatternTree {
        nesting += 1
        guard nesting <= Self.nestingMax else { throw Self.problem("too many groups") }
        let saved = flags
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        flags = saved
        nesting -= 1
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(Fault) -> PatternTree {
        var parts: [PatternTree] = []
        while let next = peek(), next != "|", next != ")" {
            if next == "\\", peek(1) == "Q" {
                parts += quotedText()
                // A repetition behind \E is one of the last code point.
                if let last = parts.popLast() { parts.append(try repeated(last)) }
                continue
            }
            let atom = try atom()
            parts.append(try repeated(atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// What stands between \Q and \E, or the end.
    private mutating func quotedText() -> [PatternTree] {
        index += 2
        var parts: [PatternTree] = []
        while let next = peek() {
            if next == "\\", peek(1) == "E" {
                index += 2
                break
            }
            parts.append(literal(next))
            index += 1
        }
        return parts
    }

    private mutating func repeated(_ atom: PatternTree) throws(Fault) -> PatternTree {
        var tree = atom
        var isRepeated = false
        while let (low, high) = try quantifier() {
            guard !isRepeated else { throw Self.problem("a repetition is repeated") }
            isRepeated = true
            // Lazy or greedy: which match is found does not show in whether there is one.
            _ = take("?")
            tree = .repetition(tree, low, high)
            guard tree.repeatProduct <= Self.repeatMax else {
                throw Self.problem("repeated more than \(Self.repeatMax) times")
            }
        }
        return tree
    }

    private mutating func quantifier() throws(Fault) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard peek() == "{" else { return nil }
        let start = index
        index += 1
        guard let low = number() else {
            index = start
            return nil
        }
        var high: Int? = low
        if take(",") { high = number() }
        guard take("}") else {
            index = start
            return nil
        }
        guard low <= Self.repeatMax, high ?? 0 <= Self.repeatMax, low <= high ?? low else {
            throw Self.problem("not a number of times")
        }
        return (low, high)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let next = peek(), next.isASCII, let digit = UInt8(next.value).decimalDigit {
            // Saturates: every value past the bound is refused alike.
            value = min((value ?? 0) * 10 + digit, Self.repeatMax + 1)
            index += 1
        }
        return value
    }

    private mutating func atom() throws(Fault) -> PatternTree {
        guard let next = peek() else { return .empty }
        index += 1
        switch next {
        case "(": return try group()
        case "[": return .set(try set())
        case ".":
            let newline = [ScalarSet.Member.range(0x0a, 0x0a)]
            return .set(
                ScalarSet(members: flags.dotMatchesNewline ? [] : newline, isNegated: true))
        case "^": return .assert(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assert(flags.isMultiline ? .lineEnd : .textEnd)
        case "*", "+", "?": throw Self.problem("nothing before '\(next)' to repeat")
        case "\\": return try escape()
        // A brace that repeats nothing is itself; one that could repeat needs something before it.
        case "{":
            index -= 1
            guard try quantifier() == nil else {
                throw Self.problem("nothing before '{' to repeat")
            }
            index += 1
            return literal(next)
        default: return literal(next)
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        guard flags.foldsCase, !scalar.caseVariants.isEmpty else { return .scalar(scalar) }
        return .set(
            ScalarSet(members: [.range(scalar.value, scalar.value)], foldsCase: true))
    }

    /// What follows an opening parenthesis.
    private mutating func group() throws(Fault) -> PatternTree {
        if take("?") {
            if peek() == "P" || peek() == "<" {
                _ = take("P")
                try groupName()
            } else if try groupFlags() {
                // Flags without a colon hold for the rest of the group around them.
                return .empty
            } else {
                let tree = try choice()
                guard take(")") else { throw Self.problem("a group does not end") }
                flags = outerFlags.removeLast()
                return tree
            }
        }
        let tree = try choice()
        guard take(")") else { throw Self.problem("a group does not end") }
        return tree
    }

    private mutating func groupName() throws(Fault) {
        guard take("<") else { throw Self.problem("not a group's name") }
        let start = index
        while let next = peek(), next.isASCII,
            UInt8(next.value).isWordStart || UInt8(next.value).decimalDigit != nil
        {
            index += 1
        }
        guard index > start, take(">") else { throw Self.problem("not a group's name") }
    }

    private var outerFlags: [Flags] = []

    /// Reads flags; true when the group ends with them, false when a group with them begins.
    private mutating func groupFlags() throws(Fault) -> Bool {
        let before = flags
        var value = true
        while let next = peek() {
            index += 1
            switch next {
            case "i": flags.foldsCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotMatchesNewline = value
            case "U": break
            case "-" where value: value = false
            case ")": return true
            case ":":
                outerFlags.append(before)
                return false
            default: throw Self.problem("unknown flag '\(next)'")
            }
        }
        throw Self.problem("a group does not end")
    }
}

extension PatternTree {
    /// How often the innermost part is copied.
    fileprivate var repeatProduct: Int {
        switch self {
        case .repetition(let inner, let low, let high):
            max(1, max(low, high ?? 1)) * inner.repeatProduct
        case .sequence(let parts), .choice(let parts): parts.map(\.repeatProduct).max() ?? 1
        default: 1
        }
    }
}
