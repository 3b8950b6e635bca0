internal import Ground

/// Numbered calls that wait for their turn, shared out by time: fairly between tenants and, within
/// a tenant, between its connections.
///
/// A **flow** is what one connection queues for one tenant; its calls keep their order. Tenants
/// stand in a ring, and the flows of a tenant stand in another. Whoever is at the head is served
/// until its balance of nanoseconds is used up, then gets a quantum and goes behind the others.
/// What a call costs is known only after it ran, so a balance may end below zero: that is a debt,
/// and it is worked off in the next rounds. When nothing waits any more all debts are void.
///
/// Source: Shreedhar and Varghese, "Efficient fair queueing using deficit round robin" (1995), in
/// the form that charges afterwards (surplus round robin), on two levels.
/// Layout: intrusive lists through three arrays that grow to the busiest moment and stay, so that
/// nothing is allocated after warm-up. Complexity: every operation O(1), except that `popFirst`
/// passes over a debtor at most `debtNanosMax / quantumNanos` times.
/// Thread: owned by one at a time.
final class FairQueue {
    private struct Entry {
        var next: Int32 = -1
        var previous: Int32 = -1
        /// The flow the call waits in; -1 when it does not wait.
        var flow: Int32 = -1
        var costNanos: UInt32 = 0
    }

    private struct Flow {
        /// Index of the tenant; -1 when the flow is free.
        var tenant: Int32 = -1
        /// Neighbours in the tenant's ring, while the flow is served; `next` is -1 outside it.
        var next: Int32 = -1
        var previous: Int32 = -1
        /// The calls that wait, in their order.
        var first: Int32 = -1
        var last: Int32 = -1
        /// The next flow of the same connection, or the next free flow.
        var nextOfConnection: Int32 = -1
        var count: Int32 = 0
        var isHeld = false
        var epoch: UInt32 = 0
        var balanceNanos: Int64 = 0
        var waitingNanos: Int64 = 0
    }

    private struct Tenant {
        var number: UInt64 = 0
        /// Neighbours in the ring, while the tenant is served; `next` is -1 outside it.
        var next: Int32 = -1
        var previous: Int32 = -1
        /// The flow whose turn it is, -1 when none is served.
        var head: Int32 = -1
        /// Flows that are the tenant's, and those of them that are served.
        var flowCount: Int32 = 0
        var servedCount: Int32 = 0
        var epoch: UInt32 = 0
        var balanceNanos: Int64 = 0
        var waitingNanos: Int64 = 0
    }

    /// What a tenant, and a connection within it, may use before the next one's turn. Reason: the
    /// longest inline call; then one round serves everybody who has no debt.
    static let quantumNanos: Int64 = 50_000
    /// The most that is remembered of a call that took too long: a hundred rounds.
    static let debtNanosMax: Int64 = 5_000_000
    /// Flows a connection gets before an idle one of them is given to another tenant.
    private static let flowsKept = 4

    private var entries = RawTable<Entry>()
    private var flows = RawTable<Flow>()
    private var tenants = RawTable<Tenant>()
    private var freeFlow: Int32 = -1
    private var freeTenants: [Int32] = []
    private var tenantNumbers: [UInt64: Int32] = [:]
    private var head: Int32 = -1
    private var epoch: UInt32 = 1
    private var servedTenantCount: Int32 = 0
    /// Calls that wait, held ones included.
    private(set) var count = 0
    /// Calls that wait and are held.
    private(set) var heldCount = 0
    /// What the waiting calls that are not held are expected to cost.
    private(set) var waitingNanos: Int64 = 0

    /// Whether there is nobody to serve: nothing waits, or all that waits is held.
    var isIdle: Bool { head < 0 }

    /// Whether the call waits here.
    func contains(_ slot: Int) -> Bool { slot < entries.count && entries[slot].flow >= 0 }

    // MARK: Flows

    /// The flow of a tenant on the connection whose flows begin at `connection`, -1 for none yet.
    ///
    /// Complexity: linear in the tenants that one connection speaks for at the same time.
    func flow(of number: UInt64, connection: inout Int) -> Int {
        var idle = -1
        var flowCount = 0
        var flow = connection
        while flow >= 0 {
            if tenants[Int(flows[flow].tenant)].number == number { return flow }
            if flows[flow].count == 0 { idle = flow }
            flowCount += 1
            flow = Int(flows[flow].nextOfConnection)
        }
        if idle >= 0, flowCount >= Self.flowsKept {
            leaveTenant(idle)
            flows[idle].tenant = tenant(number)
            flows[idle].balanceNanos = 0
            return idle
        }
        let made = takeFlow()
        flows[made].tenant = tenant(number)
        flows[made].isHeld = connection >= 0 && flows[connection].isHeld
        flows[made].nextOfConnection = Int32(connection)
        connection = made
        return made
    }

    /// Lets go of a connection's flows, in which no call waits any more.
    func end(connection: Int) {
        var flow = connection
        while flow >= 0 {
            precondition(flows[flow].count == 0, "a connection ended with calls in the queue")
            let next = Int(flows[flow].nextOfConnection)
            leaveTenant(flow)
            flows[flow] = Flow()
            flows[flow].nextOfConnection = freeFlow
            freeFlow = Int32(flow)
            flow = next
        }
    }

    private func takeFlow() -> Int {
        guard freeFlow >= 0 else {
            flows.append(Flow())
            return flows.count - 1
        }
        let flow = Int(freeFlow)
        freeFlow = flows[flow].nextOfConnection
        return flow
    }

    private func tenant(_ number: UInt64) -> Int32 {
        if let known = tenantNumbers[number] {
            tenants[Int(known)].flowCount += 1
            return known
        }
        let index: Int32
        if let free = freeTenants.popLast() {
            index = free
        } else {
            index = Int32(tenants.count)
            tenants.append(Tenant())
        }
        tenants[Int(index)] = Tenant()
        tenants[Int(index)].number = number
        tenants[Int(index)].flowCount = 1
        tenantNumbers[number] = index
        return index
    }

    private func leaveTenant(_ flow: Int) {
        let tenant = flows[flow].tenant
        tenants[Int(tenant)].flowCount -= 1
        guard tenants[Int(tenant)].flowCount == 0 else { return }
        tenantNumbers[tenants[Int(tenant)].number] = nil
        freeTenants.append(tenant)
    }

    // MARK: Calls

    /// Adds a call at the end of its flow. `costNanos` is what it is expected to take.
    func append(_ slot: Int, flow: Int, costNanos: UInt32) {
        while entries.count <= slot { entries.append(Entry()) }
        precondition(entries[slot].flow < 0, "a call waits once")
        let last = flows[flow].last
        entries[slot] = Entry(
            next: -1, previous: last, flow: Int32(flow), costNanos: costNanos)
        if last >= 0 {
            entries[Int(last)].next = Int32(slot)
        } else {
            flows[flow].first = Int32(slot)
        }
        flows[flow].last = Int32(slot)
        flows[flow].count += 1
        flows[flow].waitingNanos += Int64(costNanos)
        count += 1
        if flows[flow].isHeld {
            heldCount += 1
        } else {
            waitingNanos += Int64(costNanos)
            tenants[Int(flows[flow].tenant)].waitingNanos += Int64(costNanos)
            if flows[flow].count == 1 { serve(flow) }
        }
    }

    /// Takes a call out, wherever it waits. Gives its flow.
    @discardableResult
    func remove(_ slot: Int) -> Int {
        let entry = entries[slot]
        precondition(entry.flow >= 0, "a call that does not wait was taken out")
        let flow = Int(entry.flow)
        entries[slot].flow = -1
        if entry.previous >= 0 {
            entries[Int(entry.previous)].next = entry.next
        } else {
            flows[flow].first = entry.next
        }
        if entry.next >= 0 {
            entries[Int(entry.next)].previous = entry.previous
        } else {
            flows[flow].last = entry.previous
        }
        flows[flow].count -= 1
        flows[flow].waitingNanos -= Int64(entry.costNanos)
        count -= 1
        if flows[flow].isHeld {
            heldCount -= 1
        } else {
            waitingNanos -= Int64(entry.costNanos)
            tenants[Int(flows[flow].tenant)].waitingNanos -= Int64(entry.costNanos)
            if flows[flow].count == 0 { rest(flow) }
        }
        return flow
    }

    /// Takes the call whose turn it is, with its flow; nil when nobody is served.
    func popFirst() -> (slot: Int, flow: Int)? {
        guard head >= 0 else { return nil }
        while tenants[Int(head)].balanceNanos <= 0 {
            tenants[Int(head)].balanceNanos += Self.quantumNanos
            head = tenants[Int(head)].next
        }
        let tenant = Int(head)
        var flow = Int(tenants[tenant].head)
        while flows[flow].balanceNanos <= 0 {
            flows[flow].balanceNanos += Self.quantumNanos
            flow = Int(flows[flow].next)
        }
        tenants[tenant].head = Int32(flow)
        let slot = Int(flows[flow].first)
        remove(slot)
        return (slot, flow)
    }

    /// Takes what a call of this flow cost from the balances of its connection and its tenant.
    func charge(_ flow: Int, nanos: UInt64) {
        let cost = Int64(clamping: nanos)
        let tenant = Int(flows[flow].tenant)
        flows[flow].balanceNanos = max(flows[flow].balanceNanos - cost, -Self.debtNanosMax)
        tenants[tenant].balanceNanos = max(
            tenants[tenant].balanceNanos - cost, -Self.debtNanosMax)
    }

    // MARK: Holding

    /// Whether the calls of the connection whose flows begin here are held.
    func isHeld(connection: Int) -> Bool { connection >= 0 && flows[connection].isHeld }

    /// Serves no call of a connection until `resume`: they keep their places in their flows.
    func hold(connection: Int) {
        var flow = connection
        while flow >= 0 {
            if !flows[flow].isHeld {
                if flows[flow].count > 0 { rest(flow) }
                flows[flow].isHeld = true
                heldCount += Int(flows[flow].count)
                waitingNanos -= flows[flow].waitingNanos
                tenants[Int(flows[flow].tenant)].waitingNanos -= flows[flow].waitingNanos
            }
            flow = Int(flows[flow].nextOfConnection)
        }
    }

    /// Serves a connection's calls again.
    func resume(connection: Int) {
        var flow = connection
        while flow >= 0 {
            if flows[flow].isHeld {
                flows[flow].isHeld = false
                heldCount -= Int(flows[flow].count)
                waitingNanos += flows[flow].waitingNanos
                tenants[Int(flows[flow].tenant)].waitingNanos += flows[flow].waitingNanos
                if flows[flow].count > 0 { serve(flow) }
            }
            flow = Int(flows[flow].nextOfConnection)
        }
    }

    // MARK: Waiting

    /// How much time of handlers comes at most before a call that is added to this flow now.
    ///
    /// The share of a connection is what its tenant gets, by the connections that it serves; the
    /// share of a tenant is the worker's time, by the tenants that it serves. Nobody waits longer
    /// than until everything before him is done.
    func nanosAhead(of flow: Int, costNanos: UInt32) -> Int64 {
        guard head >= 0 else { return 0 }
        let tenant = tenants[Int(flows[flow].tenant)]
        let own = flows[flow].waitingNanos + Int64(costNanos)
        let ofTenant = min(own * Int64(max(tenant.servedCount, 1)), tenant.waitingNanos)
        return min(ofTenant * Int64(max(servedTenantCount, 1)), waitingNanos)
    }

    // MARK: Rings

    /// Puts a flow with calls behind the other flows of its tenant.
    private func serve(_ flow: Int) {
        let index = Int32(flow)
        let tenant = Int(flows[flow].tenant)
        let isRecent = flows[flow].epoch == epoch
        flows[flow].epoch = epoch
        flows[flow].balanceNanos =
            Self.quantumNanos + (isRecent ? min(flows[flow].balanceNanos, 0) : 0)
        tenants[tenant].servedCount += 1
        let first = tenants[tenant].head
        if first >= 0 {
            let last = flows[Int(first)].previous
            flows[flow].next = first
            flows[flow].previous = last
            flows[Int(last)].next = index
            flows[Int(first)].previous = index
        } else {
            flows[flow].next = index
            flows[flow].previous = index
            tenants[tenant].head = index
            serveTenant(tenant)
        }
    }

    private func serveTenant(_ tenant: Int) {
        let index = Int32(tenant)
        let isRecent = tenants[tenant].epoch == epoch
        tenants[tenant].epoch = epoch
        tenants[tenant].balanceNanos =
            Self.quantumNanos + (isRecent ? min(tenants[tenant].balanceNanos, 0) : 0)
        servedTenantCount += 1
        if head >= 0 {
            let last = tenants[Int(head)].previous
            tenants[tenant].next = head
            tenants[tenant].previous = last
            tenants[Int(last)].next = index
            tenants[Int(head)].previous = index
        } else {
            tenants[tenant].next = index
            tenants[tenant].previous = index
            head = index
        }
    }

    /// Takes a flow out of its tenant's ring, and the tenant out of its own with its last flow.
    private func rest(_ flow: Int) {
        let tenant = Int(flows[flow].tenant)
        let (next, previous) = (flows[flow].next, flows[flow].previous)
        flows[flow].next = -1
        tenants[tenant].servedCount -= 1
        if next != Int32(flow) {
            flows[Int(previous)].next = next
            flows[Int(next)].previous = previous
            if tenants[tenant].head == Int32(flow) { tenants[tenant].head = next }
            return
        }
        tenants[tenant].head = -1
        let (nextTenant, previousTenant) = (tenants[tenant].next, tenants[tenant].previous)
        tenants[tenant].next = -1
        servedTenantCount -= 1
        if nextTenant != Int32(tenant) {
            tenants[Int(previousTenant)].next = nextTenant
            tenants[Int(nextTenant)].previous = previousTenant
            if head == Int32(tenant) { head = nextTenant }
        } else {
            head = -1
            epoch &+= 1
        }
    }
}
