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
    /// True in a slot that holds no row.
    var isVacant: Bool { get }
    /// What a slot without a row holds.
    static var vacant: Self { get }
}

/// Rows in numbered slots, and an index from their key to the slot.
///
/// A row keeps its slot for life, so a checkpoint can copy slots 0..<256, 256..<512, ... at
/// different times. Memory: the row, and 5.3 to 10.7 bytes of index. Complexity: O(1).
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

    /// Rows held.
    var count: Int { rows.count - vacantSlots.count }

    /// Slots there are, vacant ones included.
    var slotCount: Int { rows.count }

    /// True when no row can be added.
    var isFull: Bool { vacantSlots.isEmpty && rows.isFull }

    /// The row in a slot; vacant when it holds none.
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
        index.find(mixed) { rows[$0].key == key }
    }

    /// Reads the place where the search for a hash begins.
    @inline(__always)
    func home(_ mixed: UInt64) -> UInt64 { index.home(mixed) }

    /// The slot that the search for a hash most likely finds: the first one whose tag agrees.
    @inline(__always)
    func likelySlot(_ mixed: UInt64) -> Int? { index.find(mixed) { _ in true } }

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
        index.insert(mixed, slot: slot, hashes: rows)
        return slot
    }

    /// Takes the row in `slot` away; the slot becomes vacant and is used again.
    mutating func remove(_ slot: Int) {
        index.remove(rows[slot].key.mixed, slot: slot, hashes: rows)
        rows[slot] = .vacant
        vacantSlots.append(UInt32(slot))
    }
}
