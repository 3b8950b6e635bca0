import Domain
import Ground
import Limits
import Testing

@testable import Journal

@Suite struct WarmingTests {
    /// Reading ahead, of whatever comes or does not come, changes neither records nor state.
    @Test(arguments: [UInt64(1), 2, 3]) func changesNothing(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var makers = [ProposalMaker(), ProposalMaker()]
        makers[1].tenant = TenantID(2)
        let proposals = (1...300).map { place -> Proposal in
            let (ticket, maker) = (UInt64(place), makers[Int.random(in: 0...1, using: &random)])
            let line = UInt64.random(in: 1...40, using: &random)
            return switch Int.random(in: 0..<4, using: &random) {
            case 0: maker.open(ticket)
            case 1: maker.batch(ticket, [(line: line, amountMinor: 1), (line: 2, amountMinor: 3)])
            default: maker.reserve(ticket, line: line, amountMinor: 7)
            }
        }
        let now = ClockReading(wallMicros: 1_000, bootMicros: 1_000)
        var plain = Sequencer(JournalMachine.configuration())
        // Not a copy: a copy of a ledger shares its rows.
        var warmed = Sequencer(JournalMachine.configuration())
        var batches = (SequencedBatch(), SequencedBatch())
        for (place, proposal) in proposals.enumerated() {
            plain.take(proposal, reading: now, into: &batches.0)
            let start = Int.random(in: 0..<proposals.count, using: &random)
            warmed.warm(place % 3 == 0 ? proposals[start...] : proposals[place...])
            warmed.take(proposal, reading: now, into: &batches.1)
        }
        let note: Comment = "seed \(seed)"
        #expect(warmed.stateHash() == plain.stateHash(), note)
        #expect(
            batches.1.records.map(\.record.effects) == batches.0.records.map(\.record.effects),
            note)
    }

    /// What was read ahead says whose chains come next.
    @Test func namesTheSubjectsOfTheLinesItFound() {
        let maker = ProposalMaker()
        var sequencer = Sequencer(JournalMachine.configuration())
        var batch = SequencedBatch()
        sequencer.take(
            maker.open(1), reading: ClockReading(wallMicros: 1_000, bootMicros: 1_000),
            into: &batch)
        let known = maker.reserve(2, line: 1, amountMinor: 5)
        sequencer.warm([known, maker.reserve(3, line: 9, amountMinor: 5), known])
        let subject = SubjectID(Hash128(high: 5, low: 1))
        #expect(sequencer.ledger.warmedSubjects.map(\.subject) == [subject, subject])
        #expect(sequencer.ledger.warmedSubjects.map(\.tenant) == [TenantID(1), TenantID(1)])
        sequencer.warm([])
        #expect(sequencer.ledger.warmedSubjects.isEmpty)
    }
}
