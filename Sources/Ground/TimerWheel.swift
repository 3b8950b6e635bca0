/// Deadlines of numbered slots, in a wheel of buckets.
///
/// A deadline hangs in the bucket of its tick, modulo the wheel; one that is more than a round
/// away is passed over until its round comes. Setting and clearing are O(1), so a deadline that
/// almost never passes costs almost nothing. A deadline is found at most one tick late.
/// Layout: an intrusive list per bucket, in arrays indexed by slot. Thread: owned by one at a time.
/// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 6.
public struct TimerWheel {
    private struct Entry {
        var deadlineNanos: UInt64 = 0
        var next: Int32 = -1
        var previous: Int32 = -1
        var bucket: Int32 = -1
    }

    private static let bucketCount = 1_024
    private let tickNanos: UInt64
    private var entries: [Entry] = []
    private var heads = [Int32](repeating: -1, count: TimerWheel.bucketCount)
    private var lastTick: UInt64
    /// Deadlines set and not cleared.
    public private(set) var count = 0

    /// Starts empty at `nowNanos`; a deadline may be found one tick late.
    public init(nowNanos: UInt64, tickNanos: UInt64 = 1_000_000) {
        self.tickNanos = tickNanos
        lastTick = nowNanos / tickNanos
    }

    /// Sets the deadline of `slot`, which must have none.
    public mutating func set(_ slot: Int, deadlineNanos: UInt64) {
        while entries.count <= slot { entries.append(Entry()) }
        precondition(entries[slot].bucket < 0, "a slot has one deadline")
        // Rounded up, so that a bucket is looked at when all its deadlines have passed.
        let tick = max(deadlineNanos / tickNanos + 1, lastTick + 1)
        let bucket = Int(tick % UInt64(Self.bucketCount))
        let head = heads[bucket]
        entries[slot] = Entry(
            deadlineNanos: deadlineNanos, next: head, previous: -1, bucket: Int32(bucket))
        if head >= 0 { entries[Int(head)].previous = Int32(slot) }
        heads[bucket] = Int32(slot)
        count += 1
    }

    /// Clears the deadline of `slot`, if it has one.
    public mutating func clear(_ slot: Int) {
        guard slot < entries.count, entries[slot].bucket >= 0 else { return }
        let entry = entries[slot]
        if entry.previous >= 0 {
            entries[Int(entry.previous)].next = entry.next
        } else {
            heads[Int(entry.bucket)] = entry.next
        }
        if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
        entries[slot].bucket = -1
        count -= 1
    }

    /// Moves to `nowNanos`, clears every deadline that has passed and appends its slot.
    public mutating func advance(toNanos nowNanos: UInt64, passed: inout [Int]) {
        let nowTick = nowNanos / tickNanos
        guard nowTick > lastTick else { return }
        let first = lastTick + 1
        lastTick = nowTick
        guard count > 0 else { return }
        let steps = min(nowTick - first, UInt64(Self.bucketCount - 1))
        for step in 0...steps {
            let bucket = Int((first + step) % UInt64(Self.bucketCount))
            var slot = heads[bucket]
            while slot >= 0 {
                let entry = entries[Int(slot)]
                if entry.deadlineNanos <= nowNanos {
                    clear(Int(slot))
                    passed.append(Int(slot))
                }
                slot = entry.next
            }
        }
    }

    /// When `advance` may next find something; nil when no deadline is set.
    ///
    /// Never later than the earliest deadline's tick. Complexity: at most one round.
    public var nextNanos: UInt64? {
        guard count > 0 else { return nil }
        for step in 1...UInt64(Self.bucketCount)
        where heads[Int((lastTick + step) % UInt64(Self.bucketCount))] >= 0 {
            return (lastTick + step) * tickNanos
        }
        return nil
    }
}
