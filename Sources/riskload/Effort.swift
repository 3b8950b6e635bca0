import Ground
import HTTP2

/// What the load generator itself spent, to tell whether it was the bottleneck.
struct Effort {
    var elapsedNanos: UInt64
    /// Processor time of the whole process.
    var processorNanos: UInt64
    /// Time spent waiting, with nothing to do.
    var waitedNanos: UInt64

    /// The totals so far; only differences mean something.
    static func now(_ pool: ClientPool, _ clock: any Clock) -> Effort {
        Effort(
            elapsedNanos: clock.monotonicNanos(), processorNanos: ProcessorTime.usedNanos(),
            waitedNanos: pool.waitedNanos)
    }

    /// What was spent from `earlier` to here.
    func since(_ earlier: Effort) -> Effort {
        Effort(
            elapsedNanos: elapsedNanos - earlier.elapsedNanos,
            processorNanos: processorNanos - earlier.processorNanos,
            waitedNanos: waitedNanos - earlier.waitedNanos)
    }

    /// Processor time as a share of one core.
    var processorShare: Double { Double(processorNanos) / Double(max(elapsedNanos, 1)) }

    /// The share of time in which there was something to do, also while another process had our
    /// core.
    var busyShare: Double { 1 - Double(waitedNanos) / Double(max(elapsedNanos, 1)) }
}
