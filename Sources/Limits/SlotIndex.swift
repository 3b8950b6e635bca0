internal import Ground

/// Whoever knows the hash of a slot that is in an index.
protocol SlotHashes: ~Copyable {
    func mixed(_ slot: Int) -> UInt64
}

/// An open-addressed index from a 64-bit hash to the number of a row.
///
///     part 0  [ 0 | p | 0 | p ]    a place is 26 bits of slot and 6 of hash, never 0; 0 is empty;
///     part 1  [ ... ]              linear probing, at most 3/4 full: 5.3 to 8 bytes a row
///
/// The 6 bits of hash, 1 to 63, spare 62 of 63 visits to rows that are not the one looked for: each
/// would be a cache miss. Bits of the hash, from above: 6 for whoever cuts a table into stripes,
/// then the part, then the tag (from bit 32), and the lower 32 for the place.
///
/// The index is cut into parts, and each grows alone: growing at one million rows moves some
/// thousand places, never a million. A part has 8, 12, 16, 24, 32, ... places: half steps, because
/// twice the places at once would leave 10.7 bytes a row. A hash's home is its lower 32 bits scaled
/// to the number of places, a multiplication. Removal shifts back, so there are no tombstones.
/// Complexity: O(1). Thread: one writer; readers beside it need the lock of whoever owns it.
@safe
struct SlotIndex: ~Copyable {
    // Safe because a place is always below the size of its part, and the memory lives as long as
    // this value, which cannot be copied.
    private let parts: UnsafeMutablePointer<Part>
    private let partMask: Int
    private let partShift: UInt64

    @safe
    private struct Part {
        var places: UnsafeMutablePointer<UInt32>
        var count: Int
        var used: Int

        /// Where the search for a hash begins.
        @inline(__always)
        func home(_ hash: UInt64) -> Int {
            let scaled = (hash & 0xffff_ffff) &* UInt64(truncatingIfNeeded: count)
            return Int(truncatingIfNeeded: scaled &>> 32)
        }

        /// The place behind another, in a circle.
        @inline(__always)
        func next(_ place: Int) -> Int { place &+ 1 == count ? 0 : place &+ 1 }

        /// Steps from one place forward to another, in a circle.
        func distance(from start: Int, to end: Int) -> Int {
            end >= start ? end - start : end - start + count
        }
    }

    /// Slots there can be. Reason: what is left of 32 bits beside the tag.
    static var slotCountMax: Int { 1 << 26 }

    /// Places a part starts with.
    private static var placeCountMin: Int { 8 }

    /// Starts empty; `partCountLog2` from 0 to 12 says into how many parts it is cut.
    init(partCountLog2: Int) {
        precondition((0...12).contains(partCountLog2), "at most 4,096 parts")
        let count = 1 << partCountLog2
        partMask = count - 1
        partShift = UInt64(58 - partCountLog2)
        unsafe parts = .allocate(capacity: count)
        for part in 0..<count {
            unsafe (parts + part).initialize(to: Self.emptyPart(Self.placeCountMin))
        }
    }

    deinit {
        for part in 0...partMask { unsafe parts[part].places.deallocate() }
        unsafe parts.deallocate()
    }

    private static func emptyPart(_ count: Int) -> Part {
        let places = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
        unsafe places.initialize(repeating: 0, count: count)
        return unsafe Part(places: places, count: count, used: 0)
    }

    /// Bytes of all places.
    var byteCount: Int {
        (0...partMask).reduce(0) { sum, part in
            unsafe sum + parts[part].count * MemoryLayout<UInt32>.stride
        }
    }

    /// The first slot under `hash` that `matches`.
    @inline(__always)
    func find(_ hash: UInt64, where matches: (Int) -> Bool) -> Int? {
        let part = unsafe parts[part(of: hash)]
        let tag = Self.tag(hash)
        var place = part.home(hash)
        while true {
            let value = unsafe part.places[place]
            if value == 0 { return nil }
            if value &>> 26 == tag {
                let slot = Int(value & Self.slotMask)
                if matches(slot) { return slot }
            }
            place = part.next(place)
        }
    }

    /// Makes the places that so many slots will need, in an index that has none yet: they come in
    /// at a start, and growing step by step would move each some three times.
    mutating func reserve(_ slotCount: Int) {
        let share = slotCount / (partMask + 1)
        var count = Self.placeCountMin
        while share * 4 > count * 3 { count = Self.countAfter(count) }
        for part in 0...partMask where unsafe parts[part].used == 0 {
            unsafe parts[part].places.deallocate()
            unsafe parts[part] = Self.emptyPart(count)
        }
    }

    /// Asks for the place where the search for a hash begins.
    @inline(__always)
    func prefetchHome(_ hash: UInt64) {
        let part = unsafe parts[part(of: hash)]
        unsafe Prefetch.line(of: part.places + part.home(hash))
    }

    /// Adds a slot; `hashes` says the hash of any slot that is in the index.
    mutating func insert<Hashes: SlotHashes & ~Copyable>(
        _ hash: UInt64, slot: Int, hashes: borrowing Hashes
    ) {
        precondition(slot < Self.slotCountMax, "a slot fits 26 bits")
        let number = part(of: hash)
        if unsafe (parts[number].used + 1) * 4 > parts[number].count * 3 {
            grow(number, hashes)
        }
        unsafe Self.enter(&parts[number], Self.place(slot, hash: hash), hash: hash)
    }

    /// Puts another slot in the place of one that is in the index under the same hash.
    mutating func replace(_ hash: UInt64, slot: Int, with other: Int) {
        let part = unsafe parts[part(of: hash)]
        let place = Self.seek(part, slot: slot, hash: hash)
        unsafe part.places[place] = Self.place(other, hash: hash)
    }

    /// Takes a slot out that is in the index under `hash`.
    mutating func remove<Hashes: SlotHashes & ~Copyable>(
        _ hash: UInt64, slot: Int, hashes: borrowing Hashes
    ) {
        let number = part(of: hash)
        let part = unsafe parts[number]
        var hole = Self.seek(part, slot: slot, hash: hash)
        var next = part.next(hole)
        while unsafe part.places[next] != 0 {
            let other = unsafe hashes.mixed(Int(part.places[next] & Self.slotMask))
            let home = part.home(other)
            // Whoever probed past the hole moves into it, so that no probe stops too early.
            if part.distance(from: home, to: next) >= part.distance(from: hole, to: next) {
                unsafe part.places[hole] = part.places[next]
                hole = next
            }
            next = part.next(next)
        }
        unsafe part.places[hole] = 0
        unsafe parts[number].used -= 1
    }

    /// Half as many again after a power of two, then up to the next one.
    private static func countAfter(_ count: Int) -> Int {
        count & (count - 1) == 0 ? count / 2 * 3 : count / 3 * 4
    }

    private mutating func grow<Hashes: SlotHashes & ~Copyable>(
        _ number: Int, _ hashes: borrowing Hashes
    ) {
        let old = unsafe parts[number]
        var larger = Self.emptyPart(Self.countAfter(old.count))
        for place in 0..<old.count {
            let value = unsafe old.places[place]
            if value != 0 {
                Self.enter(&larger, value, hash: hashes.mixed(Int(value & Self.slotMask)))
            }
        }
        unsafe old.places.deallocate()
        unsafe parts[number] = larger
    }

    private static func enter(_ part: inout Part, _ value: UInt32, hash: UInt64) {
        var place = part.home(hash)
        while unsafe part.places[place] != 0 { place = part.next(place) }
        unsafe part.places[place] = value
        part.used += 1
    }

    /// The place of a slot that must be there.
    private static func seek(_ part: Part, slot: Int, hash: UInt64) -> Int {
        let wanted = Self.place(slot, hash: hash)
        var place = part.home(hash)
        while unsafe part.places[place] != wanted {
            unsafe precondition(part.places[place] != 0, "slot \(slot) is not in the index")
            place = part.next(place)
        }
        return place
    }

    private static var slotMask: UInt32 { 1 << 26 - 1 }

    /// Six bits of the hash that neither part nor place are chosen by, 1 to 63.
    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 32) & 0xfffff % 63 + 1
    }

    private static func place(_ slot: Int, hash: UInt64) -> UInt32 {
        tag(hash) &<< 26 | UInt32(truncatingIfNeeded: slot)
    }

    @inline(__always)
    private func part(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> partShift) & partMask
    }
}
