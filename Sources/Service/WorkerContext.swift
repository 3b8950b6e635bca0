internal import Decisions
internal import Domain
internal import Messages
internal import Tenancy

/// What one worker owns for the calls it runs: memory to decode and decide in, the keys it saw
/// last, and the proposals that its turn has gathered.
///
/// Thread: its worker, which runs one handler at a time.
final class WorkerContext {
    let index: Int
    let codec = Codec()
    let scratch = DecisionScratch()
    var keys: KeyMemo
    var products = ProductMemo()
    /// The reply of a read, which leaves before the next handler runs.
    var reply: [UInt8] = []
    /// Handed to the journal in one batch when the turn ends.
    var gathered: [Proposal] = []

    init(index: Int, keys: KeyRing) {
        self.index = index
        self.keys = KeyMemo(keys)
    }
}

/// The contexts of all workers, each reached only from its own worker.
struct WorkerContexts: @unchecked Sendable {
    // Sendable because a context is touched only by the worker whose index it has; the transport
    // runs the inline handlers of a worker one at a time.
    private let contexts: [WorkerContext]

    init(workerCount: Int, keys: KeyRing) {
        contexts = (0..<workerCount).map { WorkerContext(index: $0, keys: keys) }
    }

    subscript(workerIndex: Int) -> WorkerContext { contexts[workerIndex] }
}
