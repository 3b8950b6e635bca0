/// When each call of an open loop is meant to be sent: evenly spaced, whatever the server does.
///
/// Latency counts from here, so a server that stalls is charged for every call that had to wait:
/// no coordinated omission. Source: Tene, "How NOT to Measure Latency" (2013).
struct SendSchedule {
    let startNanos: UInt64
    let ratePerSecond: UInt64
    /// Calls meant to be sent before `startNanos + lengthNanos`.
    let callCount: UInt64

    init(startNanos: UInt64, ratePerSecond: UInt64, lengthNanos: UInt64) {
        precondition(ratePerSecond > 0, "a schedule moves")
        self.startNanos = startNanos
        self.ratePerSecond = ratePerSecond
        let (seconds, rest) = lengthNanos.quotientAndRemainder(dividingBy: 1_000_000_000)
        // Rounded up: call 0 is due at the start.
        callCount = seconds * ratePerSecond + (rest * ratePerSecond + 999_999_999) / 1_000_000_000
    }

    /// When call `index` is due. Whole seconds first, so that nothing overflows or drifts.
    func intendedNanos(_ index: UInt64) -> UInt64 {
        let (seconds, rest) = index.quotientAndRemainder(dividingBy: ratePerSecond)
        return startNanos + seconds * 1_000_000_000 + rest * 1_000_000_000 / ratePerSecond
    }
}
