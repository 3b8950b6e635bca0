/// How much time passes for each nanosecond that handlers take, while calls wait.
///
/// Reading, decoding and writing are not in the handlers' time, and for a cheap call they are most
/// of it. So the ratio is measured over whole turns that began with calls left over, and smoothed.
/// Thread: owned by one at a time.
struct Pace {
    /// More than that is a machine that did something else, not a load to plan with.
    private static let stretchMax = 64.0
    /// When the turn began that is running.
    private(set) var turnBeganNanos: UInt64 = 0
    private var handlerNanos: UInt64 = 0
    /// Nanoseconds by the clock for each of a handler's; at least 1.
    private(set) var stretch = 1.0

    /// A turn begins. `isBacklogged`: the last one left calls over, so it took all the time there
    /// was.
    mutating func turnBegan(nowNanos: UInt64, isBacklogged: Bool) {
        if isBacklogged, handlerNanos > 0 {
            let passed = Double(nowNanos &- turnBeganNanos)
            let ratio = min(max(passed / Double(handlerNanos), 1), Self.stretchMax)
            stretch += (ratio - stretch) / 8
        }
        turnBeganNanos = nowNanos
        handlerNanos = 0
    }

    /// A handler took that long.
    mutating func ran(nanos: UInt64) { handlerNanos &+= nanos }
}
