internal import Domain
internal import Ground

/// A row that readers see beside the sequencer: an image, and links of its own.
protocol StripedRow: KeyedRow {
    associatedtype Image: Sendable
    init(_ image: Image)
    var image: Image { get set }
    var lastSequence: UInt64 { get }
    static func key(_ image: Image) -> RowKey
    static func sequence(_ image: Image) -> UInt64
}

/// A row that is ahead of the disk: what readers are shown instead.
struct InFlight<Row: StripedRow>: KeyedRow {
    var key: RowKey
    /// What is durable; nil when nothing is.
    var image: Row.Image?
    /// Where the row is, so that its publishing searches no index; -1 when it has been forgotten.
    var slot: Int32
    /// Of a row that has been forgotten: the last record that changed it.
    var leavesAtSequence: UInt64 = 0

    var isVacant: Bool { key.low == 0 && key.high == 0 }
    static var vacant: InFlight { InFlight(key: RowKey(TenantID(0), 0), image: nil, slot: -1) }
}

/// One of the 64 parts of a table that several threads read.
///
/// The sequencer alone writes rows and the index, always under the lock, and so may read them
/// without it. The publisher alone, beside the sequencer, changes the rows in flight, under the
/// lock. Readers look at all of it under the lock, for the time of one look-up.
final class Stripe<Row: StripedRow>: @unchecked Sendable {
    // Sendable because of the rules above.
    let lock = Lock(())
    var table = RowTable<Row>(capacity: RowStripes<Row>.stripeRowCountMax, partCountLog2: 4)
    private var inFlight = RowTable<InFlight<Row>>(
        capacity: RowStripes<Row>.stripeRowCountMax, partCountLog2: 0)

    /// Writes an image; `isFirst`: it was not the record in hand that wrote it last.
    @inline(__always)
    func write(_ image: Row.Image, at slot: Int, isFirst: Bool) {
        lock.withLock { _ in
            if isFirst { keep(slot) }
            table[slot].image = image
        }
    }

    /// Writes an image back that is durable.
    func restore(_ image: Row.Image, at slot: Int) { table[slot].image = image }

    /// Lets readers see the row as it is until the record in hand is durable. Under the lock.
    @inline(__always)
    func keep(_ slot: Int) {
        let key = table[slot].key
        let mixed = key.mixed
        if inFlight.slot(key, mixed: mixed) == nil {
            let entry = InFlight<Row>(key: key, image: table[slot].image, slot: Int32(slot))
            _ = inFlight.insert(entry, mixed: mixed)
        }
    }

    /// Adds a row that readers do not see before its record is durable.
    func insert(_ row: Row, mixed: UInt64) -> Int {
        lock.withLock { _ in
            let slot = table.insert(row, mixed: mixed)
            let entry = InFlight<Row>(key: row.key, image: nil, slot: Int32(slot))
            _ = inFlight.insert(entry, mixed: mixed)
            return slot
        }
    }

    /// Adds a row that is durable; while a ledger is restored nobody reads it.
    func restore(_ row: Row, mixed: UInt64) -> Int { table.insert(row, mixed: mixed) }

    /// Takes an `insert` back.
    func undoInsert(_ slot: Int) {
        lock.withLock { _ in
            if let entry = inFlight.slot(table[slot].key) { inFlight.remove(entry) }
            table.remove(slot)
        }
    }

    /// Takes a `write` back: the row is as it was, and in flight only if it was before.
    func undoWrite(_ slot: Int, _ before: Row.Image) {
        lock.withLock { _ in
            table[slot].image = before
            if let entry = inFlight.slot(Row.key(before)),
                let durable = inFlight[entry].image,
                Row.sequence(durable) == Row.sequence(before)
            {
                inFlight.remove(entry)
            }
        }
    }

    /// Takes a row away for good; while it is in flight readers see what is durable.
    func forget(_ slot: Int) {
        lock.withLock { _ in
            if let entry = inFlight.slot(table[slot].key) {
                inFlight[entry].leavesAtSequence = table[slot].lastSequence
                inFlight[entry].slot = -1
            }
            table.remove(slot)
        }
    }

    /// Takes over that the record `sequence`, which left `image`, is durable. Says the row's slot.
    func publish(_ image: Row.Image, sequence: UInt64) -> Int? {
        lock.withLock { _ in
            let key = Row.key(image)
            let mixed = key.mixed
            guard let entry = inFlight.slot(key, mixed: mixed) else {
                return table.slot(key, mixed: mixed)
            }
            let slot = inFlight[entry].slot < 0 ? nil : Int(inFlight[entry].slot)
            let last = slot.map { table[$0].lastSequence } ?? inFlight[entry].leavesAtSequence
            if last == sequence {
                inFlight.remove(entry)
            } else {
                inFlight[entry].image = image
            }
            return slot
        }
    }

    /// What is durable under a key.
    func durable(_ key: RowKey) -> Row.Image? {
        lock.withLock { _ in
            let mixed = key.mixed
            if inFlight.count > 0, let entry = inFlight.slot(key, mixed: mixed) {
                return inFlight[entry].image
            }
            return table.slot(key, mixed: mixed).map { table[$0].image }
        }
    }

    /// What is durable of the row in a slot that holds one.
    func durable(at slot: Int) -> Row.Image? {
        lock.withLock { _ in
            if inFlight.count > 0, let entry = inFlight.slot(table[slot].key) {
                return inFlight[entry].image
            }
            return table[slot].image
        }
    }

    /// Rows whose last record is not durable.
    var inFlightCount: Int { lock.withLock { _ in inFlight.count } }
}

/// 64 stripes of rows. A row's number in all of them is its slot within its stripe times 64 and
/// the stripe's number, 26 bits: so the numbers are dense, and blocks of them are alike.
struct RowStripes<Row: StripedRow>: Sendable {
    /// Rows of one stripe. Reason: with the stripe they make the 26 bits of a place in an index.
    static var stripeRowCountMax: Int { 1 << 20 }

    private let stripes: [Stripe<Row>]

    init() { stripes = (0..<64).map { _ in Stripe() } }

    /// The stripe that a global slot is in.
    @inline(__always)
    func stripe(_ slot: Int) -> Stripe<Row> { stripes[slot & 63] }

    /// The stripe that a key is in.
    @inline(__always)
    func stripe(_ key: RowKey) -> Stripe<Row> {
        stripes[Int(truncatingIfNeeded: key.mixed &>> 58)]
    }

    /// The global slot of a row. Thread: the sequencer.
    @inline(__always)
    func slot(_ key: RowKey) -> Int? {
        let mixed = key.mixed
        let number = Int(truncatingIfNeeded: mixed &>> 58)
        return stripes[number].table.slot(key, mixed: mixed).map { $0 &<< 6 | number }
    }

    /// The row in a global slot.
    @inline(__always)
    subscript(slot: Int) -> Row { stripes[slot & 63].table[slot &>> 6] }

    /// Writes one field of the row in a global slot, or reads one.
    @inline(__always)
    func with<Result>(_ slot: Int, _ body: (inout Row) -> Result) -> Result {
        body(&stripes[slot & 63].table[slot &>> 6])
    }

    /// The image in a global slot. Thread: the sequencer.
    @inline(__always)
    func image(_ slot: Int) -> Row.Image { stripes[slot & 63].table[slot &>> 6].image }

    /// True when a row with this key cannot be added.
    func isFull(_ key: RowKey) -> Bool { stripe(key).table.isFull }

    /// Adds a row that readers do not see before its record is durable.
    func insert(_ row: Row) -> Int {
        let mixed = row.key.mixed
        let number = Int(truncatingIfNeeded: mixed &>> 58)
        return stripes[number].insert(row, mixed: mixed) &<< 6 | number
    }

    /// Adds a row that is durable.
    func restore(_ row: Row) -> Int {
        let mixed = row.key.mixed
        let number = Int(truncatingIfNeeded: mixed &>> 58)
        return stripes[number].restore(row, mixed: mixed) &<< 6 | number
    }

    /// Reads where the search for a key begins.
    @inline(__always)
    func home(_ mixed: UInt64) -> UInt64 {
        stripes[Int(truncatingIfNeeded: mixed &>> 58)].table.home(mixed)
    }

    /// Reads where the searches for some keys begin, so that these places are in the cache when the
    /// searches come: misses that do not depend on one another overlap. The sum means nothing.
    @inline(never)
    func warmHomes(_ keys: [UInt64]) -> UInt64 {
        var sum: UInt64 = 0
        for mixed in keys {
            sum &+= stripes[Int(truncatingIfNeeded: mixed &>> 58)].table.home(mixed)
        }
        return sum
    }

    /// The global slot that a search for a hash most likely finds.
    @inline(__always)
    func likelySlot(_ mixed: UInt64) -> Int? {
        let number = Int(truncatingIfNeeded: mixed &>> 58)
        return stripes[number].table.likelySlot(mixed).map { $0 &<< 6 | number }
    }

    /// Rows held. Thread: the sequencer.
    var count: Int { stripes.reduce(0) { $0 + $1.table.count } }

    /// Global slots there are, counted to the end of the longest stripe. Thread: the sequencer.
    var slotCount: Int { 64 * stripes.reduce(0) { max($0, $1.table.slotCount) } }

    /// True when a row is in this global slot. Thread: the sequencer.
    func holdsRow(_ slot: Int) -> Bool {
        let table = stripes[slot & 63]
        return slot &>> 6 < table.table.slotCount && !table.table[slot &>> 6].isVacant
    }

    /// Rows whose last record is not durable.
    var inFlightCount: Int { stripes.reduce(0) { $0 + $1.inFlightCount } }
}
