/// One reading of both clocks.
struct ClockReading: Sendable {
    var wallMicros: Int64
    var bootMicros: Int64
}

/// Journal time: never goes back, and does not follow a jump of the wall clock.
///
/// Between two readings wall and boot clock advance alike. When they differ by more than 60 s the
/// wall clock jumped: time goes on by the boot clock and expiry is frozen until the jump is
/// confirmed. Downtime is no jump: the first reading after a start is believed.
/// Thread: the sequencer.
struct JournalTime: Sendable {
    /// Reason: larger than any step of a time daemon, smaller than any hold's time that matters.
    static let jumpMicrosMax: Int64 = 60_000_000

    /// Wall minus boot time, as believed; nil before the first reading.
    private var offsetMicros: Int64?
    private var frozenAtMicros: Int64?
    private var confirms = false
    private(set) var lastMicros: Int64 = 0

    /// True while a clock jump waits to be confirmed.
    var isFrozen: Bool { frozenAtMicros != nil }

    /// What expiries are read against.
    var expiryMicros: Int64 { frozenAtMicros ?? lastMicros }

    /// Journal time of the last record before a restart.
    mutating func restore(lastMicros micros: Int64) { lastMicros = max(lastMicros, micros) }

    /// The next reading is believed whatever it says.
    mutating func confirm() { confirms = true }

    /// Takes a reading and says journal time: max(last, wall).
    mutating func observe(_ reading: ClockReading) -> Int64 {
        let offset = reading.wallMicros - reading.bootMicros
        guard let believed = offsetMicros, !confirms else {
            offsetMicros = offset
            frozenAtMicros = nil
            confirms = false
            lastMicros = max(lastMicros, reading.wallMicros)
            return lastMicros
        }
        if frozenAtMicros == nil, abs(offset - believed) > Self.jumpMicrosMax {
            frozenAtMicros = max(lastMicros, believed + reading.bootMicros)
        }
        if frozenAtMicros == nil { offsetMicros = offset }
        let wall = frozenAtMicros == nil ? reading.wallMicros : believed + reading.bootMicros
        lastMicros = max(lastMicros, wall)
        return lastMicros
    }
}
