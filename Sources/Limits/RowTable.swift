public import Domain
internal import Ground

/// A row that a `RowTable` finds by its tenant and its number within the tenant.
public protocol LedgerRow: Sendable {
    /// Whose row it is.
    var tenant: TenantID { get }
    /// The number of the record that made it; 0 in a vacant row.
    var number: UInt64 { get }
    /// What an unused place holds.
    static var vacant: Self { get }
}

/// Dense rows in numbered slots, and an open-addressed index from {tenant, number} to the slot.
///
///     rows    [row 0 | row 1 | ... ]      a row keeps its slot for life, so a checkpoint can copy
///                                         slots 0..<256, 256..<512, ... at different times
///     index   part 0 [ 0 | p | 0 | p ]    a place is 26 bits of slot and 6 of hash, never 0; 0 is
///             part 1 [ ... ]              empty; linear probing, at most 3/4 full: 5.3 to 10.7
///                                         bytes a row
///
/// The 6 bits of hash, 1 to 63, spare 62 of 63 visits to rows that are not the one looked for: each
/// would be a cache miss. 26 bits of slot bound a table at 67 million rows; more are another
/// journal.
///
/// The index is cut into parts by the hash's upper bits, and each part grows alone: growing at one
/// million rows moves some thousand places, never a million. Removal shifts back, so there are no
/// tombstones. Complexity: O(1). Thread: owned by one at a time.
public struct RowTable<Row: LedgerRow>: Sendable {
    private var rows = PagedArray<Row>()
    private var vacantSlots: [UInt32] = []
    private var parts: ContiguousArray<IndexPart>
    private let partShift: UInt64

    private struct IndexPart: Sendable {
        var places = ContiguousArray<UInt32>()
        var used = 0
    }

    /// Starts empty; `partCountLog2` from 0 to 16 says into how many parts the index is cut.
    public init(partCountLog2: Int) {
        precondition((0...16).contains(partCountLog2), "at most 65,536 parts")
        parts = ContiguousArray(repeating: IndexPart(), count: 1 << partCountLog2)
        partShift = UInt64(64 - partCountLog2)
    }

    /// Rows held.
    public var count: Int { rows.count - vacantSlots.count }

    /// Slots there are, vacant ones included.
    public var slotCount: Int { rows.count }

    /// The row in a slot; vacant when its number is 0.
    public subscript(slot: Int) -> Row { rows[slot] }

    /// The slot of a row, if the tenant has it.
    public func slot(tenant: TenantID, number: UInt64) -> Int? {
        let hash = Self.hash(tenant: tenant, number: number)
        let places = parts[part(of: hash)].places
        guard !places.isEmpty else { return nil }
        var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
        while places[place] != 0 {
            if places[place] &>> 26 == Self.tag(hash) {
                let slot = Int(places[place] & Self.slotMask)
                let row = rows[slot]
                if row.number == number, row.tenant == tenant { return slot }
            }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Puts another state of the same row into its slot.
    public mutating func replace(_ slot: Int, with row: Row) {
        rows[slot] = row
    }

    /// Adds a row that is not there yet and says its slot.
    public mutating func insert(_ row: Row) -> Int {
        precondition(row.number != 0, "number 0 is a vacant row")
        let slot: Int
        if let vacant = vacantSlots.popLast() {
            slot = Int(vacant)
            rows[slot] = row
        } else {
            slot = rows.count
            precondition(slot <= Int(Self.slotMask), "a slot fits 26 bits")
            rows.append(row)
        }
        let hash = Self.hash(tenant: row.tenant, number: row.number)
        let part = part(of: hash)
        if (parts[part].used + 1) * 4 > parts[part].places.count * 3 { grow(part) }
        enter(slot, hash: hash, part: part)
        parts[part].used += 1
        return slot
    }

    /// Takes the row in `slot` away; the slot becomes vacant and is used again.
    public mutating func remove(_ slot: Int) {
        let row = rows[slot]
        let hash = Self.hash(tenant: row.tenant, number: row.number)
        let part = part(of: hash)
        let mask = parts[part].places.count - 1
        var hole = Int(truncatingIfNeeded: hash) & mask
        while parts[part].places[hole] != Self.place(slot, hash: hash) {
            precondition(parts[part].places[hole] != 0, "slot \(slot) is not in the index")
            hole = (hole + 1) & mask
        }
        var next = (hole + 1) & mask
        while parts[part].places[next] != 0 {
            let other = rows[Int(parts[part].places[next] & Self.slotMask)]
            let home =
                Int(truncatingIfNeeded: Self.hash(tenant: other.tenant, number: other.number))
                & mask
            // Whoever probed past the hole moves into it, so that no probe stops too early.
            if (next - home) & mask >= (next - hole) & mask {
                parts[part].places[hole] = parts[part].places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        parts[part].places[hole] = 0
        parts[part].used -= 1
        rows[slot] = .vacant
        vacantSlots.append(UInt32(slot))
    }

    private mutating func grow(_ part: Int) {
        let old = parts[part].places
        parts[part].places = ContiguousArray(repeating: 0, count: max(8, old.count * 2))
        for place in old where place != 0 {
            let slot = Int(place & Self.slotMask)
            let row = rows[slot]
            enter(slot, hash: Self.hash(tenant: row.tenant, number: row.number), part: part)
        }
    }

    private mutating func enter(_ slot: Int, hash: UInt64, part: Int) {
        let mask = parts[part].places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while parts[part].places[place] != 0 { place = (place + 1) & mask }
        parts[part].places[place] = Self.place(slot, hash: hash)
    }

    private static var slotMask: UInt32 { 1 << 26 - 1 }

    /// Six bits of the hash that neither part nor place are chosen by, 1 to 63.
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 32) % 63 + 1
    }

    private static func place(_ slot: Int, hash: UInt64) -> UInt32 {
        tag(hash) &<< 26 | UInt32(slot)
    }

    private func part(of hash: UInt64) -> Int {
        // A smart shift: by 64, when there is one part, it gives 0.
        Int(truncatingIfNeeded: hash >> partShift)
    }

    /// A bijective mixer (Stafford's variant 13 of splitmix64), so that consecutive numbers spread.
    private static func hash(tenant: TenantID, number: UInt64) -> UInt64 {
        var mixed = number &+ UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed &>> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed &>> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed &>> 31
    }
}

extension LineImage: LedgerRow {
    /// The line's id.
    public var number: UInt64 { id.rawValue }

    /// An unused place.
    public static var vacant: LineImage {
        LineImage(
            id: LineID(0), tenant: TenantID(0), subject: SubjectID(.zero), product: .zero,
            currency: Currency(packed: 0), status: .closed, version: 0, limitMinor: 0,
            heldMinor: 0, drawnMinor: 0, openedAtMicros: 0, lastSequence: 0)
    }
}

extension HoldImage: LedgerRow {
    /// The hold's id.
    public var number: UInt64 { id.rawValue }

    /// An unused place.
    public static var vacant: HoldImage {
        HoldImage(
            id: HoldID(0), tenant: TenantID(0), line: LineID(0), state: .released, amountMinor: 0,
            committedMinor: 0, heldMinor: 0, expiresAtMicros: 0)
    }
}
