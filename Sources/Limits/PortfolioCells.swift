internal import Domain
internal import Ground

/// Four values of a scope: those of its open terms in order, zeros behind them.
typealias CellValues = InlineArray<4, UInt64>

/// Where a counter stands: what the index finds it by.
struct CellPlace {
    var definition: UInt32
    /// Period in the upper 24 bits, number of the currency in the lower 8.
    var periodAndCurrency: Int32
    var values: CellValues

    init(definition: Int, period: Int32, currency: UInt8, values: CellValues) {
        precondition(period >= -1 << 23 && period < 1 << 23, "a period fits 24 bits")
        self.definition = UInt32(definition)
        periodAndCurrency = period &<< 8 | Int32(currency)
        self.values = values
    }

    var period: Int32 { periodAndCurrency &>> 8 }
    var currency: UInt8 { UInt8(truncatingIfNeeded: periodAndCurrency) }

    var hash: UInt64 {
        var mixed =
            UInt64(definition) &<< 32 | UInt64(UInt32(bitPattern: periodAndCurrency))
        for place in 0..<4 {
            mixed = (mixed ^ values[place]) &* 0x9e37_79b9_7f4a_7c15
            mixed ^= mixed &>> 32
        }
        mixed = (mixed ^ mixed &>> 30) &* 0xbf58_476d_1ce4_e5b9
        return mixed ^ mixed &>> 29
    }
}

/// One counter. 48 bytes.
struct CellRow: Sendable {
    /// Of the first open term.
    var value: UInt64
    /// Minor units of the cell's own currency: what was taken is given back exactly. A sum that
    /// would not fit stays `Int64.max` for good, see `Portfolio.take`.
    var amountMinor: Int64
    var count: Int64
    var lastSequence: UInt64
    /// Of the limit as it was defined last; `CellTable.none` in a vacant row.
    var definition: UInt32
    var periodAndCurrency: Int32
    /// The next older counter of the same definition and period.
    var next: UInt32
    /// Number of the further values in 30 bits, 0 for none; 2 bits of level.
    var moreAndLevel: UInt32

    var period: Int32 { periodAndCurrency &>> 8 }
    var currency: UInt8 { UInt8(truncatingIfNeeded: periodAndCurrency) }
    var more: Int { Int(moreAndLevel & 0x3fff_ffff) }

    /// 0, 80, 90 or 100 percent.
    var level: UInt8 {
        get {
            let code = UInt8(moreAndLevel &>> 30)
            return code == 0 ? 0 : 70 + code * 10
        }
        set {
            let code = newValue == 0 ? 0 : UInt32(newValue - 70) / 10
            moreAndLevel = moreAndLevel & 0x3fff_ffff | code &<< 30
        }
    }
}

/// The counters of all limits: rows in numbered slots and an open-addressed index to them.
///
///     row     | value 8 | amount 8 | count 8 | last sequence 8 |
///             | definition 4 | period 3 currency 1 | next 4 | more 30 bits, level 2 |  48 bytes
///     more    the second to fourth value, 24 bytes, for a scope with that many open terms only
///     index   a place is 26 bits of slot and 6 of hash, never 0; linear probing, at most 3/4
///             full: 5.3 to 10.7 bytes a cell
///
/// A limit per customer thus costs 53 to 59 bytes for each customer (78 to 83 with two open terms):
/// 59 MB for a million, and once more in `PortfolioView`. A row keeps its slot for life, so that a
/// checkpoint copies slots 0..<256, 256..<512, ... at different times; the index is cut into 256
/// parts that grow alone. 26 bits of slot bound the table at 67 million counters.
///
/// Complexity: O(1). Thread: the owner's.
struct CellTable: Sendable {
    /// No row.
    static let none = UInt32.max

    private var rows = PagedArray<CellRow>()
    private var more = PagedArray<InlineArray<3, UInt64>>()
    private var vacantRows: [UInt32] = []
    private var vacantMore: [UInt32] = []
    private var parts = ContiguousArray(repeating: IndexPart(), count: 256)

    private struct IndexPart: Sendable {
        var places = ContiguousArray<UInt32>()
        var used = 0
    }

    /// Cells held.
    var count: Int { rows.count - vacantRows.count }

    /// Slots there are, vacant ones included.
    var slotCount: Int { rows.count }

    /// The row in a slot. Setting must leave what the index finds it by as it is.
    subscript(slot: Int) -> CellRow {
        get { rows[slot] }
        set { rows[slot] = newValue }
    }

    /// The values of a row's scope.
    func values(of row: CellRow) -> CellValues {
        var values = CellValues(repeating: 0)
        values[0] = row.value
        if row.more != 0 {
            let rest = more[row.more - 1]
            for place in 0..<3 { values[place + 1] = rest[place] }
        }
        return values
    }

    func place(of row: CellRow) -> CellPlace {
        CellPlace(
            definition: Int(row.definition), period: row.period, currency: row.currency,
            values: values(of: row))
    }

    /// The slot of a cell, if there is one.
    func slot(of place: CellPlace) -> Int? {
        let hash = place.hash
        let part = Int(truncatingIfNeeded: hash &>> 56)
        let mask = parts[part].places.count - 1
        guard mask >= 0 else { return nil }
        var probe = Int(truncatingIfNeeded: hash) & mask
        while true {
            let found = parts[part].places[probe]
            if found == 0 { return nil }
            if found &>> 26 == Self.tag(hash) {
                let slot = Int(found & Self.slotMask)
                let row = rows[slot]
                if row.value == place.values[0], row.definition == place.definition,
                    row.periodAndCurrency == place.periodAndCurrency,
                    hasRest(row, place.values)
                {
                    return slot
                }
            }
            probe = (probe + 1) & mask
        }
    }

    /// Adds an empty cell that is not there yet, before `next` in its list, and says its slot.
    mutating func insert(_ place: CellPlace, next: UInt32) -> Int {
        var row = CellRow(
            value: place.values[0], amountMinor: 0, count: 0, lastSequence: 0,
            definition: place.definition, periodAndCurrency: place.periodAndCurrency, next: next,
            moreAndLevel: 0)
        if place.values[1] | place.values[2] | place.values[3] != 0 {
            row.moreAndLevel = addMore(place.values)
        }
        let slot: Int
        if let vacant = vacantRows.popLast() {
            slot = Int(vacant)
            rows[slot] = row
        } else {
            slot = rows.count
            precondition(slot <= Int(Self.slotMask), "a slot fits 26 bits")
            rows.append(row)
        }
        let hash = place.hash
        let part = Int(truncatingIfNeeded: hash &>> 56)
        if (parts[part].used + 1) * 4 > parts[part].places.count * 3 { grow(part) }
        enter(slot, hash: hash, part: part)
        parts[part].used += 1
        return slot
    }

    /// Takes the cell in `slot` away; the slot becomes vacant and is used again.
    mutating func remove(_ slot: Int) {
        let row = rows[slot]
        let hash = place(of: row).hash
        let part = Int(truncatingIfNeeded: hash &>> 56)
        let mask = parts[part].places.count - 1
        var hole = Int(truncatingIfNeeded: hash) & mask
        while parts[part].places[hole] & Self.slotMask != UInt32(slot)
            || parts[part].places[hole] == 0
        {
            precondition(parts[part].places[hole] != 0, "slot \(slot) is not in the index")
            hole = (hole + 1) & mask
        }
        var next = (hole + 1) & mask
        while parts[part].places[next] != 0 {
            let other = rows[Int(parts[part].places[next] & Self.slotMask)]
            let home = Int(truncatingIfNeeded: place(of: other).hash) & mask
            // Whoever probed past the hole moves into it, so that no probe stops too early.
            if (next - home) & mask >= (next - hole) & mask {
                parts[part].places[hole] = parts[part].places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        parts[part].places[hole] = 0
        parts[part].used -= 1
        if row.more != 0 { vacantMore.append(UInt32(row.more)) }
        rows[slot].definition = Self.none
        vacantRows.append(UInt32(slot))
    }

    /// A table of its own: pages that were only shared would be copied by their first change, in
    /// the sequencer's time.
    func copied() -> CellTable {
        var copy = CellTable()
        for slot in 0..<rows.count { copy.rows.append(rows[slot]) }
        for place in 0..<more.count { copy.more.append(more[place]) }
        copy.vacantRows = vacantRows.map { $0 }
        copy.vacantMore = vacantMore.map { $0 }
        for part in 0..<parts.count {
            copy.parts[part].used = parts[part].used
            copy.parts[part].places = ContiguousArray(parts[part].places.map { $0 })
        }
        return copy
    }

    private func hasRest(_ row: CellRow, _ values: CellValues) -> Bool {
        if row.more == 0 { return values[1] | values[2] | values[3] == 0 }
        let rest = more[row.more - 1]
        return rest[0] == values[1] && rest[1] == values[2] && rest[2] == values[3]
    }

    private mutating func addMore(_ values: CellValues) -> UInt32 {
        var rest = InlineArray<3, UInt64>(repeating: 0)
        for place in 0..<3 { rest[place] = values[place + 1] }
        if let vacant = vacantMore.popLast() {
            more[Int(vacant) - 1] = rest
            return vacant
        }
        more.append(rest)
        return UInt32(more.count)
    }

    private mutating func grow(_ part: Int) {
        let old = parts[part].places
        parts[part].places = ContiguousArray(repeating: 0, count: max(8, old.count * 2))
        for found in old where found != 0 {
            let slot = Int(found & Self.slotMask)
            enter(slot, hash: place(of: rows[slot]).hash, part: part)
        }
    }

    private mutating func enter(_ slot: Int, hash: UInt64, part: Int) {
        let mask = parts[part].places.count - 1
        var probe = Int(truncatingIfNeeded: hash) & mask
        while parts[part].places[probe] != 0 { probe = (probe + 1) & mask }
        parts[part].places[probe] = Self.tag(hash) &<< 26 | UInt32(slot)
    }

    private static var slotMask: UInt32 { 1 << 26 - 1 }

    /// Six bits of the hash that neither part nor place are chosen by, 1 to 63.
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 40) & 0xffff % 63 + 1
    }
}
