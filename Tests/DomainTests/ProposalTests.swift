import Ground
import Testing

@testable import Domain

@Suite struct ProposalTests {
    private let proposal = Proposal(
        tenant: TenantID(1), requestKey: Hash128(high: 1, low: 2),
        fingerprint: Hash128(high: 3, low: 4), nowMicros: 5,
        alternatives: [
            Alternative(type: .decision, subject: .none, operations: [], body: [1, 2]),
            Alternative(type: .decision, subject: .none, operations: [], body: [3]),
        ], ticket: 6)

    /// A copy shares its memory until one of both is changed.
    @Test func changingACopyLeavesTheOther() {
        var copy = proposal
        copy.lookedUpBelow = 7
        copy.alternatives[1].body = []
        copy.onRefusal = .returnToWorker
        #expect(proposal.lookedUpBelow == nil && proposal.alternatives[1].body == [3])
        #expect(copy.lookedUpBelow == 7 && copy.alternatives[1].body.isEmpty)
        #expect(copy.ticket == 6 && copy.nowMicros == 5 && copy.tenant == TenantID(1))
        #expect(copy.requestKey == proposal.requestKey && copy.deadlineMicros == .max)
    }

    @Test func theBodiesOfAllAlternativesAreCounted() {
        #expect(proposal.bodyByteCount == 3)
    }
}
