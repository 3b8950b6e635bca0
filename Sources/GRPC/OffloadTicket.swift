internal import Ground

/// Shared by a worker and the queue that runs one of its calls: says whether it still matters.
final class OffloadTicket: Sendable {
    private let cancelled = Lock(false)

    /// The call is over; its handler need not begin.
    func cancel() { cancelled.withLock { $0 = true } }

    /// Whether `cancel` came.
    var isCancelled: Bool { cancelled.withLock { $0 } }
}
