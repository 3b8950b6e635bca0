public import Domain
internal import Ground
internal import Synchronization

/// What can be watched: a callback comes after a record that changed it was applied.
public enum Watched: Hashable, Sendable {
    case line(TenantID, LineID)
    /// One counter of a portfolio limit.
    case cell(TenantID, CellKey)
    /// A portfolio limit's definition and all its counters.
    case limit(TenantID, PortfolioLimitID)
}

/// Names one watch, to end it.
public struct WatchToken: Hashable, Sendable {
    let number: UInt64
}

/// Who waits for changes of which line or counter.
///
/// While nobody watches the publisher looks at one number a batch. A watch says only that there is
/// something newer: the watcher then walks back from the newest record to the one it knows, so that
/// a callback that comes late or twice loses and repeats nothing.
/// Thread: any; `publish` is the publisher's.
final class Watchers: Sendable {
    /// Reason: each is a stream that a caller keeps open, and connections are bounded below that.
    static let countMax = 65_536

    typealias Callback = @Sendable (_ sequence: UInt64) -> Void

    private struct State {
        var nextNumber: UInt64 = 1
        var watched: [UInt64: Watched] = [:]
        var callbacks: [Watched: [UInt64: Callback]] = [:]
    }
    private let state = Lock(State())
    /// Watches there are. Relaxed: a watcher sets it and then reads the row under the row's lock;
    /// the publisher writes the row under that lock and then reads this. Whichever had the lock
    /// first, either the watcher saw the new row or the publisher sees the watch.
    private let count = Atomic<Int>(0)

    /// Begins a watch; nil when there are too many.
    func add(_ watched: Watched, _ callback: @escaping Callback) -> WatchToken? {
        state.withLock { state in
            guard state.watched.count < Self.countMax else { return nil }
            let number = state.nextNumber
            state.nextNumber += 1
            state.watched[number] = watched
            state.callbacks[watched, default: [:]][number] = callback
            count.store(state.watched.count, ordering: .relaxed)
            return WatchToken(number: number)
        }
    }

    /// Ends a watch; a callback that is on its way may still come.
    func remove(_ token: WatchToken) {
        state.withLock { state in
            guard let watched = state.watched.removeValue(forKey: token.number) else { return }
            state.callbacks[watched]?[token.number] = nil
            if state.callbacks[watched]?.isEmpty == true { state.callbacks[watched] = nil }
            count.store(state.watched.count, ordering: .relaxed)
        }
    }

    /// Tells whoever watches something that the records changed, once a batch.
    func publish(_ records: [SequencedRecord]) {
        guard count.load(ordering: .relaxed) > 0 else { return }
        let calls = state.withLock { state -> [(Callback, UInt64)] in
            var touched: [Watched: UInt64] = [:]
            func touch(_ watched: Watched, _ sequence: UInt64) {
                if state.callbacks[watched] != nil { touched[watched] = sequence }
            }
            for made in records where made.record.outcome == .done {
                let record = made.record
                for line in record.effects.lines where line.lastSequence == record.sequence {
                    touch(.line(record.tenant, line.id), record.sequence)
                }
                guard !record.effects.isUsual else { continue }
                for cell in record.effects.rare.cells {
                    touch(.cell(record.tenant, cell.key), record.sequence)
                    touch(.limit(record.tenant, cell.key.limit), record.sequence)
                }
                for limit in record.effects.rare.limits {
                    touch(.limit(record.tenant, limit.id), record.sequence)
                }
            }
            return touched.flatMap { watched, sequence in
                (state.callbacks[watched] ?? [:]).values.map { ($0, sequence) }
            }
        }
        // Outside the lock: a callback may end its watch.
        for (callback, sequence) in calls { callback(sequence) }
    }
}
