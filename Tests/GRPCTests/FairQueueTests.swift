import Ground
import Testing

@testable import GRPC

/// Who is next: the fast queue beside the obvious one, and what fairness means in figures.
@Suite struct FairQueueTests {
    /// The steps of one run over both queues.
    private struct Run {
        let fast = FairQueue()
        let naive = NaiveFairQueue()
        var random: RandomSource
        /// The first flow of each connection; nil while it is closed.
        var connections: [Int] = Array(repeating: -1, count: 6)
        var waiting: [(slot: Int, connection: Int)] = []
        var freeSlots = Array((0..<200).reversed())

        mutating func below(_ bound: Int) -> Int { Int(random.next(upperBound: UInt64(bound))) }

        mutating func append() {
            guard let slot = freeSlots.popLast() else { return }
            let connection = below(connections.count)
            let tenant = UInt64(below(6))
            let cost = below(80_000)
            let flow = fast.flow(of: tenant, connection: &connections[connection])
            fast.append(slot, flow: flow, costNanos: UInt32(cost))
            let other = naive.flow(of: tenant, connection: connection)
            naive.append(slot, other, costNanos: Int64(cost))
            waiting.append((slot, connection))
        }

        mutating func pop(_ comment: Comment) {
            let (one, other) = (fast.popFirst(), naive.popFirst())
            #expect(one?.slot == other?.slot, comment)
            guard let one, let other else { return }
            let nanos = below(10) == 0 ? below(9_000_000) : below(60_000)
            fast.charge(one.flow, nanos: UInt64(nanos))
            naive.charge(other.flow, nanos: Int64(nanos))
            waiting.removeAll { $0.slot == one.slot }
            freeSlots.append(one.slot)
        }

        mutating func remove() {
            guard !waiting.isEmpty else { return }
            let slot = waiting.remove(at: below(waiting.count)).slot
            fast.remove(slot)
            naive.remove(slot)
            freeSlots.append(slot)
        }

        mutating func hold(_ isHeld: Bool) {
            let connection = below(connections.count)
            if isHeld {
                fast.hold(connection: connections[connection])
                naive.hold(connection)
            } else {
                fast.resume(connection: connections[connection])
                naive.resume(connection)
            }
        }

        mutating func close() {
            let connection = below(connections.count)
            for (slot, _) in waiting.filter({ $0.connection == connection }) {
                fast.remove(slot)
                naive.remove(slot)
                freeSlots.append(slot)
            }
            waiting.removeAll { $0.connection == connection }
            fast.end(connection: connections[connection])
            naive.end(connection)
            connections[connection] = -1
        }
    }

    @Test(arguments: 0..<40)
    func agreesWithTheNaiveQueue(seed: UInt64) {
        let comment: Comment = "seed \(seed)"
        var run = Run(random: RandomSource(seed: seed))
        for _ in 0..<3_000 {
            switch run.below(20) {
            case 0..<9: run.append()
            case 9..<16: run.pop(comment)
            case 16: run.remove()
            case 17: run.hold(true)
            case 18: run.hold(false)
            default: if run.below(10) == 0 { run.close() }
            }
            #expect(run.fast.count == run.naive.count, comment)
            #expect(run.fast.heldCount == run.naive.heldCount, comment)
            #expect(run.fast.waitingNanos == run.naive.waitingNanos, comment)
        }
        for connection in run.connections.indices {
            run.fast.resume(connection: run.connections[connection])
            run.naive.resume(connection)
        }
        while !run.fast.isIdle { run.pop(comment) }
        #expect(run.fast.count == 0, comment)
        #expect(run.naive.popFirst() == nil, comment)
    }

    /// Pops one call and charges it by its flow.
    private static func next(
        _ queue: FairQueue, nanos: (Int) -> UInt64
    ) -> (slot: Int, flow: Int)? {
        guard let next = queue.popFirst() else { return nil }
        queue.charge(next.flow, nanos: nanos(next.flow))
        return next
    }

    /// Calls of 20 us: 1,000 of one connection wait when another's call comes.
    @Test(arguments: [(tenants: (1, 1), before: 3), (tenants: (1, 2), before: 3)])
    func aBurstDelaysAnotherConnectionByOneQuantum(
        tenants: (first: UInt64, second: UInt64), before: Int
    ) {
        let queue = FairQueue()
        var (busy, other) = (-1, -1)
        for slot in 0..<1_000 {
            let flow = queue.flow(of: tenants.first, connection: &busy)
            queue.append(slot, flow: flow, costNanos: 20_000)
        }
        for _ in 0..<500 { _ = Self.next(queue) { _ in 20_000 } }
        let flow = queue.flow(of: tenants.second, connection: &other)
        queue.append(1_000, flow: flow, costNanos: 20_000)
        var count = 0
        while let next = Self.next(queue, nanos: { _ in 20_000 }), next.slot != 1_000 {
            count += 1
        }
        #expect(count <= before)
    }

    @Test func aFlowKeepsItsOrder() {
        let queue = FairQueue()
        var connections = [-1, -1, -1]
        for slot in 0..<300 {
            let flow = queue.flow(of: 7, connection: &connections[slot % 3])
            queue.append(slot, flow: flow, costNanos: 1)
        }
        var last = [-1, -1, -1]
        while let next = Self.next(queue, nanos: { _ in 30_000 }) {
            #expect(next.slot > last[next.slot % 3])
            last[next.slot % 3] = next.slot
        }
        #expect(last == [297, 298, 299])
    }

    /// Time of two tenants that always have calls waiting, whatever their calls cost.
    @Test(
        arguments: [
            (costs: [1_000, 1_000], connections: [1, 1]),
            (costs: [1_000, 40_000], connections: [1, 1]),
            (costs: [700, 1_000_000], connections: [1, 3]),
            (costs: [50_000, 20], connections: [9, 1]),
        ] as [(costs: [UInt64], connections: [Int])])
    func tenantsGetEqualTime(costs: [UInt64], connections: [Int]) {
        let queue = FairQueue()
        var flows: [Int: Int] = [:]
        var slot = 0
        var slotsOf: [Int: Int] = [:]
        for tenant in 0..<2 {
            for _ in 0..<connections[tenant] {
                var connection = -1
                let flow = queue.flow(of: UInt64(tenant), connection: &connection)
                flows[flow] = tenant
                for _ in 0..<2 {
                    queue.append(slot, flow: flow, costNanos: 0)
                    slotsOf[slot] = flow
                    slot += 1
                }
            }
        }
        var used: [UInt64] = [0, 0]
        while used.reduce(0, +) < 200_000_000 {
            guard let (slot, flow) = queue.popFirst(), let tenant = flows[flow] else {
                Issue.record("a backlogged queue had nobody to serve")
                return
            }
            used[tenant] += costs[tenant]
            queue.append(slot, flow: flow, costNanos: 0)
            queue.charge(flow, nanos: costs[tenant])
        }
        let difference = Int64(used[0]) - Int64(used[1])
        let bound = Int64(costs.max() ?? 0) + 3 * FairQueue.quantumNanos
        #expect(abs(difference) <= bound, "used \(used)")
    }

    @Test func theWaitIsThatOfTheOwnShare() {
        let queue = FairQueue()
        var (busy, other, stranger) = (-1, -1, -1)
        let busyFlow = queue.flow(of: 1, connection: &busy)
        #expect(queue.nanosAhead(of: busyFlow, costNanos: 10) == 0)
        for slot in 0..<100 { queue.append(slot, flow: busyFlow, costNanos: 1_000) }
        #expect(queue.nanosAhead(of: busyFlow, costNanos: 1_000) == 100_000)
        let otherFlow = queue.flow(of: 1, connection: &other)
        #expect(queue.nanosAhead(of: otherFlow, costNanos: 1_000) == 1_000)
        let strange = queue.flow(of: 2, connection: &stranger)
        queue.append(100, flow: strange, costNanos: 1_000)
        // Two tenants are served now: each of the first one's waits for one of the second's.
        #expect(queue.nanosAhead(of: otherFlow, costNanos: 1_000) == 2_000)
        #expect(queue.nanosAhead(of: busyFlow, costNanos: 1_000) == 101_000)
        queue.hold(connection: busy)
        #expect(queue.nanosAhead(of: strange, costNanos: 0) == 1_000)
    }

    @Test func debtsAreVoidWhenNothingWaits() {
        let queue = FairQueue()
        var connections = [-1, -1]
        let first = queue.flow(of: 1, connection: &connections[0])
        let second = queue.flow(of: 2, connection: &connections[1])
        queue.append(0, flow: first, costNanos: 0)
        _ = queue.popFirst()
        queue.charge(first, nanos: 4_000_000)
        queue.append(1, flow: first, costNanos: 0)
        queue.append(2, flow: second, costNanos: 0)
        #expect(queue.popFirst()?.slot == 1)
    }
}
