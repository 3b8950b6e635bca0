internal import Decisions
internal import Dispatch
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// Answers parked calls when the journal has ruled on their proposals.
///
/// Everything a verdict speaks of is durable and applied when it comes, so the reply leaves at
/// once; the replies of a batch reach each worker with one wake-up.
/// Thread: the journal's publisher; repeats are read from disk on a queue of their own.
final class VerdictDesk: Sendable {
    /// Both exist only after the desk: the journal calls it, the server's methods fill it.
    private struct Wiring {
        let engine: Engine
        let server: Server
    }

    private let pending: PendingCalls
    private let stores: Stores
    private let wiring = Lock<Wiring?>(nil)
    // Under a lock only because the desk is shared; the publisher never waits for it.
    private let codec = Lock(Codec())
    private let repeats = DispatchQueue(label: "riskd.repeats", qos: .utility)

    init(pending: PendingCalls, stores: Stores) {
        self.pending = pending
        self.stores = stores
    }

    /// Called once, before the first call comes.
    func connect(engine: Engine, server: Server) {
        wiring.withLock { $0 = Wiring(engine: engine, server: server) }
    }

    /// Called once, after the journal is closed: the desk, the journal and the engine hold each
    /// other, and nothing would let go of them otherwise.
    func disconnect() {
        wiring.withLock { $0 = nil }
    }

    /// Lets what was answered leave before the process ends after a failed write, at most for a
    /// second, then calls `end`. Returns at once.
    func sayGoodbye(then end: @escaping @Sendable () -> Void) {
        let wiring = wiring.withLock { $0 }
        // Of the workers' quality of service: a lower one might not run beside them.
        DispatchQueue(label: "riskd.goodbye", qos: .userInteractive).async {
            _ = wiring?.server.drain(timeoutMillis: 1_000)
            end()
        }
    }

    /// Answers a batch of verdicts.
    func deliver(_ verdicts: [Verdict]) {
        guard let wiring = wiring.withLock({ $0 }) else {
            preconditionFailure("a verdict came before the server was there")
        }
        var replies = Replies(server: wiring.server, capacity: verdicts.count)
        codec.withLock { codec in
            var names = TenantNames(stores: stores)
            for verdict in verdicts {
                rule(on: verdict, codec, &names, wiring, &replies)
            }
        }
        replies.send()
    }

    private func rule(
        on verdict: Verdict, _ codec: Codec, _ names: inout TenantNames, _ wiring: Wiring,
        _ replies: inout Replies
    ) {
        let parked = pending.take(verdict.ticket)
        let worker = PendingCalls.workerIndex(verdict.ticket)
        switch verdict.answer {
        case .recorded(let record, _):
            replies.add(worker, parked.callID, record, codec, names.names(of: record.tenant))
        case .repeated(let sequence):
            readAgain(sequence, verdict.repeats, worker, parked.callID, wiring)
        case .requestRefused(let refusal):
            replies.fail(worker, parked.callID, Refusal.request(refusal))
        case .planAgain(let refusal, let effects):
            planAgain(parked, worker, refusal, effects, wiring, &replies)
        case .recordTooLong(let bytesMax):
            replies.fail(worker, parked.callID, Refusal.recordTooLong(bytesMax: bytesMax))
        case .deadlinePassed:
            replies.fail(worker, parked.callID, Refusal.deadlinePassed)
        case .noSpace:
            // Repeats are answered on a full disk too, so a probe that comes back was none.
            replies.fail(worker, parked.callID, parked.planning?.refusal ?? Refusal.noSpace)
        case .overloaded:
            replies.fail(worker, parked.callID, Refusal.overloaded)
        case .outcomeUnknown:
            replies.fail(worker, parked.callID, Refusal.outcomeUnknown)
        }
    }

    /// A write that plans again does so on its own worker, in its next turn.
    private func planAgain(
        _ parked: PendingCall, _ worker: Int, _ refusal: LedgerOutcome?,
        _ effects: LedgerEffects, _ wiring: Wiring, _ replies: inout Replies
    ) {
        if let planning = parked.planning {
            if let refusal = planning.refusal {
                return replies.fail(worker, parked.callID, refusal)
            }
            if planning.write.plansAgain {
                let retry = Retry(
                    count: planning.planCount, refusal: refusal,
                    availableMinor: effects.lines.last?.availableMinor)
                return wiring.server.run(onWorker: worker) {
                    wiring.engine.planAgain(planning, retry)
                }
            }
        }
        let status =
            switch refusal {
            case .lineUnknown: Refusal.lineUnknown
            case .holdUnknown: Refusal.holdUnknown
            case .blockUnknown: Refusal.blockUnknown
            case .portfolioLimitUnknown: Refusal.portfolioLimitUnknown
            default: Refusal.contended
            }
        replies.fail(worker, parked.callID, status)
    }

    /// A repeat gets the reply of the record that the first call made, from disk; another request
    /// under the same id gets none.
    private func readAgain(
        _ sequence: UInt64, _ request: RepeatedRequest?, _ worker: Int, _ callID: UInt64,
        _ wiring: Wiring
    ) {
        guard let request else { preconditionFailure("a repeat says which request it is") }
        repeats.async { [self] in
            var replies = Replies(server: wiring.server, capacity: 1)
            do {
                let record = try wiring.engine.journal.readRepeat(
                    sequence: sequence, tenant: request.tenant, requestKey: request.requestKey,
                    fingerprint: request.fingerprint)
                if let record {
                    replies.add(
                        worker, callID, record, Codec(), stores.names(of: record.tenant))
                } else {
                    replies.fail(worker, callID, Refusal.requestIDReused)
                }
            } catch {
                replies.fail(worker, callID, Refusal.recordDamaged)
            }
            replies.send()
        }
    }
}

/// The names of the tenant whose records come, asked for once while they are one tenant's.
private struct TenantNames {
    let stores: Stores
    private var last: LedgerNames?

    init(stores: Stores) {
        self.stores = stores
    }

    mutating func names(of tenant: TenantID) -> LedgerNames {
        if let last, last.tenant == tenant { return last }
        let names = stores.names(of: tenant)
        last = names
        return names
    }
}

/// Replies of one batch, by worker.
private struct Replies {
    let server: Server
    let capacity: Int
    private var byWorker: [ReplyBatch] = []

    init(server: Server, capacity: Int) {
        self.server = server
        self.capacity = capacity
    }

    /// Ends a call with the reply that its record stands for.
    mutating func add(
        _ worker: Int, _ callID: UInt64, _ record: DurableRecord, _ codec: Codec,
        _ names: LedgerNames
    ) {
        makeRoom(worker)
        do throws(MessageFault) {
            try byWorker[worker].reply(callID) { bytes throws(MessageFault) in
                try codec.appendReply(to: record, names: names, behind: &bytes)
            }
        } catch {
            byWorker[worker].fail(callID, Refusal.recordDamaged)
        }
    }

    mutating func fail(_ worker: Int, _ callID: UInt64, _ status: Status) {
        makeRoom(worker)
        byWorker[worker].fail(callID, status)
    }

    private mutating func makeRoom(_ worker: Int) {
        while byWorker.count <= worker { byWorker.append(ReplyBatch(capacity: capacity)) }
    }

    func send() {
        for (worker, replies) in byWorker.enumerated() where !replies.isEmpty {
            server.complete(workerIndex: worker, replies)
        }
    }
}
