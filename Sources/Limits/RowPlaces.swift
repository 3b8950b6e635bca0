/// Where the rows of some pages are: each stored field of a row by itself.
///
/// Threads that own different fields of one row, or guard them with different locks, write them at
/// the same time. So nothing here reads or writes more of a row than the field that is asked for,
/// and what is here never changes: a row that was appended is found without a lock, while others
/// are appended. Pages that are gone may not be asked. Complexity: O(1).
/// Thread: whoever may touch the field; see the row.
@safe
struct RowPlaces<Row> {
    // Safe because a slot is checked against the directory and its page on every access; whoever
    // keeps this beside the pages keeps them as long.
    private let directory: UnsafeMutablePointer<UnsafeMutablePointer<Row>?>
    private let capacity: Int

    init(_ directory: UnsafeMutablePointer<UnsafeMutablePointer<Row>?>, capacity: Int) {
        unsafe self.directory = unsafe directory
        self.capacity = capacity
    }

    /// A stored field, or a stored field of one, of the row in a slot that was appended.
    ///
    /// With a literal path this is one address: the compiler knows the field's distance.
    subscript<Value>(slot: Int, field: WritableKeyPath<Row, Value>) -> Value {
        @inline(__always)
        _read { yield unsafe address(slot, field).pointee }
        @inline(__always)
        nonmutating set { unsafe address(slot, field).pointee = newValue }
    }

    @inline(__always)
    private func address<Value>(
        _ slot: Int, _ field: WritableKeyPath<Row, Value>
    ) -> UnsafeMutablePointer<Value> {
        guard let place = unsafe address(slot).pointer(to: field) else {
            preconditionFailure("a stored field")
        }
        return unsafe place
    }

    /// The row in a slot that was appended.
    @inline(__always)
    func address(_ slot: Int) -> UnsafeMutablePointer<Row> {
        precondition(UInt(bitPattern: slot) < UInt(bitPattern: capacity), "a slot that exists")
        guard let rows = unsafe directory[slot &>> 8] else {
            preconditionFailure("a slot that exists")
        }
        return unsafe rows + (slot & 255)
    }
}

extension RowPlaces: SlotHashes where Row: KeyedRow {
    /// The key of the row in a slot; `RowKey.none` when it holds none.
    @inline(__always)
    func key(_ slot: Int) -> RowKey { unsafe Row.key(at: address(slot)) }

    func mixed(_ slot: Int) -> UInt64 { key(slot).mixed }
}

extension RowPlaces where Row: StripedRow {
    /// The image in a slot that was appended.
    subscript(image slot: Int) -> Row.Image {
        @inline(__always)
        _read { yield unsafe Row.image(at: address(slot)).pointee }
        @inline(__always)
        nonmutating set { unsafe Row.image(at: address(slot)).pointee = newValue }
    }
}
