internal import Domain
internal import Ground

/// A row that readers see beside the sequencer: an image, and links of its own, each guarded as
/// the row says. What is true of every such row is in its image.
protocol StripedRow: KeyedRow {
    associatedtype Image: Sendable
    init(_ image: Image)
    static func image(at row: UnsafeMutablePointer<Self>) -> UnsafeMutablePointer<Image>
    static func key(_ image: Image) -> RowKey
    static func sequence(_ image: Image) -> UInt64
}

extension StripedRow {
    @inline(__always)
    static func key(at row: UnsafeMutablePointer<Self>) -> RowKey {
        unsafe key(image(at: row).pointee)
    }
}

/// A row that is ahead of the disk: what readers are shown instead.
struct InFlight<Row: StripedRow>: KeyedRow {
    var key: RowKey
    /// What is durable; nil when nothing is.
    var image: Row.Image?
    /// The last record that changed the row: with it the entry leaves. Here as well as in the row,
    /// so that publishing does not visit the row, which is a cache miss by then.
    var lastSequence: UInt64
    /// Where the row is; -1 when it has been forgotten.
    var slot: Int32

    static var vacant: InFlight {
        InFlight(key: .none, image: nil, lastSequence: 0, slot: -1)
    }
}

/// One of the 64 parts of a table that several threads read.
///
/// Readers see a row as it is when its last record is not later than the newest one that was
/// published here; else what the rows in flight have of it; and nothing of a row that is new, which
/// has no entry there until a second record changes it: most rows of most records are new.
///
/// The sequencer alone writes images and the index, always under the lock, and so may read them
/// without it; `rows` has each field of a row alone, so the links may have other guards. The
/// publisher alone, beside the sequencer, changes the rows in flight, under the lock. Readers look
/// at all of it under the lock, for the time of one look-up.
final class Stripe<Row: StripedRow>: @unchecked Sendable {
    // Sendable because of the rules above.
    let lock = Gate()
    /// The rows of `table`, which lives as long; reached without it, so without the lock.
    let rows: RowPlaces<Row>
    private(set) var table = RowTable<Row>(
        capacity: RowStripes<Row>.stripeRowCountMax, partCountLog2: 4)
    private var inFlight = RowTable<InFlight<Row>>(
        capacity: RowStripes<Row>.stripeRowCountMax, partCountLog2: 0)
    /// The newest record that was published in this stripe, or restored. Under the lock.
    private var durableSequence: UInt64 = 0

    init() { rows = table.places }

    /// Writes an image; `isFirst`: it was not the record in hand that wrote it last.
    @inline(__always)
    func write(_ image: Row.Image, at slot: Int, isFirst: Bool) {
        lock.withLock {
            if isFirst { keep(slot, until: Row.sequence(image)) }
            rows[image: slot] = image
        }
    }

    /// Writes an image back that is durable.
    func restore(_ image: Row.Image, at slot: Int) {
        rows[image: slot] = image
        durableSequence = max(durableSequence, Row.sequence(image))
    }

    /// Lets readers see the row as it is until the record in hand, `sequence`, is durable. Under
    /// the lock.
    @inline(__always)
    func keep(_ slot: Int, until sequence: UInt64) {
        let key = rows.key(slot)
        let mixed = key.mixed
        if let entry = inFlight.slot(key, mixed: mixed) {
            inFlight[entry].lastSequence = sequence
            return
        }
        let entry = InFlight<Row>(
            key: key, image: durableRow(slot), lastSequence: sequence,
            slot: Int32(truncatingIfNeeded: slot))
        _ = inFlight.insert(entry, mixed: mixed)
    }

    /// Adds a row that readers do not see before its record is durable: it says itself which one
    /// that is.
    func insert(_ row: Row, mixed: UInt64) -> Int {
        lock.withLock { table.insert(row, mixed: mixed) }
    }

    /// Makes room in the index for so many rows, before the first comes.
    func reserve(_ rowCount: Int) { lock.withLock { table.reserve(rowCount) } }

    /// Adds a row that is durable; while a ledger is restored nobody reads it.
    func restore(_ row: Row, mixed: UInt64) -> Int {
        let slot = table.insert(row, mixed: mixed)
        durableSequence = max(durableSequence, Row.sequence(rows[image: slot]))
        return slot
    }

    /// Takes an `insert` back.
    func undoInsert(_ slot: Int) {
        lock.withLock { table.remove(slot) }
    }

    /// Takes a `write` back: the row is as it was, and in flight only if it was before.
    func undoWrite(_ slot: Int, _ before: Row.Image) {
        lock.withLock {
            rows[image: slot] = before
            guard let entry = inFlight.slot(Row.key(before)) else { return }
            inFlight[entry].lastSequence = Row.sequence(before)
            if let durable = inFlight[entry].image,
                Row.sequence(durable) == Row.sequence(before)
            {
                inFlight.remove(entry)
            }
        }
    }

    /// Takes a row away for good; while it is in flight readers see what is durable.
    func forget(_ slot: Int) {
        lock.withLock {
            if let entry = inFlight.slot(rows.key(slot)) { inFlight[entry].slot = -1 }
            table.remove(slot)
        }
    }

    /// Takes over that the record `sequence`, which left `image`, is durable.
    func publish(_ image: Row.Image, sequence: UInt64) {
        lock.withLock { _ = take(image, sequence) }
    }

    /// Likewise of several images, those at `places`.
    func publish(_ images: [Row.Image], at places: ArraySlice<Int32>, sequence: UInt64) {
        lock.withLock {
            if inFlight.count > 0 {
                for place in places {
                    inFlight.prefetchHome(Row.key(images[Int(place)]).mixed)
                }
                for place in places {
                    let entry = inFlight.likelySlot(Row.key(images[Int(place)]).mixed)
                    if let entry { inFlight.prefetch(entry) }
                }
            }
            for place in places { _ = take(images[Int(place)], sequence) }
        }
    }

    /// Likewise, and says the row's slot; nil when the row has been forgotten.
    func publishFinding(_ image: Row.Image, sequence: UInt64) -> Int? {
        lock.withLock {
            if let slot = take(image, sequence) { return slot < 0 ? nil : Int(slot) }
            return table.slot(Row.key(image))
        }
    }

    /// Asks for what a row will be entered over when it comes to be in flight. Under the lock.
    @inline(__always)
    func prefetchNextInFlight(_ mixed: UInt64) {
        inFlight.prefetchHome(mixed)
        inFlight.prefetchNext()
    }

    /// Replaces or drops what the rows in flight have of a row; says where the row was, if there
    /// was something. Under the lock.
    private func take(_ image: Row.Image, _ sequence: UInt64) -> Int32? {
        durableSequence = max(durableSequence, sequence)
        guard inFlight.count > 0 else { return nil }
        let key = Row.key(image)
        guard let entry = inFlight.slot(key, mixed: key.mixed) else { return nil }
        let slot = inFlight[entry].slot
        if inFlight[entry].lastSequence == sequence {
            inFlight.remove(entry)
        } else {
            inFlight[entry].image = image
        }
        return slot
    }

    /// What is durable under a key.
    func durable(_ key: RowKey) -> Row.Image? {
        lock.withLock {
            let mixed = key.mixed
            if inFlight.count > 0, let entry = inFlight.slot(key, mixed: mixed) {
                return inFlight[entry].image
            }
            return table.slot(key, mixed: mixed).flatMap { durableRow($0) }
        }
    }

    /// What is durable of the row in a slot that holds one.
    func durable(at slot: Int) -> Row.Image? { lock.withLock { durableLocked(at: slot) } }

    /// Where the row of a key is and what is durable of it; nil when nothing is.
    func durablePlace(_ key: RowKey) -> (slot: Int, image: Row.Image)? {
        lock.withLock {
            guard let slot = table.slot(key) else { return nil }
            return durableLocked(at: slot).map { (slot, $0) }
        }
    }

    /// What is durable of the row in a slot that holds one. Under the lock.
    @inline(__always)
    private func durableLocked(at slot: Int) -> Row.Image? {
        if inFlight.count > 0, let entry = inFlight.slot(rows.key(slot)) {
            return inFlight[entry].image
        }
        return durableRow(slot)
    }

    /// The row in a slot, of which nothing is in flight, unless it is too new. Under the lock.
    @inline(__always)
    private func durableRow(_ slot: Int) -> Row.Image? {
        Row.sequence(rows[image: slot]) <= durableSequence ? rows[image: slot] : nil
    }

    /// Bytes of rows and index, and of what there ever was in flight at a time.
    var byteCounts: (rows: Int, index: Int, inFlight: Int) {
        lock.withLock {
            let (rows, index) = table.byteCounts
            let ahead = inFlight.byteCounts
            return (rows, index, ahead.rows + ahead.index)
        }
    }

    /// Rows of which readers see an older state.
    var inFlightCount: Int { lock.withLock { inFlight.count } }
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

    /// A stored field of the row in a global slot. Thread: see the row.
    subscript<Value>(slot: Int, field: WritableKeyPath<Row, Value>) -> Value {
        @inline(__always)
        _read { yield stripes[slot & 63].rows[slot &>> 6, field] }
        @inline(__always)
        nonmutating set { stripes[slot & 63].rows[slot &>> 6, field] = newValue }
    }

    /// The key of the row in a global slot. Thread: the sequencer.
    @inline(__always)
    func key(_ slot: Int) -> RowKey { stripes[slot & 63].rows.key(slot &>> 6) }

    /// The image in a global slot. Thread: the sequencer.
    @inline(__always)
    func image(_ slot: Int) -> Row.Image { stripes[slot & 63].rows[image: slot &>> 6] }

    /// True when a row with this key cannot be added.
    func isFull(_ key: RowKey) -> Bool { stripe(key).table.isFull }

    /// Makes room in the indexes for so many rows, before the first comes.
    func reserve(_ rowCount: Int) { for stripe in stripes { stripe.reserve(rowCount / 64) } }

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

    /// Asks for where the search for a key begins.
    @inline(__always)
    func prefetchHome(_ mixed: UInt64) {
        stripes[Int(truncatingIfNeeded: mixed &>> 58)].table.prefetchHome(mixed)
    }

    /// The global slot that a search for a hash most likely finds.
    @inline(__always)
    func likelySlot(_ mixed: UInt64) -> Int? {
        let number = Int(truncatingIfNeeded: mixed &>> 58)
        return stripes[number].table.likelySlot(mixed).map { $0 &<< 6 | number }
    }

    /// Asks for what the next row of a hash's stripe will be written over.
    @inline(__always)
    func prefetchNext(_ mixed: UInt64) {
        stripes[Int(truncatingIfNeeded: mixed &>> 58)].table.prefetchNext()
    }

    /// Asks for the row in a global slot that was appended.
    @inline(__always)
    func prefetch(_ slot: Int) { stripes[slot & 63].rows.prefetch(slot &>> 6) }

    /// Publishes the images of a long record, those that `isMeant`, a stripe after the other: a
    /// lock for some rows instead of each, and what one stripe has in flight stays in the cache.
    func publish(
        _ images: [Row.Image], sequence: UInt64, where isMeant: (Row.Image) -> Bool
    ) {
        var starts = [Int](repeating: 0, count: stripes.count + 2)
        let numbers = images.map { image in
            let number =
                isMeant(image)
                ? UInt8(truncatingIfNeeded: Row.key(image).mixed &>> 58) : UInt8(stripes.count)
            starts[Int(number) + 1] += 1
            return number
        }
        for number in stripes.indices { starts[number + 1] += starts[number] }
        var next = starts
        var order = [Int32](repeating: 0, count: images.count)
        for (place, number) in numbers.enumerated() where number < stripes.count {
            order[next[Int(number)]] = Int32(truncatingIfNeeded: place)
            next[Int(number)] += 1
        }
        for (number, stripe) in stripes.enumerated() {
            var start = starts[number]
            while start < starts[number + 1] {
                let end = min(start + Self.publishedCountMax, starts[number + 1])
                stripe.publish(images, at: order[start..<end], sequence: sequence)
                start = end
            }
        }
    }

    /// Rows that are published under one lock. Reason: a reader waits well under 1 us.
    private static var publishedCountMax: Int { 8 }

    /// Rows held. Thread: the sequencer.
    var count: Int { stripes.reduce(0) { $0 + $1.table.count } }

    /// Global slots there are, counted to the end of the longest stripe. Thread: the sequencer.
    var slotCount: Int { 64 * stripes.reduce(0) { max($0, $1.table.slotCount) } }

    /// True when a row is in this global slot. Thread: the sequencer.
    func holdsRow(_ slot: Int) -> Bool {
        let stripe = stripes[slot & 63]
        return slot &>> 6 < stripe.table.slotCount && !stripe.rows.key(slot &>> 6).isNone
    }

    /// Bytes of rows and index, and of what there ever was in flight at a time. Thread: any.
    var byteCounts: (rows: Int, index: Int, inFlight: Int) {
        stripes.reduce((0, 0, 0)) { sum, stripe in
            let more = stripe.byteCounts
            return (sum.0 + more.rows, sum.1 + more.index, sum.2 + more.inFlight)
        }
    }

    /// Rows of which readers see an older state.
    var inFlightCount: Int { stripes.reduce(0) { $0 + $1.inFlightCount } }
}
