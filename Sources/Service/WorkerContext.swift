internal import Decisions
internal import Domain
internal import Messages

/// What one worker owns for the calls it runs: memory to decode and decide in, and the proposals
/// that its turn has gathered.
///
/// Thread: its worker, which runs one handler at a time.
final class WorkerContext {
    let index: Int
    let codec = Codec()
    let scratch = DecisionScratch()
    /// Handed to the journal in one batch when the turn ends.
    var gathered: [Proposal] = []

    init(index: Int) {
        self.index = index
    }
}

/// The contexts of all workers, each reached only from its own worker.
struct WorkerContexts: @unchecked Sendable {
    // Sendable because a context is touched only by the worker whose index it has; the transport
    // runs the inline handlers of a worker one at a time.
    private let contexts: [WorkerContext]

    init(workerCount: Int) {
        contexts = (0..<workerCount).map(WorkerContext.init)
    }

    subscript(workerIndex: Int) -> WorkerContext { contexts[workerIndex] }
}
