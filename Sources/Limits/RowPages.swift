/// Rows in pages of memory that never move, each at its number for life.
///
/// A page holds 256 rows; the directory of pages is made once, for all the rows there may be, and
/// touched only as far as pages are made. Because nothing moves, the owner may read and write its
/// own fields of a row while another thread, under a lock that guards other fields, reads those.
/// Complexity: O(1). Thread: one appends; see the owner for who reads beside it.
@safe
struct RowPages<Row>: ~Copyable {
    // Safe because a slot is checked against the directory and its page on every access, and the
    // memory lives as long as this value, which cannot be copied.
    private let directory: UnsafeMutablePointer<UnsafeMutablePointer<Row>?>
    private let capacity: Int
    /// Slots there are.
    private(set) var count = 0

    static var pageRowCount: Int { 256 }

    /// Starts empty, for at most `capacity` rows, a multiple of 256.
    init(capacity: Int) {
        precondition(capacity % Self.pageRowCount == 0, "whole pages")
        self.capacity = capacity
        let pageCount = capacity / Self.pageRowCount
        unsafe directory = .allocate(capacity: pageCount)
        unsafe directory.initialize(repeating: nil, count: pageCount)
    }

    deinit {
        var page = 0
        while page * Self.pageRowCount < count {
            if let rows = unsafe directory[page] {
                let used = min(Self.pageRowCount, count - page * Self.pageRowCount)
                unsafe rows.deinitialize(count: used)
                unsafe rows.deallocate()
            }
            page += 1
        }
        unsafe directory.deallocate()
    }

    /// True when no slot can be added.
    var isFull: Bool { count == capacity }

    /// Adds one row at the end.
    mutating func append(_ row: Row) {
        precondition(!isFull, "rows have reached their bound")
        let page = count / Self.pageRowCount
        if unsafe directory[page] == nil {
            unsafe directory[page] = .allocate(capacity: Self.pageRowCount)
        }
        guard let rows = unsafe directory[page] else { preconditionFailure("the page was made") }
        unsafe (rows + count % Self.pageRowCount).initialize(to: row)
        count += 1
    }

    /// The row in a slot that was appended.
    subscript(slot: Int) -> Row {
        @inline(__always)
        _read { yield unsafe address(slot).pointee }
        @inline(__always)
        nonmutating _modify { yield unsafe &address(slot).pointee }
    }

    @inline(__always)
    private func address(_ slot: Int) -> UnsafeMutablePointer<Row> {
        precondition(UInt(bitPattern: slot) < UInt(bitPattern: capacity), "a slot that exists")
        guard let rows = unsafe directory[slot &>> 8] else {
            preconditionFailure("a slot that exists")
        }
        return unsafe rows + (slot & 255)
    }
}

extension RowPages: SlotHashes where Row: KeyedRow {
    func mixed(_ slot: Int) -> UInt64 { self[slot].key.mixed }
}
