internal import Decisions
internal import Domain
internal import GRPC
internal import Ground

/// What a worker wants recorded, and what it relied on when it planned that.
struct WritePlan: Sendable {
    var alternative: Alternative
    var guards: [Guard] = []
}

/// Who asks for a write: what tells a repeat from another request, and until when it may run.
struct WriteRequest: Sendable {
    let tenant: TenantID
    let requestKey: Hash128
    let fingerprint: Hash128
    /// Wall-clock microseconds after which it must not be executed.
    let deadlineMicros: Int64

    /// The proposal of a plan.
    func proposal(
        _ plan: WritePlan, onRefusal: Proposal.OnRefusal, ticket: UInt64, nowMicros: Int64
    ) -> Proposal {
        Proposal(
            tenant: tenant, requestKey: requestKey, fingerprint: fingerprint,
            deadlineMicros: deadlineMicros, nowMicros: nowMicros, guards: plan.guards,
            alternatives: OneOrMore(plan.alternative), onRefusal: onRefusal, ticket: ticket)
    }
}

/// A write on its way through the commit whose plan depends on what the tenant has: everything to
/// plan and propose it, once or again.
struct Write: Sendable {
    /// Makes the plan with what is known now. `retry` says what the sequencer answered to an
    /// earlier plan of the same request. Errors: `Status`.
    typealias Planner = @Sendable (_ scratch: DecisionScratch, _ retry: Retry?) throws -> WritePlan

    let request: WriteRequest
    /// Whether what comes back without a record makes a new plan.
    let plansAgain: Bool
    /// Whether a refusal of the ledger is recorded as the answer; else it comes back.
    let recordsRefusal: Bool
    let planner: Planner

    /// The proposal of a plan.
    func proposal(_ plan: WritePlan, ticket: UInt64, nowMicros: Int64) -> Proposal {
        request.proposal(
            plan, onRefusal: recordsRefusal ? .recordRefusal : .returnToWorker, ticket: ticket,
            nowMicros: nowMicros)
    }

    /// Asks whether the request is a repeat, and does nothing else: no tenant has the hold 0, so
    /// what is no repeat comes back from the ledger unrecorded, whatever its type would be.
    func probe(ticket: UInt64, nowMicros: Int64) -> Proposal {
        let nothing = Alternative(
            type: .holdReleased, subject: .none, operations: [.release(hold: HoldID(0))], body: [])
        return proposal(WritePlan(alternative: nothing), ticket: ticket, nowMicros: nowMicros)
    }
}
