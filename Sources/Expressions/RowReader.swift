/// Where an expression finds its variables: a row of features, an event, named values.
///
/// Borrowed for one evaluation. Readers are concrete types known to the compiler, so that the
/// compiled code reads a slot without a witness table.
public protocol RowReader {
    /// The bits of a slot, as its `SlotKind` says; nil when it has no value here.
    func bits(at slot: Int) -> UInt64?

    /// The value of a slot of kind `value`; nil when it has none here.
    func value(at slot: Int) -> Value?
}

extension RowReader {
    /// No slot of kind `value`.
    public func value(at slot: Int) -> Value? { nil }
}

/// A row without variables.
public struct EmptyRow: RowReader, Sendable {
    /// The row.
    public init() {}

    /// Nothing.
    public func bits(at slot: Int) -> UInt64? { nil }
}

/// Values by slot, for tools and tests.
public struct ValueRow: RowReader, Sendable {
    /// Nil where a slot has no value.
    public var values: [Value?]

    /// A row of these values.
    public init(_ values: [Value?]) { self.values = values }

    /// Nothing: every slot of this row is of kind `value`.
    public func bits(at slot: Int) -> UInt64? { nil }

    /// The value, nil beyond the last slot.
    public func value(at slot: Int) -> Value? {
        values.indices.contains(slot) ? values[slot] : nil
    }
}
