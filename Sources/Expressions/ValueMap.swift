/// A map of the expression language: entries in the order in which they were written.
///
/// Keys are bool, int, uint or string; numerically equal keys of both integer types are one key.
/// Look-ups are one hash probe.
public struct ValueMap: Sendable {
    /// A key with its number brought to one form, so that 1 and 1u meet.
    enum Key: Hashable, Sendable {
        case bool(Bool)
        case int(Int64)
        case large(UInt64)
        case text(CodePoints)

        /// Nil for what cannot be a key.
        init?(_ value: Value) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .uint(let value): self = Int64(exactly: value).map(Key.int) ?? .large(value)
            case .string(let value): self = .text(CodePoints(value))
            // Only for look-ups: a double finds the integer it equals.
            case .double(let value):
                if let exact = Int64(exactly: value) {
                    self = .int(exact)
                } else if let exact = UInt64(exactly: value) {
                    self = .large(exact)
                } else {
                    return nil
                }
            default: return nil
            }
        }
    }

    /// In the order in which entries were added.
    public private(set) var keys: [Value] = []
    /// The value of each key, in the keys' order.
    public private(set) var values: [Value] = []
    private var positions: [Key: Int] = [:]

    /// A map without entries.
    public init() {}

    /// Entries.
    public var count: Int { keys.count }

    /// Adds an entry; false, and no change, when the key is there or cannot be one.
    public mutating func insert(_ value: Value, at key: Value) -> Bool {
        if case .double = key { return false }
        guard let form = Key(key), positions[form] == nil else { return false }
        positions[form] = keys.count
        keys.append(key)
        values.append(value)
        return true
    }

    /// The value at a key, found by equality: 1, 1u and 1.0 find the same.
    public subscript(key: Value) -> Value? {
        guard let form = Key(key), let position = positions[form] else { return nil }
        return values[position]
    }

    func hasKey(_ key: Value) -> Bool { self[key] != nil }
}

/// A string that is equal to another when its code points are.
struct CodePoints: Hashable, Sendable {
    let string: String

    init(_ string: String) { self.string = string }

    static func == (left: CodePoints, right: CodePoints) -> Bool {
        sameText(left.string, right.string)
    }

    // Strings of the same code points hash alike: Swift's hash is coarser than this equality.
    func hash(into hasher: inout Hasher) { hasher.combine(string) }
}

/// Equality by code points.
func sameText(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}
