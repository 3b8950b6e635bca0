@testable import GRPC

/// The obvious form of `FairQueue`: lists of objects that are searched and rotated.
final class NaiveFairQueue {
    final class Balance {
        var nanos: Int64 = 0
        var epoch = 0
    }

    final class Flow {
        var tenant: Tenant
        let balance = Balance()
        var slots: [(slot: Int, costNanos: Int64)] = []
        var isHeld = false
        init(_ tenant: Tenant) { self.tenant = tenant }
        var waitingNanos: Int64 { slots.reduce(0) { $0 + $1.costNanos } }
    }

    final class Tenant {
        let number: UInt64
        let balance = Balance()
        /// Served flows, whose turn it is first.
        var served: [Flow] = []
        init(_ number: UInt64) { self.number = number }
    }

    private var connections: [Int: [Flow]] = [:]
    private var served: [Tenant] = []
    private var epoch = 1

    private var flows: [Flow] { connections.values.flatMap { $0 } }
    var count: Int { flows.reduce(0) { $0 + $1.slots.count } }
    var heldCount: Int { flows.filter(\.isHeld).reduce(0) { $0 + $1.slots.count } }
    var waitingNanos: Int64 {
        flows.filter { !$0.isHeld }.reduce(0) { $0 + $1.waitingNanos }
    }

    func flow(of number: UInt64, connection: Int) -> Flow {
        let own = connections[connection] ?? []
        if let known = own.first(where: { $0.tenant.number == number }) { return known }
        let idle = own.last { $0.slots.isEmpty }
        let spare = own.count >= 4 ? idle : nil
        if let spare { connections[connection]?.removeAll { $0 === spare } }
        let tenant = flows.first { $0.tenant.number == number }?.tenant ?? Tenant(number)
        if let spare {
            spare.tenant = tenant
            spare.balance.nanos = 0
            connections[connection] = own
            return spare
        }
        let made = Flow(tenant)
        made.isHeld = own.first?.isHeld ?? false
        connections[connection] = [made] + own
        return made
    }

    func end(_ connection: Int) { connections[connection] = nil }

    func append(_ slot: Int, _ flow: Flow, costNanos: Int64) {
        flow.slots.append((slot, costNanos))
        if !flow.isHeld, flow.slots.count == 1 { serve(flow) }
    }

    func remove(_ slot: Int) {
        guard let flow = flows.first(where: { $0.slots.contains { $0.slot == slot } }) else {
            return
        }
        flow.slots.removeAll { $0.slot == slot }
        if !flow.isHeld, flow.slots.isEmpty { rest(flow) }
    }

    func popFirst() -> (slot: Int, flow: Flow)? {
        guard !served.isEmpty else { return nil }
        while served[0].balance.nanos <= 0 {
            served[0].balance.nanos += FairQueue.quantumNanos
            served.append(served.removeFirst())
        }
        let tenant = served[0]
        while tenant.served[0].balance.nanos <= 0 {
            tenant.served[0].balance.nanos += FairQueue.quantumNanos
            tenant.served.append(tenant.served.removeFirst())
        }
        let flow = tenant.served[0]
        let slot = flow.slots.removeFirst().slot
        if flow.slots.isEmpty { rest(flow) }
        return (slot, flow)
    }

    func charge(_ flow: Flow, nanos: Int64) {
        for balance in [flow.balance, flow.tenant.balance] {
            balance.nanos = max(balance.nanos - nanos, -FairQueue.debtNanosMax)
        }
    }

    func hold(_ connection: Int) {
        for flow in connections[connection] ?? [] where !flow.isHeld {
            if !flow.slots.isEmpty { rest(flow) }
            flow.isHeld = true
        }
    }

    func resume(_ connection: Int) {
        for flow in connections[connection] ?? [] where flow.isHeld {
            flow.isHeld = false
            if !flow.slots.isEmpty { serve(flow) }
        }
    }

    private func begin(_ balance: Balance) {
        let debt = balance.epoch == epoch ? min(balance.nanos, 0) : 0
        balance.epoch = epoch
        balance.nanos = FairQueue.quantumNanos + debt
    }

    private func serve(_ flow: Flow) {
        begin(flow.balance)
        flow.tenant.served.append(flow)
        guard flow.tenant.served.count == 1 else { return }
        begin(flow.tenant.balance)
        served.append(flow.tenant)
    }

    private func rest(_ flow: Flow) {
        flow.tenant.served.removeAll { $0 === flow }
        guard flow.tenant.served.isEmpty else { return }
        served.removeAll { $0 === flow.tenant }
        if served.isEmpty { epoch += 1 }
    }
}
