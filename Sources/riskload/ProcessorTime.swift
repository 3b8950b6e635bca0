import Glibc

/// What this process has cost the machine, and how finely it sleeps.
enum ProcessorTime {
    /// Processor time of all threads so far, in the kernel and out of it, nanoseconds.
    static func usedNanos() -> UInt64 {
        var time = timespec()
        let result = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        precondition(result == 0, "clock_gettime cannot fail for a known clock")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Asks the kernel not to lengthen our sleeps by its usual 50 us.
    ///
    /// Where that is not allowed, sends are late by as much, and the report shows it.
    static func sleepPrecisely() {
        let descriptor = unsafe open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = unsafe write(descriptor, "1", 1)
        close(descriptor)
    }
}
