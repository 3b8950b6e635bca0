extension PatternParser {
    /// What follows a backslash outside a class.
    mutating func escape() throws(Fault) -> PatternTree {
        guard let next = peek() else { throw Self.problem("it ends with a backslash") }
        switch next {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.noWordBoundary)
        default: break
        }
        if let members = try escapedClass() {
            return .set(ScalarSet(members: members, foldsCase: flags.foldsCase))
        }
        return literal(try escapedScalar())
    }

    private mutating func assertion(_ assertion: Pattern.Assertion) -> PatternTree {
        index += 1
        return .assert(assertion)
    }

    /// \d, \pL, \p{Lu} and their like, the backslash read.
    private mutating func escapedClass() throws(Fault) -> [ScalarSet.Member]? {
        guard let next = peek() else { return nil }
        let members: [ScalarSet.Member]
        switch next {
        case "d": members = ScalarSet.digits
        case "D": members = [.not(ScalarSet.digits)]
        case "s": members = ScalarSet.spaces
        case "S": members = [.not(ScalarSet.spaces)]
        case "w": members = ScalarSet.words
        case "W": members = [.not(ScalarSet.words)]
        case "p", "P":
            index += 1
            return [try category(isNegated: next == "P")]
        default: return nil
        }
        index += 1
        return members
    }

    private mutating func category(isNegated: Bool) throws(Fault) -> ScalarSet.Member {
        var name = ""
        var isNegated = isNegated
        if take("{") {
            if take("^") { isNegated.toggle() }
            while let next = peek(), next != "}" {
                name.unicodeScalars.append(next)
                index += 1
            }
            guard take("}") else { throw Self.problem("a category does not end") }
        } else if let next = peek() {
            name.unicodeScalars.append(next)
            index += 1
        }
        if name == "Any" { return isNegated ? .not([.range(0, 0x10ffff)]) : .range(0, 0x10ffff) }
        guard ScalarSet.categories.contains(name) else {
            throw Self.problem("unknown category '\(name)'")
        }
        return .category(name, isNegated: isNegated)
    }

    /// One code point behind a backslash.
    private mutating func escapedScalar() throws(Fault) -> Unicode.Scalar {
        guard let next = peek() else { throw Self.problem("it ends with a backslash") }
        index += 1
        switch next {
        case "a": return "\u{07}"
        case "f": return "\u{0c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0b}"
        case "x": return try hexadecimal()
        case "0"..."7":
            index -= 1
            return try octal()
        default:
            guard next.isASCII, !UInt8(next.value).isWordStart || next == "_",
                UInt8(next.value).decimalDigit == nil
            else { throw Self.problem("unknown escape '\\\(next)'") }
            return next
        }
    }

    private mutating func hexadecimal() throws(Fault) -> Unicode.Scalar {
        let isBraced = take("{")
        var value: UInt32 = 0
        var count = 0
        while count < (isBraced ? 8 : 2), let next = peek(), next.isASCII,
            let digit = UInt8(next.value).hexadecimalDigit
        {
            value = value << 4 | UInt32(digit)
            count += 1
            index += 1
        }
        guard isBraced ? count > 0 && take("}") : count == 2, let scalar = Unicode.Scalar(value)
        else { throw Self.problem("not a code point") }
        return scalar
    }

    /// \123, and \0 alone; \1 would be a back-reference, which no linear engine has.
    private mutating func octal() throws(Fault) -> Unicode.Scalar {
        var value: UInt32 = 0
        var count = 0
        let startsWithZero = peek() == "0"
        while count < 3, let next = peek(), ("0"..."7").contains(next) {
            value = value << 3 | (next.value & 7)
            count += 1
            index += 1
        }
        guard startsWithZero || count > 1, let scalar = Unicode.Scalar(value) else {
            throw Self.problem("there are no back-references")
        }
        return scalar
    }

    /// What follows an opening bracket.
    mutating func set() throws(Fault) -> ScalarSet {
        var set = ScalarSet(members: [], foldsCase: flags.foldsCase)
        set.isNegated = take("^")
        var isFirst = true
        while let next = peek() {
            // A bracket or dash in the first place is itself.
            if next == "]", !isFirst {
                index += 1
                return set
            }
            isFirst = false
            if next == "[", peek(1) == ":", let posix = try posixClass() {
                set.members += posix
            } else if next == "\\" {
                index += 1
                if let members = try escapedClass() {
                    set.members += members
                } else {
                    set.members.append(try range(from: try escapedScalar()))
                }
            } else {
                index += 1
                set.members.append(try range(from: next))
            }
        }
        throw Self.problem("a class does not end")
    }

    private mutating func range(from low: Unicode.Scalar) throws(Fault) -> ScalarSet.Member {
        guard peek() == "-", let end = peek(1), end != "]" else {
            return .range(low.value, low.value)
        }
        index += 1
        var high = end
        index += 1
        if end == "\\" { high = try escapedScalar() }
        guard low <= high else { throw Self.problem("a range runs backwards") }
        return .range(low.value, high.value)
    }

    /// [:name:] or [:^name:] inside a class.
    private mutating func posixClass() throws(Fault) -> [ScalarSet.Member]? {
        var end = index + 2
        while end < scalars.count, scalars[end] != ":", scalars[end] != "]" { end += 1 }
        guard end + 1 < scalars.count, scalars[end] == ":", scalars[end + 1] == "]" else {
            return nil
        }
        var name = String(String.UnicodeScalarView(scalars[(index + 2)..<end]))
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let members = ScalarSet.posix[name] else {
            throw Self.problem("unknown class '\(name)'")
        }
        index = end + 2
        return isNegated ? [.not(members)] : members
    }
}
