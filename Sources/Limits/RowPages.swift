internal import Ground

/// Rows in pages of memory that never move, each at its number for life.
///
/// A page holds 256 rows; the directory of pages is made once, for all the rows there may be, and
/// touched only as far as pages are made. Because nothing moves, threads may read and write
/// different fields of a row at the same time, through `places`.
/// Complexity: O(1). Thread: one appends; see the owner for who reads beside it.
@safe
struct RowPages<Row>: ~Copyable {
    // Safe because `places` checks every slot, and the memory lives as long as this value, which
    // cannot be copied.
    private let directory: UnsafeMutablePointer<UnsafeMutablePointer<Row>?>
    private let capacity: Int
    /// Where the rows are; they may be reached so while this value is there.
    let places: RowPlaces<Row>
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
        unsafe places = RowPlaces(directory, capacity: capacity)
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

    /// Slots that can be added.
    var room: Int { capacity - count }

    /// Bytes of the pages that were made.
    var byteCount: Int {
        (count + Self.pageRowCount - 1) / Self.pageRowCount * Self.pageRowCount
            * MemoryLayout<Row>.stride
    }

    /// True when no slot can be added.
    var isFull: Bool { room == 0 }

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

    /// Asks for a slot's memory, where no row need be yet.
    @inline(__always)
    func prefetch(_ slot: Int) {
        guard slot < capacity, let rows = unsafe directory[slot &>> 8] else { return }
        unsafe Prefetch.value(at: rows + (slot & 255))
    }

    /// The whole row in a slot that was appended: for whoever is alone with it.
    subscript(slot: Int) -> Row {
        @inline(__always)
        _read { yield unsafe places.address(slot).pointee }
        @inline(__always)
        nonmutating _modify { yield unsafe &places.address(slot).pointee }
    }
}
