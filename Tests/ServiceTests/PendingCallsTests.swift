import Decisions
import Dispatch
import Domain
import Ground
import Testing

@testable import GRPC
@testable import Service

/// A write that plans nothing: the table never looks inside.
private let noWrite = Write(
    tenant: TenantID(1), requestKey: .zero, fingerprint: .zero, deadlineMicros: .max,
    plansAgain: false,
    planner: { _, _ in
        WritePlan(alternative: Alternative(type: .repaid, subject: .none, body: []))
    })

@Suite struct PendingCallsTests {
    private func call(_ id: UInt64, worker: Int = 0) -> PendingCall {
        let worker = CallWorker(
            index: worker, configuration: ServerConfiguration(), table: MethodTable([]),
            hooks: ServerHooks(), clock: SimulatedClock(),
            offloadQueue: DispatchQueue(label: "test.offload"))
        return PendingCall(
            call: Call(
                id: id, principal: 0, deadlineNanos: .max, worker: worker, carried: nil),
            write: noWrite)
    }

    @Test func ticketsNameWorkerAndSlot() {
        let pending = PendingCalls(workerCount: 3)
        #expect(pending.park(call(1)) == 0)
        #expect(pending.park(call(2)) == 1)
        #expect(pending.park(call(3, worker: 2)) == 2 << 48)
        #expect(pending.count == 3)
        #expect(pending.take(2 << 48).call.id == 3)
        #expect(pending.take(0).call.id == 1)
        #expect(pending.count == 1)
        #expect(pending.park(call(4)) == 0, "a free slot is used again")
        #expect(pending.take(1).call.id == 2)
        #expect(pending.take(0).call.id == 4)
        #expect(pending.count == 0)
    }

    @Test func plansAreCountedInTheCall() {
        let pending = PendingCalls(workerCount: 1)
        var parked = pending.take(pending.park(call(9)))
        #expect(parked.planCount == 1)
        parked.planCount += 1
        #expect(pending.take(pending.park(parked)).planCount == 2)
    }

    /// One side parks while the other takes, as the worker and the publisher do.
    @Test func twoSidesAtOnce() {
        let pending = PendingCalls(workerCount: 1)
        let tickets = Lock<[(ticket: UInt64, id: UInt64)]>([])
        let parked = call(0)
        let group = DispatchGroup()
        DispatchQueue(label: "test.worker").async(group: group) {
            for id in 1...2_000 as ClosedRange<UInt64> {
                var next = parked
                next.call = Call(
                    id: id, principal: 0, deadlineNanos: .max, worker: parked.call.worker,
                    carried: nil)
                let ticket = pending.park(next)
                tickets.withLock { $0.append((ticket, id)) }
            }
        }
        let wrong = Lock(0)
        DispatchQueue(label: "test.publisher").async(group: group) {
            var taken = 0
            while taken < 2_000 {
                let batch = tickets.withLock { tickets in
                    defer { tickets = [] }
                    return tickets
                }
                for (ticket, id) in batch where pending.take(ticket).call.id != id {
                    wrong.withLock { $0 += 1 }
                }
                taken += batch.count
            }
        }
        group.wait()
        #expect(wrong.withLock { $0 } == 0)
        #expect(pending.count == 0)
    }
}
