internal import Glibc

/// A value that is only reachable under its lock.
///
/// A plain pthread mutex, not `Synchronization.Mutex`: the thread sanitizer knows this one, so the
/// sanitized build and the shipped build run the same code. Hold it for well under 1 us on a road.
@safe
public final class Lock<Value>: @unchecked Sendable {
    // Sendable because `value` is touched only between lock and unlock.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// Takes the value in.
    public init(_ value: sending Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        let result = unsafe pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init failed with \(result)")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` alone with the value. Must not be entered again from inside.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
