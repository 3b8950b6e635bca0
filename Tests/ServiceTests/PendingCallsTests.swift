import Dispatch
import Domain
import Ground
import Testing

@testable import Service

@Suite struct PendingCallsTests {
    static func call(_ id: UInt64) -> PendingCall {
        PendingCall(callID: id)
    }

    @Test func ticketsNameWorkerAndSlot() {
        let pending = PendingCalls(workerCount: 3)
        #expect(pending.park(Self.call(1), worker: 0) == 0)
        #expect(pending.park(Self.call(2), worker: 0) == 1)
        let third = pending.park(Self.call(3), worker: 2)
        #expect(third == 2 << 48)
        #expect(PendingCalls.workerIndex(third) == 2)
        #expect(pending.count == 3)
        #expect(pending.take(2 << 48).callID == 3)
        #expect(pending.take(0).callID == 1)
        #expect(pending.count == 1)
        #expect(
            pending.park(Self.call(4), worker: 0) == 0, "a free slot is used again")
        #expect(pending.take(1).callID == 2)
        #expect(pending.take(0).callID == 4)
        #expect(pending.count == 0)
    }

    /// One side parks while the other takes, as the worker and the publisher do.
    @Test func twoSidesAtOnce() {
        let pending = PendingCalls(workerCount: 1)
        let tickets = Lock<[(ticket: UInt64, id: UInt64)]>([])
        let group = DispatchGroup()
        DispatchQueue(label: "test.worker").async(group: group) {
            for id in 1...2_000 as ClosedRange<UInt64> {
                let ticket = pending.park(Self.call(id), worker: 0)
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
                for (ticket, id) in batch where pending.take(ticket).callID != id {
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
