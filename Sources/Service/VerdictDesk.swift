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
    private let products: ProductBook
    private let wiring = Lock<Wiring?>(nil)
    // Under a lock only because the desk is shared; the publisher never waits for it.
    private let codec = Lock(Codec())
    private let repeats = DispatchQueue(label: "riskd.repeats", qos: .utility)

    init(pending: PendingCalls, products: ProductBook) {
        self.pending = pending
        self.products = products
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
        var replies = Replies(server: wiring.server)
        codec.withLock { codec in
            for verdict in verdicts {
                rule(on: pending.take(verdict.ticket), verdict.answer, codec, wiring, &replies)
            }
        }
        replies.send()
    }

    private func rule(
        on parked: PendingCall, _ answer: Verdict.Answer, _ codec: Codec, _ wiring: Wiring,
        _ replies: inout Replies
    ) {
        let call = parked.call
        switch answer {
        case .recorded(let record, _):
            replies.add(call, render(record, codec))
        case .repeated(let sequence):
            readAgain(sequence, for: call, wiring)
        case .requestIDReused:
            replies.add(call, .failure(Refusal.requestIDReused))
        case .planAgain(let refusal, let effects):
            planAgain(parked, refusal, effects, wiring, &replies)
        case .deadlinePassed:
            replies.add(call, .failure(Refusal.deadlinePassed))
        case .noSpace:
            // Repeats are answered on a full disk too, so a probe that comes back was none.
            replies.add(call, .failure(parked.refusal ?? Refusal.noSpace))
        case .overloaded:
            replies.add(call, .failure(Refusal.overloaded))
        case .outcomeUnknown:
            replies.add(call, .failure(Refusal.outcomeUnknown))
        }
    }

    /// A write that plans again does so on its own worker, in its next turn.
    private func planAgain(
        _ parked: PendingCall, _ refusal: LedgerOutcome?, _ effects: LedgerEffects,
        _ wiring: Wiring, _ replies: inout Replies
    ) {
        if let refusal = parked.refusal {
            replies.add(parked.call, .failure(refusal))
            return
        }
        guard !parked.write.plansAgain else {
            let retry = Retry(
                count: parked.planCount, refusal: refusal,
                availableMinor: effects.lines.last?.availableMinor)
            wiring.server.run(onWorker: parked.call.workerIndex) {
                wiring.engine.planAgain(parked, retry)
            }
            return
        }
        let status =
            switch refusal {
            case .lineUnknown: Refusal.lineUnknown
            case .holdUnknown: Refusal.holdUnknown
            default: Refusal.contended
            }
        replies.add(parked.call, .failure(status))
    }

    private func render(_ record: DurableRecord, _ codec: Codec) -> Result<[UInt8], Status> {
        do throws(MessageFault) {
            let products = products.names(of: record.tenant)
            return .success(try codec.reply(to: record, products: products))
        } catch {
            return .failure(Refusal.recordDamaged)
        }
    }

    /// A repeat gets the reply of the record that the first call made, from disk.
    private func readAgain(_ sequence: UInt64, for call: Call, _ wiring: Wiring) {
        repeats.async { [self] in
            var replies = Replies(server: wiring.server)
            let result: Result<[UInt8], Status>
            do {
                result = render(try wiring.engine.journal.read(sequence: sequence), Codec())
            } catch {
                result = .failure(Refusal.recordDamaged)
            }
            replies.add(call, result)
            replies.send()
        }
    }
}

/// Replies of one batch, by worker.
private struct Replies {
    let server: Server
    private var byWorker: [[Completion]] = []

    init(server: Server) {
        self.server = server
    }

    mutating func add(_ call: Call, _ result: Result<[UInt8], Status>) {
        while byWorker.count <= call.workerIndex { byWorker.append([]) }
        byWorker[call.workerIndex].append(Completion(callID: call.id, result: result))
    }

    func send() {
        for (worker, completions) in byWorker.enumerated() where !completions.isEmpty {
            server.complete(workerIndex: worker, completions)
        }
    }
}
