/// What calls of each method take on one worker: moving estimates, and whom to measure next.
///
/// Reading the clock costs some 25 ns. A method that takes 5 us or more is measured every time,
/// which is half a percent of it; a cheaper one is measured once in sixteen calls and charged by
/// its estimate in between. Thread: owned by one at a time.
struct MethodCosts {
    private struct Cost {
        /// Before the first measurement: a guess on the high side for what runs in memory.
        var estimateNanos: UInt32 = 10_000
        var callsUntilMeasured: UInt8 = 0
    }

    /// From here on a clock reading does not matter.
    private static let measuredAlwaysNanos: UInt32 = 5_000
    private static let callsBetween: UInt8 = 15
    /// An estimate that could not grow any more would be none.
    private static let estimateNanosMin: Int64 = 64
    private var costs: [Cost]

    /// Knows nothing yet of that many methods.
    init(methodCount: Int) {
        costs = Array(repeating: Cost(), count: methodCount)
    }

    /// What the next call of the method is expected to take.
    func estimateNanos(_ method: Int) -> UInt32 { costs[method].estimateNanos }

    /// Whether the next call must be measured; counts it if not.
    mutating func mustMeasure(_ method: Int) -> Bool {
        if costs[method].callsUntilMeasured == 0
            || costs[method].estimateNanos >= Self.measuredAlwaysNanos
        {
            return true
        }
        costs[method].callsUntilMeasured -= 1
        return false
    }

    /// Learns what a call took: the estimate moves by an eighth of the difference.
    ///
    /// A call counts as eight times the estimate at most: so one that lost its processor, or that
    /// came first and set something up, cannot make a queue look long, and a method that is slow
    /// indeed is known after ten calls.
    mutating func learn(_ method: Int, nanos: UInt64) {
        let before = Int64(costs[method].estimateNanos)
        let measured = Int64(min(nanos, UInt64(before) * 8))
        let after = before + (measured - before) / 8
        costs[method].estimateNanos = UInt32(clamping: max(after, Self.estimateNanosMin))
        costs[method].callsUntilMeasured = Self.callsBetween
    }
}
