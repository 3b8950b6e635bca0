internal import Domain

/// The expiries of open holds: a hierarchical timing wheel over links in the hold rows, and a heap
/// of what is due within the smallest step.
///
///     tick     2^16 us, 65.5 ms
///     level k  512 buckets of 256^k ticks each, in a circle: the 256 of the step of level k + 1
///              that is running and the 256 of the next one. Level 5 reaches past every Int64.
///     near     a heap, by time and id, of holds whose tick has come
///
/// A hold hangs in the lowest level whose circle holds its tick, in a list through its row: setting
/// and calling off are O(1) and cost no memory of their own. When a tick comes, its bucket moves to
/// the heap, so holds are found in exact order and never late. A bucket of a higher level is dealt
/// out to the level below while the bucket before it runs, some holds with every insertion, so that
/// a million holds of one hour do not stop the sequencer when that hour begins. What is left then
/// is dealt out in slices, one a look, and so is a tick in which many end: until the first is known
/// nobody is told of any, and `nextDueMicros` stays in the past.
///
/// A hold moves at most five times, the last time to the heap. Thread: the sequencer.
/// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 7.
struct HoldWheel: Sendable {
    static let tickShift: UInt64 = 16
    static let levelCount = 6
    private static let bucketCount = 512
    /// Holds dealt out to the level below with each insertion. Reason: more than one, so that a
    /// bucket empties while no more holds come than it had.
    private static let dealtCount = 4
    /// Holds that one look moves at most. Reason: each costs some cache misses, and no look may
    /// take more than 1 ms.
    static let movedCountMax = 1_024
    /// Marks in `previousDue`: the first of a bucket (the bucket is in the lower bits), or in the
    /// heap (`nextDue` is the place).
    private static let headMark: UInt32 = 1 << 31
    private static let nearMark = Link.out - 1

    private let holds: RowStripes<HoldRow>
    private var heads: [UInt32]
    /// One bit a bucket that is not empty.
    private var occupied: [UInt64]
    private var near = DueHeap()
    /// Every hold whose tick is not later is in the heap.
    private var tick: UInt64 = 0
    /// Some holds of the next tick are in the heap already, and some are not.
    private var isCollecting = false
    /// Holds that wait.
    private(set) var count = 0

    init(_ holds: RowStripes<HoldRow>) {
        self.holds = holds
        let buckets = Self.levelCount * Self.bucketCount
        heads = [UInt32](repeating: Link.none, count: buckets)
        occupied = [UInt64](repeating: 0, count: buckets / 64)
    }

    private struct Places: DuePlaces {
        let holds: RowStripes<HoldRow>

        mutating func set(_ key: UInt32, place: UInt32) {
            holds[Int(key), \.nextDue] = place
            holds[Int(key), \.previousDue] = HoldWheel.nearMark
        }

        func isBefore(_ left: UInt32, _ right: UInt32) -> Bool {
            let (one, other) = (holds.key(Int(left)), holds.key(Int(right)))
            return (one.tenant.rawValue, one.low) < (other.tenant.rawValue, other.low)
        }
    }

    private static func tick(_ micros: Int64) -> UInt64 { UInt64(max(0, micros)) &>> tickShift }

    /// Lets the hold in `slot`, which must not wait, wait for the expiry of its image.
    ///
    /// `nowMicros` is journal time: an empty wheel begins there.
    mutating func insert(_ slot: Int, dueMicros: Int64, nowMicros: Int64) {
        if count == 0 {
            tick = max(tick, Self.tick(nowMicros))
            isCollecting = false
        }
        count += 1
        place(slot, dueMicros)
        deal(Self.dealtCount)
    }

    /// Calls the hold in `slot` off; does nothing when it does not wait.
    mutating func remove(_ slot: Int) {
        let (next, previous) = (holds[slot, \.nextDue], holds[slot, \.previousDue])
        guard previous != Link.out else { return }
        count -= 1
        holds[slot, \.nextDue] = Link.out
        holds[slot, \.previousDue] = Link.out
        if previous == Self.nearMark {
            var places = Places(holds: holds)
            near.remove(at: Int(next), &places)
        } else {
            unlink(next: next, previous: previous)
        }
    }

    /// The hold that is due first, if it is due at `micros`, which moves the wheel there. Nil also
    /// when that takes another look, which `nextDueMicros` then says.
    mutating func firstDue(atMicros micros: Int64) -> Int? {
        guard advance(to: Self.tick(micros)), let first = near.first,
            first.dueMicros <= micros
        else { return nil }
        return Int(first.key)
    }

    /// When to look again: exactly when the next hold is due if that is in the current tick, else
    /// the beginning of its bucket, so never late; nil when none waits.
    var nextDueMicros: Int64? {
        if isCollecting {
            let start = Int64(clamping: (tick + 1) &<< Self.tickShift)
            return min(start, near.first?.dueMicros ?? start)
        }
        if let first = near.first { return first.dueMicros }
        return nextBucket().map { bucket in
            Int64(clamping: bucket.startTick &<< Self.tickShift)
        }
    }

    // MARK: Buckets

    private mutating func place(_ slot: Int, _ dueMicros: Int64) {
        let due = Self.tick(dueMicros)
        guard due > tick else {
            var places = Places(holds: holds)
            near.insert(UInt32(truncatingIfNeeded: slot), dueMicros: dueMicros, &places)
            return
        }
        var level = 0
        while due &>> UInt64(8 * level + 8) &- tick &>> UInt64(8 * level + 8) > 1 { level += 1 }
        let bucket =
            level * Self.bucketCount + Int(truncatingIfNeeded: due &>> UInt64(8 * level)) & 511
        let head = heads[bucket]
        holds[slot, \.nextDue] = head
        holds[slot, \.previousDue] = Self.headMark | UInt32(truncatingIfNeeded: bucket)
        if head == Link.none {
            occupied[bucket / 64] |= 1 &<< UInt64(bucket % 64)
        } else {
            holds[Int(head), \.previousDue] = UInt32(truncatingIfNeeded: slot)
        }
        heads[bucket] = UInt32(truncatingIfNeeded: slot)
    }

    private mutating func unlink(next: UInt32, previous: UInt32) {
        if next != Link.none { holds[Int(next), \.previousDue] = previous }
        guard previous & Self.headMark != 0 else {
            holds[Int(previous), \.nextDue] = next
            return
        }
        let bucket = Int(previous & ~Self.headMark)
        heads[bucket] = next
        if next == Link.none { occupied[bucket / 64] &= ~(1 &<< UInt64(bucket % 64)) }
    }

    /// Takes the first hold of a bucket and hangs it where it belongs now.
    private mutating func moveFirst(of bucket: Int) {
        let slot = Int(heads[bucket])
        let (next, due) = (holds[slot, \.nextDue], holds[slot, \.image.expiresAtMicros])
        unlink(next: next, previous: Self.headMark | UInt32(truncatingIfNeeded: bucket))
        place(slot, due)
    }

    /// Deals holds of the buckets that come next out to the levels below.
    private mutating func deal(_ countMax: Int) {
        var left = countMax
        for level in 1..<Self.levelCount {
            let next = tick &>> UInt64(8 * level) &+ 1
            let bucket = level * Self.bucketCount + Int(truncatingIfNeeded: next) & 511
            while heads[bucket] != Link.none && left > 0 {
                moveFirst(of: bucket)
                left -= 1
            }
        }
    }

    /// The bucket that begins first; of several the highest level, which is dealt out below.
    private func nextBucket() -> (bucket: Int, level: Int, startTick: UInt64)? {
        var found: (bucket: Int, level: Int, startTick: UInt64)?
        for level in 0..<Self.levelCount {
            let shift = UInt64(8 * level)
            let running = tick &>> shift
            guard let distance = distance(level, after: Int(truncatingIfNeeded: running) & 511)
            else { continue }
            let start = (running + UInt64(distance)) &<< shift
            if let found, found.startTick < start { continue }
            let place = Int(truncatingIfNeeded: running + UInt64(distance)) & 511
            found = (level * Self.bucketCount + place, level, start)
        }
        return found
    }

    /// How many buckets after `place`, in the circle of a level, the first one hangs full.
    private func distance(_ level: Int, after place: Int) -> Int? {
        let first = level * 8
        var word = ((place + 1) & 511) / 64
        var bits = occupied[first + word] & ~0 &<< UInt64((place + 1) & 63)
        for _ in 0...8 {
            if bits != 0 {
                let found = word * 64 + bits.trailingZeroBitCount
                return (found - place - 1) & 511 + 1
            }
            word = (word + 1) & 7
            bits = occupied[first + word]
        }
        return nil
    }

    /// Goes on until the heap has what is due first, or to tick `now`. False: a slice was moved,
    /// and there is more to move before anyone knows what is first.
    private mutating func advance(to now: UInt64) -> Bool {
        var left = Self.movedCountMax
        if isCollecting && !collect(&left) { return false }
        // What is in the heap is due before whatever hangs in a bucket.
        while near.count == 0 && now > tick {
            guard count > 0, let next = nextBucket(), next.startTick <= now else {
                tick = now
                return true
            }
            // One before the bucket: then what is in it belongs to the level below.
            tick = max(tick, next.startTick - 1)
            if next.level == 0 {
                isCollecting = true
                if !collect(&left) { return false }
            } else {
                while heads[next.bucket] != Link.none {
                    guard left > 0 else { return false }
                    left -= 1
                    moveFirst(of: next.bucket)
                }
            }
        }
        return true
    }

    /// Moves the holds of the next tick to the heap; with the last one that tick has come.
    private mutating func collect(_ left: inout Int) -> Bool {
        let bucket = Int(truncatingIfNeeded: tick + 1) & 511
        var places = Places(holds: holds)
        while heads[bucket] != Link.none {
            guard left > 0 else { return false }
            left -= 1
            let slot = heads[bucket]
            let (next, due) = (
                holds[Int(slot), \.nextDue], holds[Int(slot), \.image.expiresAtMicros]
            )
            unlink(next: next, previous: Self.headMark | UInt32(truncatingIfNeeded: bucket))
            near.insert(slot, dueMicros: due, &places)
        }
        tick += 1
        isCollecting = false
        return true
    }

    /// Begins an empty wheel at a time: for a restored ledger.
    mutating func begin(atMicros micros: Int64) {
        precondition(count == 0, "holds wait")
        tick = max(tick, Self.tick(micros))
    }
}
