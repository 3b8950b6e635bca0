/// Where a heap's owner keeps the place of each key, and what comes first among equals.
protocol DuePlaces {
    /// Says where `key` stands now.
    mutating func set(_ key: UInt32, place: UInt32)
    /// Whether `left` comes before `right` when both are due at the same time.
    func isBefore(_ left: UInt32, _ right: UInt32) -> Bool
}

/// What is due next among numbered things, each of which may be called off: a heap of four
/// children a node, whose owner keeps the places.
///
/// 16 bytes an entry. Complexity: O(log n) for insert and remove, O(1) for the first.
/// Thread: owned by one at a time. Source: Johnson, "Priority queues with update and finding
/// minimum spanning trees" (1975).
struct DueHeap: Sendable {
    struct Entry: Sendable {
        var dueMicros: Int64
        var key: UInt32
    }

    private var entries = ContiguousArray<Entry>()

    /// Things that wait.
    var count: Int { entries.count }

    /// What is due first.
    var first: Entry? { entries.first }

    /// Adds a key that is not there.
    mutating func insert(_ key: UInt32, dueMicros: Int64, _ places: inout some DuePlaces) {
        entries.append(Entry(dueMicros: dueMicros, key: key))
        siftUp(from: entries.count - 1, &places)
    }

    /// Takes out what stands at `place`.
    mutating func remove(at place: Int, _ places: inout some DuePlaces) {
        let moved = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = moved
        let settled = siftDown(from: place, &places)
        siftUp(from: settled, &places)
    }

    private func precedes(_ left: Entry, _ right: Entry, _ places: some DuePlaces) -> Bool {
        left.dueMicros != right.dueMicros
            ? left.dueMicros < right.dueMicros : places.isBefore(left.key, right.key)
    }

    private mutating func siftUp(from start: Int, _ places: inout some DuePlaces) {
        let entry = entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 4
            guard precedes(entry, entries[parent], places) else { break }
            entries[place] = entries[parent]
            places.set(entries[place].key, place: UInt32(place))
            place = parent
        }
        entries[place] = entry
        places.set(entry.key, place: UInt32(place))
    }

    private mutating func siftDown(from start: Int, _ places: inout some DuePlaces) -> Int {
        let entry = entries[start]
        var place = start
        while true {
            let firstChild = place * 4 + 1
            guard firstChild < entries.count else { break }
            var least = firstChild
            for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, entries.count))
            where precedes(entries[child], entries[least], places) {
                least = child
            }
            guard precedes(entries[least], entry, places) else { break }
            entries[place] = entries[least]
            places.set(entries[place].key, place: UInt32(place))
            place = least
        }
        entries[place] = entry
        places.set(entry.key, place: UInt32(place))
        return place
    }
}
