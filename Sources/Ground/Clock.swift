internal import Glibc

/// Where time comes from: the machine, or a test.
///
/// Protocol code never reads a clock; whoever drives it reads one and passes `now` in.
public protocol Clock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z. May jump.
    func wallMicros() -> Int64
    /// Nanoseconds since an arbitrary start. Never goes back; does not count suspended time.
    func monotonicNanos() -> UInt64
    /// Microseconds since boot, suspended time included. Never goes back.
    func bootMicros() -> Int64
}

/// The machine's own clocks, by clock_gettime(2).
public struct SystemClock: Clock {
    /// Has no state.
    public init() {}

    @inline(__always)
    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "clock_gettime cannot fail for a known clock")
        return time
    }

    /// CLOCK_REALTIME in microseconds.
    public func wallMicros() -> Int64 {
        let time = Self.read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// CLOCK_MONOTONIC in nanoseconds.
    public func monotonicNanos() -> UInt64 {
        let time = Self.read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// CLOCK_BOOTTIME in microseconds.
    public func bootMicros() -> Int64 {
        let time = Self.read(CLOCK_BOOTTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// A clock that stands still until a test moves it.
public final class SimulatedClock: Clock {
    private struct Times {
        var wallMicros: Int64
        var bootMicros: Int64
    }
    private let times: Lock<Times>

    /// Starts at `wallMicros`; the boot clock starts at zero.
    public init(wallMicros: Int64 = 1_700_000_000_000_000) {
        times = Lock(Times(wallMicros: wallMicros, bootMicros: 0))
    }

    /// Moves every clock forward by `micros`.
    public func advance(micros: Int64) {
        times.withLock { times in
            times.wallMicros += micros
            times.bootMicros += micros
        }
    }

    /// Moves only the wall clock, by a positive or negative amount: a clock jump.
    public func jumpWall(micros: Int64) {
        times.withLock { $0.wallMicros += micros }
    }

    /// The simulated wall clock.
    public func wallMicros() -> Int64 { times.withLock { $0.wallMicros } }

    /// The simulated monotonic clock.
    public func monotonicNanos() -> UInt64 { times.withLock { UInt64($0.bootMicros) * 1_000 } }

    /// The simulated boot clock.
    public func bootMicros() -> Int64 { times.withLock { $0.bootMicros } }
}
