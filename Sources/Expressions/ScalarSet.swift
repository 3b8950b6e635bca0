/// A class of code points in a pattern: `[a-z]`, `\d`, `\p{Lu}`, `.`.
struct ScalarSet: Sendable {
    /// One member: a range, or a Unicode category.
    enum Member: Sendable {
        case range(UInt32, UInt32)
        /// The first letters of general categories, such as L or Lu.
        case category(String, isNegated: Bool)
        indirect case not([Member])
    }

    var members: [Member]
    var isNegated = false
    var foldsCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = Self.contains(scalar, members)
        if !found, foldsCase {
            found = scalar.caseVariants.contains { Self.contains($0, members) }
        }
        return found != isNegated
    }

    private static func contains(_ scalar: Unicode.Scalar, _ members: [Member]) -> Bool {
        members.contains { member in
            switch member {
            case .range(let low, let high): low <= scalar.value && scalar.value <= high
            case .category(let name, let isNegated):
                scalar.categoryName.hasPrefix(name) != isNegated
            case .not(let inner): !contains(scalar, inner)
            }
        }
    }

    private static func range(_ low: Unicode.Scalar, _ high: Unicode.Scalar) -> Member {
        .range(low.value, high.value)
    }

    static let digits: [Member] = [range("0", "9")]
    static let spaces: [Member] = [
        range("\t", "\n"), range("\u{0c}", "\r"), range(" ", " "),
    ]
    static let words: [Member] = [
        range("0", "9"), range("A", "Z"), range("_", "_"), range("a", "z"),
    ]

    /// The classes of POSIX, by their names between `[:` and `:]`.
    static let posix: [String: [Member]] = [
        "alnum": [range("0", "9"), range("A", "Z"), range("a", "z")],
        "alpha": [range("A", "Z"), range("a", "z")],
        "ascii": [range("\u{0}", "\u{7f}")],
        "blank": [range("\t", "\t"), range(" ", " ")],
        "cntrl": [range("\u{0}", "\u{1f}"), range("\u{7f}", "\u{7f}")],
        "digit": digits,
        "graph": [range("!", "~")],
        "lower": [range("a", "z")],
        "print": [range(" ", "~")],
        "punct": [range("!", "/"), range(":", "@"), range("[", "`"), range("{", "~")],
        "space": [range("\t", "\r"), range(" ", " ")],
        "upper": [range("A", "Z")],
        "word": words,
        "xdigit": [range("0", "9"), range("A", "F"), range("a", "f")],
    ]

    /// The names of general categories, long and short.
    static let categories: Set<String> = [
        "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me",
        "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc",
        "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
    ]
}

extension Unicode.Scalar {
    /// The other cases of a letter, where each is one code point.
    var caseVariants: [Unicode.Scalar] {
        let mappings = [
            properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping,
        ]
        return mappings.compactMap { mapping in
            let scalars = mapping.unicodeScalars
            guard scalars.count == 1, let first = scalars.first, first != self else { return nil }
            return first
        }
    }

    /// The short name of the general category.
    fileprivate var categoryName: String {
        switch properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
