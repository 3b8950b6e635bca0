/// The next due of many slots, each of which may be called off: a heap of four children a node that
/// knows where each slot stands.
///
/// Memory: 16 bytes an entry and 4 a slot number; an ended slot leaves nothing behind, so the heap
/// is never longer than what really waits. Complexity: O(log n) for insert and remove, O(1) for
/// the first. Thread: owned by one at a time. Source: Johnson, "Priority queues with update and
/// finding minimum spanning trees" (1975).
public struct TimerHeap: Sendable {
    struct Entry: Sendable {
        var dueMicros: Int64
        var slot: UInt32
    }

    private var entries = PagedArray<Entry>()
    /// Per slot number, its place in `entries` plus one; 0 is "not waiting".
    private var places = PagedArray<UInt32>()

    /// Starts empty.
    public init() {}

    /// Slots that wait.
    public var count: Int { entries.count }

    /// The slot that is due first, and when.
    public var first: (slot: Int, dueMicros: Int64)? {
        guard entries.count > 0 else { return nil }
        let entry = entries[0]
        return (Int(entry.slot), entry.dueMicros)
    }

    /// Lets `slot`, which must not wait yet, wait until `dueMicros`.
    public mutating func insert(slot: Int, dueMicros: Int64) {
        while places.count <= slot { places.append(0) }
        precondition(places[slot] == 0, "slot \(slot) waits already")
        entries.append(Entry(dueMicros: dueMicros, slot: UInt32(slot)))
        siftUp(from: entries.count - 1)
    }

    /// Calls `slot` off; does nothing when it does not wait.
    public mutating func remove(slot: Int) {
        guard slot < places.count, places[slot] != 0 else { return }
        let hole = Int(places[slot]) - 1
        places[slot] = 0
        let moved = entries.removeLast()
        guard hole < entries.count else { return }
        entries[hole] = moved
        places[Int(moved.slot)] = UInt32(hole + 1)
        siftDown(from: hole)
        siftUp(from: Int(places[Int(moved.slot)]) - 1)
    }

    private mutating func siftUp(from start: Int) {
        let entry = entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 4
            let above = entries[parent]
            guard entry.dueMicros < above.dueMicros else { break }
            entries[place] = above
            places[Int(above.slot)] = UInt32(place + 1)
            place = parent
        }
        entries[place] = entry
        places[Int(entry.slot)] = UInt32(place + 1)
    }

    private mutating func siftDown(from start: Int) {
        let entry = entries[start]
        var place = start
        while true {
            var least = entry.dueMicros
            var child = -1
            let firstChild = place * 4 + 1
            guard firstChild < entries.count else { break }
            for candidate in firstChild..<min(firstChild + 4, entries.count)
            where entries[candidate].dueMicros < least {
                least = entries[candidate].dueMicros
                child = candidate
            }
            guard child >= 0 else { break }
            let below = entries[child]
            entries[place] = below
            places[Int(below.slot)] = UInt32(place + 1)
            place = child
        }
        entries[place] = entry
        places[Int(entry.slot)] = UInt32(place + 1)
    }
}
