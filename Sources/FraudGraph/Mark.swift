/// What somebody found out about an entity. Raw values are stored; they never change.
public enum MarkKind: UInt8, Sendable, CaseIterable {
    case confirmedFraud = 1
    case suspected = 2
    case blocked = 3
    case defaulted = 4
    case vip = 5

    /// The word for it.
    public var name: String {
        switch self {
        case .confirmedFraud: "confirmed_fraud"
        case .suspected: "suspected"
        case .blocked: "blocked"
        case .defaulted: "default"
        case .vip: "vip"
        }
    }
}

/// Several kinds of marks, as bits by raw value.
public struct MarkSet: OptionSet, Hashable, Sendable {
    /// The stored number.
    public let rawValue: UInt8

    /// Bits by raw value of the kinds.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One kind.
    public init(_ kind: MarkKind) { rawValue = 1 << kind.rawValue }

    /// Marks that make an entity one to keep away from.
    public static let risky: MarkSet = [MarkSet(.confirmedFraud), MarkSet(.blocked)]
}

/// A mark on an entity: at most one of each kind, the latest.
public struct Mark: Hashable, Sendable {
    /// Reason: a reason is a code or a short sentence, shown in one line.
    public static let textByteCountMax = 1_024

    /// What it is.
    public var kind: MarkKind
    /// Why.
    public var reason: String
    /// Who says so.
    public var source: String
    /// From this instant on the mark says nothing; `Int64.max` is never.
    public var expiresAtMicros: Int64
    /// Journal sequence of the record that set it.
    public var sequence: UInt64

    /// All fields as given.
    public init(
        kind: MarkKind, reason: String = "", source: String = "",
        expiresAtMicros: Int64 = .max, sequence: UInt64 = 0
    ) {
        self.kind = kind
        self.reason = reason
        self.source = source
        self.expiresAtMicros = expiresAtMicros
        self.sequence = sequence
    }
}
