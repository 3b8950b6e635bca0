public import Ground

extension Label {
    /// The value that a hash stands for in labels, scopes and counters: its low half, never zero.
    ///
    /// A subject, a group and a product are hashed at the door; this is the one way in which such a
    /// hash becomes the value of a dimension.
    @inlinable
    public static func value(of hash: Hash128) -> UInt64 { hash.low == 0 ? 1 : hash.low }

    /// A dimension of the lender's own, by the hash of its name: above every known one.
    @inlinable
    public static func dimension(of name: Hash128) -> UInt64 { name.low | 1 << 63 }
}
