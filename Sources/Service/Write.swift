internal import Decisions
internal import Domain
internal import GRPC
internal import Ground

/// What a worker wants recorded, and what it relied on when it planned that.
struct WritePlan: Sendable {
    var alternative: Alternative
    var guards: [Guard] = []
}

/// A write on its way through the commit: everything to plan and propose it, once or again.
struct Write: Sendable {
    /// Makes the plan with what is known now. `retry` says what the sequencer answered to an
    /// earlier plan of the same request. Errors: `Status`.
    typealias Planner = @Sendable (_ scratch: DecisionScratch, _ retry: Retry?) throws -> WritePlan

    let tenant: TenantID
    let requestKey: Hash128
    let fingerprint: Hash128
    /// Wall-clock microseconds after which it must not be executed.
    let deadlineMicros: Int64
    /// Whether a failed guard or a refusal of the ledger makes a new plan. A write that does not
    /// plan again has the ledger's refusal recorded as its answer.
    let plansAgain: Bool
    let planner: Planner

    /// The proposal of a plan.
    func proposal(_ plan: WritePlan, ticket: UInt64, nowMicros: Int64) -> Proposal {
        Proposal(
            tenant: tenant, requestKey: requestKey, fingerprint: fingerprint,
            deadlineMicros: deadlineMicros, nowMicros: nowMicros, guards: plan.guards,
            alternatives: [plan.alternative],
            onRefusal: plansAgain ? .returnToWorker : .recordRefusal, ticket: ticket)
    }

    /// Asks whether the request is a repeat, and does nothing else: no tenant has the hold 0, so
    /// what is no repeat comes back from the ledger unrecorded.
    func probe(_ type: RecordType, ticket: UInt64, nowMicros: Int64) -> Proposal {
        let nothing = Alternative(
            type: type, subject: .none, operations: [.release(hold: HoldID(0))], body: [])
        return proposal(WritePlan(alternative: nothing), ticket: ticket, nowMicros: nowMicros)
    }
}
