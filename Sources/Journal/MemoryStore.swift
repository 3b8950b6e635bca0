internal import Ground

/// A store in memory: for tests, and for servers that rebuild everything at each start.
///
/// Keys in one sorted array: look-ups O(log n), puts of new keys O(n) moves of a pointer each,
/// which is well enough for the few thousand blocks it holds.
public final class MemoryStore: Store {
    private struct Row: Sendable {
        var key: [UInt8]
        var value: [UInt8]
    }
    private let rows = Lock<[Row]>([])

    /// Starts empty.
    public init() {}

    private static func place(_ key: [UInt8], in rows: [Row]) -> (index: Int, found: Bool) {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key.lexicographicallyPrecedes(key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, low < rows.count && rows[low].key == key)
    }

    /// The value of a key, if there is one.
    public func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]? {
        rows.withLock { rows in
            let place = Self.place(key, in: rows)
            return place.found ? rows[place.index].value : nil
        }
    }

    /// Makes all changes under one lock.
    public func write(_ changes: [StoreChange]) throws(StoreError) {
        rows.withLock { rows in
            for change in changes {
                switch change {
                case .put(let key, let value):
                    let place = Self.place(key, in: rows)
                    if place.found {
                        rows[place.index].value = value
                    } else {
                        rows.insert(Row(key: key, value: value), at: place.index)
                    }
                case .delete(let key):
                    let place = Self.place(key, in: rows)
                    if place.found { rows.remove(at: place.index) }
                }
            }
        }
    }

    /// Visits a copy of the rows, so `body` may write.
    public func scan(
        prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreError) {
        let rows = rows.withLock { $0 }
        for row in rows[Self.place(prefix, in: rows).index...] {
            guard row.key.starts(with: prefix), body(row.key, row.value) else { return }
        }
    }

    /// Memory is as durable as it gets.
    public func flush() throws(StoreError) {}
}
