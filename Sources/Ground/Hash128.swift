/// A 128-bit hash value: what an external identifier becomes at the door.
///
/// Layout: two 64-bit halves, 16 bytes, no padding. Equality compares both halves.
public struct Hash128: Hashable, Sendable, Comparable {
    public var high: UInt64
    public var low: UInt64

    /// Both halves as given.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The value no identifier hashes to in practice; used as "none".
    public static let zero = Hash128(high: 0, low: 0)

    /// True for the "none" value.
    @inlinable
    public var isZero: Bool { high | low == 0 }

    /// The low half is already uniform, so a table needs no second mixing of both.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }

    /// Orders by the high half, then the low half: the order of the big-endian bytes.
    @inlinable
    public static func < (left: Hash128, right: Hash128) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension Hash128: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits, high half first.
    public var description: String {
        func digits(_ half: UInt64) -> String {
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(high) + digits(low)
    }
}
