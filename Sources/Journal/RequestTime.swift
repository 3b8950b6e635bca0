/// The times that the memory of requests goes by, microseconds.
///
/// What bounds what: an id that states its time is taken only from `futureMicros` before that time
/// until the window after it, by journal time. So its record lies on one of few known days, and an
/// id that is forgotten can never be executed again: it is older than the window by then. An id
/// that states no time is remembered as long as records are kept, and not longer.
enum RequestTime {
    static let hourMicros: Int64 = 3_600_000_000
    static let dayMicros: Int64 = 24 * hourMicros
    /// How far ahead of the clock an id's time may be. Reason: callers whose clocks are kept at
    /// all are seconds apart; five minutes is what ticket systems allow.
    static let futureMicros: Int64 = 300_000_000
    /// Hours after its time in which an id is taken. Reason: the promise is a day at least; every
    /// further day is one more place to look for an old id.
    static let windowHours = 24...168
    /// Requests stay on disk this long. Reason: as long as their records are kept; no hold,
    /// application or line change stays open longer.
    static let daysKept = 400
    /// Days that ids without a time are kept together. Reason: all such spans are looked through
    /// for one id, 13 of them, and whole ones are dropped.
    static let spanDays = 32

    /// Days since 1970; what is before counts as the first.
    static func day(_ micros: Int64) -> Int { Int(max(0, micros) / dayMicros) }
}
