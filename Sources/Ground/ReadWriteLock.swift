internal import Glibc

/// A value that many may read at once, or one may change alone.
///
/// A pthread read-write lock that lets a waiting writer go before new readers, so that readers on
/// every worker cannot starve the publisher. Uncontended, entering and leaving costs about 25 ns.
/// For walks of a few microseconds, where a plain `Lock` would make workers wait for each other.
@safe
public final class ReadWriteLock<Value>: @unchecked Sendable {
    // Sendable because `value` changes only under the write side and is read only under either.
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_rwlock_t>

    /// Takes the value in.
    public init(_ value: sending Value) {
        self.value = value
        unsafe lock = .allocate(capacity: 1)
        var attributes = pthread_rwlockattr_t()
        unsafe pthread_rwlockattr_init(&attributes)
        unsafe pthread_rwlockattr_setkind_np(
            &attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
        let result = unsafe pthread_rwlock_init(lock, &attributes)
        precondition(result == 0, "pthread_rwlock_init failed with \(result)")
        unsafe pthread_rwlockattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_rwlock_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Runs `body` beside other readers. Must not be entered again from inside, nor change what
    /// the value refers to.
    public func withRead<Result, Failure: Error>(
        _ body: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_rwlock_rdlock(lock)
        defer { unsafe pthread_rwlock_unlock(lock) }
        return try body(value)
    }

    /// Runs `body` alone with the value. Must not be entered again from inside.
    public func withWrite<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_rwlock_wrlock(lock)
        defer { unsafe pthread_rwlock_unlock(lock) }
        return try body(&value)
    }
}
