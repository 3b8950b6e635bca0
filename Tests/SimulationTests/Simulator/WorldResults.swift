import Ground

/// What became of several worlds, in the order of their seeds. Thread: any.
final class WorldResults: Sendable {
    private struct State: Sendable {
        var results: [Result<SimulationReport, any Error>?]
        var hasFailed = false
    }
    private let state: Lock<State>

    init(count: Int) { state = Lock(State(results: Array(repeating: nil, count: count))) }

    func set(_ world: Int, _ result: Result<SimulationReport, any Error>) {
        state.withLock { state in
            state.results[world] = result
            if case .failure = result { state.hasFailed = true }
        }
    }

    /// Some world went wrong: no further one need begin.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// The sum of the worlds that went well.
    var report: SimulationReport {
        var sum = SimulationReport()
        for case .success(let report)? in state.withLock({ $0.results }) { sum.add(report) }
        return sum
    }

    /// The first world's mistake.
    var failure: (any Error)? {
        for case .failure(let error)? in state.withLock({ $0.results }) { return error }
        return nil
    }
}
