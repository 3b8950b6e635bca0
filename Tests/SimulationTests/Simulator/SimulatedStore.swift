import Ground

@testable import Journal

/// A store that forgets what was not flushed when the machine stops, and can stop it.
final class SimulatedStore: Store {
    private struct State: Sendable {
        var current: [[UInt8]: [UInt8]] = [:]
        var flushed: [[UInt8]: [UInt8]] = [:]
        /// Writing calls until every call fails; nil is never.
        var callsUntilStop: Int?
        var hasStopped = false
    }
    private let state = Lock(State())

    /// From the n-th writing call on nothing works.
    func stop(afterCalls count: Int) { state.withLock { $0.callsUntilStop = count } }

    /// Power comes back: what was not flushed is gone, in whole writes. `keeps` says that the
    /// operating system had written it anyway.
    func restart(keeps: Bool) {
        state.withLock { state in
            if keeps { state.flushed = state.current }
            state.current = state.flushed
            state.callsUntilStop = nil
            state.hasStopped = false
        }
    }

    /// Works again, as after a full disk.
    func resume() {
        state.withLock { state in
            state.callsUntilStop = nil
            state.hasStopped = false
        }
    }

    /// Changes one flushed value behind the journal's back; says whether there was one.
    func damage(_ choose: ([[UInt8]]) -> [UInt8]?, _ change: (inout [UInt8]) -> Void) -> Bool {
        state.withLock { state in
            let keys = state.flushed.keys.sorted { $0.lexicographicallyPrecedes($1) }
            guard let key = choose(keys), var value = state.flushed[key], !value.isEmpty else {
                return false
            }
            change(&value)
            state.flushed[key] = value
            state.current[key] = value
            return true
        }
    }

    /// The same content in a store of its own.
    func copy() -> SimulatedStore {
        let other = SimulatedStore()
        let content = state.withLock { $0.flushed }
        other.state.withLock { state in
            state.current = content
            state.flushed = content
        }
        return other
    }

    private static func check(_ state: inout State) -> StoreError? {
        if let left = state.callsUntilStop {
            state.callsUntilStop = left - 1
            if left <= 1 { state.hasStopped = true }
        }
        return state.hasStopped ? StoreError(problem: "the machine stopped") : nil
    }

    func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]? {
        state.withLock { $0.current[key] }
    }

    func write(_ changes: [StoreChange]) throws(StoreError) {
        let error = state.withLock { state -> StoreError? in
            if let error = Self.check(&state) { return error }
            for change in changes {
                switch change {
                case .put(let key, let value): state.current[key] = value
                case .delete(let key): state.current[key] = nil
                }
            }
            return nil
        }
        if let error { throw error }
    }

    func scan(
        prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreError) {
        let rows = state.withLock { $0.current.filter { $0.key.starts(with: prefix) } }
        for row in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard body(row.key, row.value) else { return }
        }
    }

    func flush() throws(StoreError) {
        let error = state.withLock { state -> StoreError? in
            if let error = Self.check(&state) { return error }
            state.flushed = state.current
            return nil
        }
        if let error { throw error }
    }
}
