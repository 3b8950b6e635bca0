/// The names an expression may use: variables with their types and the slots that hold them.
///
/// Built by the caller from its registry, then shared; declaring is O(1) a name.
public struct ExpressionEnvironment: Sendable {
    /// One declared name.
    struct Variable: Sendable {
        let name: String
        let slot: Int
        let kind: SlotKind
    }

    private(set) var variables: [String: Variable] = [:]
    /// Names are also looked for below this package, innermost first: `a.b` finds `p.q.a.b`,
    /// `p.a.b`, then `a.b`.
    public var container = ""
    /// Whether a pattern, time zone or time written as a constant is refused while compiling.
    /// CEL itself finds it when the expression runs.
    public var refusesBadConstants = true
    /// What each expression may be and may use.
    public var limits = ExpressionLimits()

    /// An environment without variables: constants only.
    public init() {}

    /// Declares a variable. Names are identifiers, dotted ones too (`dpd.current`).
    ///
    /// - Parameters:
    ///   - kind: its type and how its slot holds it.
    ///   - slot: what the row's reader is asked for.
    public mutating func declare(_ name: String, _ kind: SlotKind, slot: Int) {
        precondition(variables[name] == nil, "declared twice: \(name)")
        variables[name] = Variable(name: name, slot: slot, kind: kind)
    }

    /// The names a dotted name may stand for, most deeply packaged first.
    func candidates(_ name: String, isRooted: Bool) -> [String] {
        guard !isRooted, !container.isEmpty else { return [name] }
        var names: [String] = []
        var package = container[...]
        while !package.isEmpty {
            names.append("\(package).\(name)")
            package = package[..<(package.lastIndex(of: ".") ?? package.startIndex)]
        }
        return names + [name]
    }
}

/// What a slot holds.
public enum SlotKind: Hashable, Sendable {
    /// Bits: 0 or 1.
    case bool
    /// Bits of an Int64.
    case int
    case uint
    /// Bits of a Double.
    case double
    /// Bits of an Int64: microseconds since 1970.
    case timeMicros
    /// Bits of an Int64.
    case durationNanos
    /// Bits: an index into the words; the expression sees strings.
    ///
    /// Words are compared as they are when the expression is compiled: one that joins the
    /// dictionary later needs a new compilation.
    case category(words: [String])
    /// Not bits: the reader gives a `Value`.
    case value(ExpressionType)

    /// What the expression sees.
    public var type: ExpressionType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .timeMicros: .timestamp
        case .durationNanos: .duration
        case .category: .string
        case .value(let type): type
        }
    }

    var hasBits: Bool {
        if case .value = self { return false }
        return true
    }

    /// The value of bits; nil when they are outside what the kind can hold.
    func value(bits: UInt64) -> Value? {
        switch self {
        case .bool: .bool(bits != 0)
        case .int: .int(Int64(bitPattern: bits))
        case .uint: .uint(bits)
        case .double: .double(Double(bitPattern: bits))
        case .timeMicros: Timestamp(micros: Int64(bitPattern: bits)).map(Value.timestamp)
        case .durationNanos: .duration(nanos: Int64(bitPattern: bits))
        case .category(let words):
            bits < UInt64(words.count) ? .string(words[Int(bits)]) : nil
        case .value: nil
        }
    }
}
