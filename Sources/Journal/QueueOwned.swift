internal import Dispatch

/// State that belongs to one serial queue, which every access checks.
final class QueueOwned<Value>: @unchecked Sendable {
    // Sendable because the value is reached only on its queue.
    private var value: Value
    private let queue: DispatchQueue

    init(_ value: Value, queue: DispatchQueue) {
        self.value = value
        self.queue = queue
    }

    /// Runs `body` with the value, on its queue only.
    func withValue<Result>(_ body: (inout Value) -> Result) -> Result {
        dispatchPrecondition(condition: .onQueue(queue))
        return body(&value)
    }
}
