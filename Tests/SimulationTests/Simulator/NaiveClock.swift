import Ground

@testable import Journal

/// Both clocks of the simulated machine, and journal time by the book.
struct NaiveClock: Sendable {
    private(set) var wallMicros: Int64 = 1_700_000_000_000_000
    /// What everybody else's clocks say: they do not jump with the server's.
    var callersMicros: Int64 { max(journalMicros, 1_700_000_000_000_000) }
    private(set) var bootMicros: Int64 = 5_000_000
    /// Wall less boot as last believed; nil until the first look after a start.
    private var believedMicros: Int64?
    private(set) var frozenAtMicros: Int64?
    private var isConfirmed = false
    private(set) var journalMicros: Int64 = 0

    var reading: ClockReading { ClockReading(wallMicros: wallMicros, bootMicros: bootMicros) }

    /// What expiries are read against.
    var expiryMicros: Int64 { frozenAtMicros ?? journalMicros }

    mutating func advance(_ micros: Int64) {
        wallMicros += micros
        bootMicros += micros
    }

    /// The wall clock alone is set.
    mutating func jump(_ micros: Int64) { wallMicros += micros }

    mutating func confirm() { isConfirmed = true }

    /// The machine starts: the next look is believed, and time is not before the last record's.
    mutating func restart(lastRecordMicros: Int64, downMicros: Int64) {
        advance(downMicros)
        bootMicros = 1_000_000
        believedMicros = nil
        frozenAtMicros = nil
        isConfirmed = false
        journalMicros = lastRecordMicros
    }

    /// The sequencer looks at the clocks.
    mutating func look() {
        let apart = wallMicros - bootMicros
        if believedMicros == nil || isConfirmed {
            isConfirmed = false
            frozenAtMicros = nil
            believedMicros = apart
            journalMicros = max(journalMicros, wallMicros)
            return
        }
        let believed = believedMicros ?? apart
        if frozenAtMicros == nil && abs(apart - believed) > 60_000_000 {
            frozenAtMicros = max(journalMicros, believed + bootMicros)
        }
        if frozenAtMicros == nil {
            believedMicros = apart
            journalMicros = max(journalMicros, wallMicros)
        } else {
            journalMicros = max(journalMicros, believed + bootMicros)
        }
    }
}
