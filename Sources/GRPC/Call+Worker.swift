/// The way back to the worker that owns a call.
extension Call {
    /// Runs `body` on the call's worker: at once when called there, else in its next turn.
    ///
    /// Runs also when the call is over by then. For handlers that continue after a timer or
    /// another queue: their state belongs to the worker. Thread: any.
    public func runOnWorker(_ body: @escaping @Sendable () -> Void) {
        worker.deliver(.run(body))
    }
}
