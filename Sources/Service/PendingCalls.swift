internal import Domain
internal import GRPC
internal import Ground

/// A call that waits for its commit: the one place where a call on the road parks.
struct PendingCall: Sendable {
    let callID: UInt64
    /// What is needed to plan it again; nil for a write that has only one plan, as nearly all have.
    var planning: Planning?
}

/// A parked write whose plan may have to be made again, or that only asks whether it is a repeat.
final class Planning: Sendable {
    let call: Call
    let write: Write
    /// What to answer if the request turns out to be no repeat; nil for a real proposal.
    let refusal: Status?
    /// Plans made so far.
    let planCount: Int

    init(call: Call, write: Write, refusal: Status? = nil, planCount: Int = 1) {
        self.call = call
        self.write = write
        self.refusal = refusal
        self.planCount = planCount
    }
}

/// Calls of one worker that wait for their commit, by ticket.
///
/// A ticket is the worker's index in the upper 16 bits and a slot in the lower 48. Put in by the
/// worker, taken out by the journal's publisher: each side holds the lock for some nanoseconds.
/// Bound: the transport's limit of open calls a worker.
final class PendingCalls: Sendable {
    private struct Slots {
        var calls: [PendingCall?] = []
        var free: [Int] = []
    }

    private let workers: [Lock<Slots>]

    init(workerCount: Int) {
        workers = (0..<workerCount).map { _ in Lock(Slots()) }
    }

    /// The worker of a ticket's call.
    static func workerIndex(_ ticket: UInt64) -> Int { Int(ticket >> 48) }

    /// Parks a call of a worker. Returns its ticket.
    func park(_ pending: PendingCall, worker: Int) -> UInt64 {
        let slot = workers[worker].withLock { slots in
            if let slot = slots.free.popLast() {
                slots.calls[slot] = pending
                return slot
            }
            slots.calls.append(pending)
            return slots.calls.count - 1
        }
        return UInt64(worker) << 48 | UInt64(slot)
    }

    /// Takes a parked call out. Each ticket is taken once.
    func take(_ ticket: UInt64) -> PendingCall {
        workers[Self.workerIndex(ticket)].withLock { slots in
            let slot = Int(ticket & (1 << 48 - 1))
            guard let pending = slots.calls[slot] else {
                preconditionFailure("a ticket was answered twice")
            }
            slots.calls[slot] = nil
            slots.free.append(slot)
            return pending
        }
    }

    /// Calls that wait now, over all workers.
    var count: Int {
        workers.reduce(0) { sum, worker in
            sum + worker.withLock { $0.calls.count - $0.free.count }
        }
    }
}
