internal import Glibc

/// A lock with nothing in it, for state that only partly lies under it: its owner says what does.
///
/// A plain pthread mutex, as `Lock` is. Not a `Lock` of an empty value: a value without size has
/// the address of what follows it, so the thread sanitizer takes handing it out for a write there.
@safe
public final class Gate: @unchecked Sendable {
    // Sendable because a pthread mutex is made for many threads.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// Makes an open one.
    public init() {
        unsafe mutex = .allocate(capacity: 1)
        let result = unsafe pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init failed with \(result)")
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` alone. Must not be entered again from inside.
    public func withLock<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body()
    }
}
