/// What a feature's values are, and how they fit in a `Double`.
public enum FeatureType: Hashable, Sendable {
    /// Any finite number.
    case number
    /// A whole number within 2^53 either side of zero, the range where doubles are exact.
    case integer
    /// 0 or 1.
    case boolean
    /// A code: the position of its name in the dictionary, from 0.
    case category(dictionary: [String])
    /// Microseconds since 1970-01-01T00:00:00Z, a whole number.
    case time

    /// Reason: a category code must fit 16 bits.
    public static let dictionaryCountMax = 65_536

    /// The field's word for the type, without its dictionary.
    public var name: String {
        switch self {
        case .number: "number"
        case .integer: "integer"
        case .boolean: "boolean"
        case .category: "category"
        case .time: "time"
        }
    }

    /// Stored; never changes.
    var code: UInt8 {
        switch self {
        case .number: 1
        case .integer: 2
        case .boolean: 3
        case .category: 4
        case .time: 5
        }
    }
}

/// How close a feature is to a natural person. Raw values are stored; they never change.
public enum PersonalDataClass: UInt8, Sendable, CaseIterable {
    /// Says nothing about one person: a market index.
    case none = 1
    /// About a person: an amount, a count.
    case personal = 2
    /// Points at a person: a birth date, a name.
    case identifying = 3
    /// Specially protected: health, belief, origin.
    case special = 4
}

/// Whether the law or the lender forbids deciding on a feature. Raw values are stored.
public enum ProhibitedBasis: UInt8, Sendable, CaseIterable {
    /// May be used.
    case none = 1
    /// May only be used to compare approval ratios between groups.
    case monitoringOnly = 2
    /// May not be used at all.
    case never = 3
}

/// What a lender says a feature is.
public struct FeatureDefinition: Hashable, Sendable {
    /// Reason: a name is part of messages, metrics and pictures; longer ones are unreadable there.
    public static let nameByteCountMax = 128
    /// Reason: 8,192 descriptions of this size still fit one 32 MiB snapshot.
    public static let textByteCountMax = 2_048

    /// 1 to 128 bytes of `[a-z0-9_.]`, the first a letter.
    public var name: String
    /// What its values are.
    public var type: FeatureType
    /// Where the values come from: `application`, `bureau`, `ledger`.
    public var source: String
    /// Who answers for it.
    public var owner: String
    /// What it means, for people.
    public var description: String
    /// How close it is to a person.
    public var personalData: PersonalDataClass
    /// Whether deciding on it is forbidden.
    public var prohibitedBasis: ProhibitedBasis
    /// Set by the registry: from 1, and one more for every accepted change.
    public internal(set) var version: UInt32

    /// All fields as given; the version is the registry's to set.
    public init(
        name: String, type: FeatureType, source: String = "", owner: String = "",
        description: String = "", personalData: PersonalDataClass = .personal,
        prohibitedBasis: ProhibitedBasis = .none
    ) {
        self.name = name
        self.type = type
        self.source = source
        self.owner = owner
        self.description = description
        self.personalData = personalData
        self.prohibitedBasis = prohibitedBasis
        version = 1
    }

    /// True for 1 to 128 bytes of `[a-z0-9_.]` that start with a letter.
    public static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= nameByteCountMax else { return false }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
