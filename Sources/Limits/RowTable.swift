internal import Domain
internal import Ground

/// What finds a row: the tenant's number of a line, hold or drawing, or the hash of a subject.
struct RowKey: Hashable, Sendable {
    /// 0 for numbers.
    var high: UInt64
    var low: UInt64
    var tenant: TenantID

    /// A number of the tenant's own sequence.
    @inline(__always)
    init(_ tenant: TenantID, _ number: UInt64) {
        high = 0
        low = number
        self.tenant = tenant
    }

    /// A subject of the tenant.
    init(_ tenant: TenantID, _ subject: SubjectID) {
        high = subject.hash.high
        low = subject.hash.low
        self.tenant = tenant
    }

    /// What no row has.
    static var none: RowKey { RowKey(TenantID(0), 0) }

    /// True of a slot's key when it holds no row.
    @inline(__always)
    var isNone: Bool { low == 0 && high == 0 }

    /// A bijective mixer (Stafford's variant 13 of splitmix64), so that consecutive numbers spread.
    @inline(__always)
    var mixed: UInt64 {
        var mixed = low &+ UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15
        mixed ^= high &* 0xd6e8_feb8_6659_fd93
        mixed = (mixed ^ mixed &>> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed &>> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed &>> 31
    }
}

/// A row that a `RowTable` finds by its key.
protocol KeyedRow: Sendable {
    var key: RowKey { get }
    /// What a slot without a row holds: its key is `RowKey.none`.
    static var vacant: Self { get }
    /// The key of the row at an address, by reading no field that another thread may write.
    static func key(at row: UnsafeMutablePointer<Self>) -> RowKey
}

extension KeyedRow {
    /// Of a row that one thread has to itself.
    @inline(__always)
    static func key(at row: UnsafeMutablePointer<Self>) -> RowKey { unsafe row.pointee.key }

    /// True in a slot that holds no row.
    var isVacant: Bool { key.isNone }
}

/// Rows in numbered slots, and an index from their key to the slot.
///
/// A row keeps its slot for life, so a checkpoint can copy slots 0..<256, 256..<512, ... at
/// different times. Memory: the row, and 5.3 to 8 bytes of index. Complexity: O(1).
/// Thread: see `SlotIndex` and `RowPages`.
struct RowTable<Row: KeyedRow>: ~Copyable {
    private var rows: RowPages<Row>
    private var index: SlotIndex
    private var vacantSlots: [UInt32] = []

    /// Starts empty, for at most `capacity` rows; `partCountLog2` says into how many parts the
    /// index is cut.
    init(capacity: Int, partCountLog2: Int) {
        rows = RowPages(capacity: capacity)
        index = SlotIndex(partCountLog2: partCountLog2)
    }

    /// Rows held. Kept beside the rows, because readers of a stripe ask whether there are any in
    /// flight, and must not fetch the list of vacant slots for it.
    private(set) var count = 0

    /// Bytes of the rows' pages, and of the index.
    var byteCounts: (rows: Int, index: Int) { (rows.byteCount, index.byteCount) }

    /// Slots there are, vacant ones included.
    var slotCount: Int { rows.count }

    /// Rows that can be added.
    var room: Int { vacantSlots.count + rows.room }

    /// True when no row can be added.
    var isFull: Bool { room == 0 }

    /// Where the rows are; they may be reached so while this value is there.
    var places: RowPlaces<Row> { rows.places }

    /// The whole row in a slot, vacant when it holds none: for whoever is alone with it.
    subscript(slot: Int) -> Row {
        @inline(__always)
        _read { yield rows[slot] }
        @inline(__always)
        nonmutating _modify { yield &rows[slot] }
    }

    /// The slot of a row, if it is there.
    @inline(__always)
    func slot(_ key: RowKey) -> Int? { slot(key, mixed: key.mixed) }

    /// The slot of a row whose key was mixed already.
    @inline(__always)
    func slot(_ key: RowKey, mixed: UInt64) -> Int? {
        index.find(mixed) { rows.places.key($0) == key }
    }

    /// Asks for the place where the search for a hash begins.
    @inline(__always)
    func prefetchHome(_ mixed: UInt64) { index.prefetchHome(mixed) }

    /// Asks for what the next row that is added will be written over.
    @inline(__always)
    func prefetchNext() { rows.prefetch(vacantSlots.last.map(Int.init) ?? rows.count) }

    /// Asks for a row.
    @inline(__always)
    func prefetch(_ slot: Int) { rows.prefetch(slot) }

    /// The slot that the search for a hash most likely finds: the first one whose tag agrees.
    @inline(__always)
    func likelySlot(_ mixed: UInt64) -> Int? { index.find(mixed) { _ in true } }

    /// Makes room in the index for so many rows, before the first comes.
    mutating func reserve(_ rowCount: Int) { index.reserve(rowCount) }

    /// Adds a row that is not there yet and says its slot.
    mutating func insert(_ row: Row) -> Int { insert(row, mixed: row.key.mixed) }

    /// Adds a row whose key was mixed already.
    mutating func insert(_ row: Row, mixed: UInt64) -> Int {
        precondition(!row.isVacant, "a row has a key")
        let slot: Int
        if let vacant = vacantSlots.popLast() {
            slot = Int(vacant)
            rows[slot] = row
        } else {
            slot = rows.count
            rows.append(row)
        }
        index.insert(mixed, slot: slot, hashes: rows.places)
        count += 1
        return slot
    }

    /// Takes the row in `slot` away; the slot becomes vacant and is used again.
    mutating func remove(_ slot: Int) {
        index.remove(rows.places.key(slot).mixed, slot: slot, hashes: rows.places)
        rows[slot] = .vacant
        vacantSlots.append(UInt32(slot))
        count -= 1
    }
}
