internal import Ground

/// When each connection of a worker is looked at next: one wheel for all of them.
///
/// Ticks are a tenth of a second, so that ten thousand idle connections wake their worker ten
/// times a second at most. A turn in which nothing is due costs one comparison. Thread: the
/// worker's.
struct ConnectionTimers {
    private static let tickNanos: UInt64 = 100_000_000

    private var wheel: TimerWheel
    /// The connection of each slot of the wheel; ids change when a slot is used again.
    private var ids: [UInt64] = []
    private var passed: [Int] = []
    /// When a connection is due at the earliest; never later than that.
    private(set) var dueNanos = UInt64.max

    init(nowNanos: UInt64) {
        wheel = TimerWheel(nowNanos: nowNanos, tickNanos: Self.tickNanos)
    }

    private static func slot(_ id: UInt64) -> Int { Int(truncatingIfNeeded: id & 0xffff_ffff) }

    /// Sets the time of a connection, in the place of an earlier one.
    mutating func set(_ id: UInt64, atNanos: UInt64) {
        let slot = Self.slot(id)
        while ids.count <= slot { ids.append(0) }
        wheel.clear(slot)
        ids[slot] = id
        wheel.set(slot, deadlineNanos: atNanos)
        dueNanos = min(dueNanos, (atNanos / Self.tickNanos + 1) * Self.tickNanos)
    }

    /// Forgets a connection.
    mutating func clear(_ id: UInt64) { wheel.clear(Self.slot(id)) }

    /// Hands over the connections whose time has come; their times are cleared.
    mutating func takeDue(_ nowNanos: UInt64, into due: inout [UInt64]) {
        wheel.advance(toNanos: nowNanos, passed: &passed)
        for slot in passed { due.append(ids[slot]) }
        passed.removeAll(keepingCapacity: true)
        dueNanos = wheel.nextNanos ?? .max
    }
}
