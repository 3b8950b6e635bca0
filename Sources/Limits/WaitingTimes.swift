internal import Domain
internal import Ground

/// Lines and subjects that wait for a time: the end of a temporary limit or a block, or the
/// beginning of a price. Few do, so the places of the heap stand in a dictionary.
///
/// A key is the global slot of a line, or that of a subject with bit 31. Some 60 bytes for each
/// that waits. Complexity: O(log n). Thread: the sequencer.
struct WaitingTimes: Sendable {
    static let subjectMark: UInt32 = 1 << 31

    private var heap = DueHeap()
    private var places: [UInt32: UInt32] = [:]

    /// Who comes first of those that wait for the same time: lines, then subjects, by their keys.
    struct Order {
        let rows: LedgerRows

        func isBefore(_ left: UInt32, _ right: UInt32) -> Bool {
            let marks = (left & WaitingTimes.subjectMark, right & WaitingTimes.subjectMark)
            guard marks.0 == marks.1 else { return marks.0 < marks.1 }
            let (one, other) = (key(left), key(right))
            return (one.tenant.rawValue, one.high, one.low)
                < (other.tenant.rawValue, other.high, other.low)
        }

        private func key(_ key: UInt32) -> RowKey {
            let slot = Int(key & ~WaitingTimes.subjectMark)
            return key & WaitingTimes.subjectMark == 0
                ? rows.lines.key(slot) : rows.subjects.key(slot)
        }
    }

    private struct Places: DuePlaces {
        var places: [UInt32: UInt32]
        let order: Order

        mutating func set(_ key: UInt32, place: UInt32) { places[key] = place }

        func isBefore(_ left: UInt32, _ right: UInt32) -> Bool { order.isBefore(left, right) }
    }

    /// How many wait.
    var count: Int { heap.count }

    /// Who waits for the earliest time.
    var first: (key: UInt32, dueMicros: Int64)? { heap.first.map { ($0.key, $0.dueMicros) } }

    /// Lets `key` wait until `micros` instead of whatever it waited for; nil: for nothing.
    mutating func set(_ key: UInt32, _ micros: Int64?, _ order: Order) {
        if micros == nil && places[key] == nil { return }
        // Moved out and back, so that the dictionary has one owner and is changed in place.
        var moved = Places(places: [:], order: order)
        swap(&moved.places, &places)
        if let place = moved.places.removeValue(forKey: key) {
            heap.remove(at: Int(place), &moved)
        }
        if let micros { heap.insert(key, dueMicros: micros, &moved) }
        swap(&moved.places, &places)
    }
}
