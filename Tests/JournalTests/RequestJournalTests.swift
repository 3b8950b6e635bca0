import Dispatch
import Domain
import Ground
import Testing

@testable import Journal

/// Requests through the whole journal, with its queues, on the machine's own files.
@Suite struct RequestJournalTests {
    let folder = TemporaryFolder()
    let verdicts = VerdictBox()
    let clock = SimulatedClock()

    private func open(_ store: StoreKind, countMax: Int = 100) throws -> Journal {
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.segmentBytes = 256 << 10
        configuration.store = store
        configuration.requestCountMax = countMax
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        let verdicts = verdicts
        return try Journal.open(
            configuration, clock: clock, projections: [], participants: [],
            onVerdicts: { verdicts.take($0) },
            onFatal: { Issue.record("fatal: \($0)") })
    }

    private func proposal(
        _ number: UInt64, ticket: UInt64, ageMicros: Int64?, tenant: UInt32 = 1
    ) -> Proposal {
        var maker = ProposalMaker()
        maker.tenant = TenantID(tenant)
        var proposal = maker.proposal(number, .featuresPut, [])
        proposal.requestKey = RequestKey.make(
            hash: proposal.requestKey,
            statedMillis: ageMicros.map { UInt64((clock.wallMicros() - $0) / 1_000) })
        proposal.ticket = ticket
        return proposal
    }

    /// Requests of which most have left memory get their first record, by look-up, also after a
    /// restart; unknown ones of the same age are executed, or refused when they are too old.
    @Test(arguments: [StoreKind.inMemory, .rocksDB], [true, false])
    func whatLeftMemoryIsFoundOnDisk(_ store: StoreKind, _ statesTime: Bool) throws {
        var journal = try open(store)
        var ticket: UInt64 = 0
        var made: [Proposal] = []
        for number in UInt64(1)...1_200 {
            ticket += 1
            made.append(proposal(number, ticket: ticket, ageMicros: statesTime ? 1_000 : nil))
            clock.advance(micros: 50_000_000)
            journal.submit([made[made.count - 1]])
            if number % 50 == 0 { #expect(verdicts.answer(ticket) != nil) }
        }
        for round in 0..<2 {
            for number in stride(from: 0, to: 1_200, by: 7) {
                ticket += 1
                var again = made[number]
                again.ticket = ticket
                journal.submit([again])
                guard case .repeated(let sequence) = verdicts.answer(ticket) else {
                    Issue.record("request \(number) of round \(round) is remembered")
                    return
                }
                #expect(sequence == UInt64(number + 1))
            }
            ticket += 1
            let hours = RequestTime.hourMicros
            journal.submit([
                proposal(90_000 + ticket, ticket: ticket, ageMicros: statesTime ? 5 * hours : nil)
            ])
            guard case .recorded = verdicts.answer(ticket) else {
                Issue.record("an unknown request is executed after its look-up")
                return
            }
            ticket += 1
            journal.submit([proposal(90_000 + ticket, ticket: ticket, ageMicros: 25 * hours)])
            guard case .requestRefused(.expired) = verdicts.answer(ticket) else {
                Issue.record("an unknown request older than the window is refused")
                return
            }
            try journal.close()
            journal = try open(store)
        }
        #expect(journal.appliedSequence == 1_202)
        try journal.close()
    }

    /// A thousand callers send the same request at once; so do a thousand whose request has left
    /// memory, and a thousand whose id must first be looked for and is new.
    @Test func aThousandDuplicatesHaveOneEffect() throws {
        let journal = try open(.rocksDB, countMax: 50)
        for number in UInt64(1)...400 {
            journal.submit([proposal(number, ticket: number, ageMicros: 0)])
        }
        #expect(verdicts.answer(400) != nil)
        clock.advance(micros: 10_000_000)
        let kinds = [
            proposal(5_000, ticket: 0, ageMicros: 0), proposal(3, ticket: 0, ageMicros: 10_000_000),
            proposal(5_001, ticket: 0, ageMicros: 60_000_000),
        ]
        DispatchQueue.concurrentPerform(iterations: 1_000) { caller in
            for (kind, proposal) in kinds.enumerated() {
                var mine = proposal
                mine.ticket = UInt64(10_000 + kind * 1_000 + caller)
                journal.submit([mine])
            }
        }
        var recorded = [0, 0, 0]
        var sequences: [Set<UInt64>] = [[], [], []]
        for ticket in UInt64(10_000)..<13_000 {
            let kind = Int(ticket - 10_000) / 1_000
            switch verdicts.answer(ticket) {
            case .recorded(let record, _):
                recorded[kind] += 1
                sequences[kind].insert(record.sequence)
            case .repeated(let sequence): sequences[kind].insert(sequence)
            default: Issue.record("ticket \(ticket) was answered otherwise")
            }
        }
        #expect(recorded == [1, 0, 1])
        #expect(sequences.map(\.count) == [1, 1, 1])
        #expect(sequences[1] == [3])
        #expect(journal.appliedSequence == 402)
        try journal.close()
    }

    @Test func theQuotaSurvivesARestart() throws {
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.segmentBytes = 256 << 10
        configuration.requestsPerTenantMax = 10
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        var ticket: UInt64 = 0
        for life in 0..<3 {
            let verdicts = verdicts
            let journal = try Journal.open(
                configuration, clock: clock, projections: [], participants: [],
                onVerdicts: { verdicts.take($0) }, onFatal: { _ in })
            for _ in 0..<4 {
                ticket += 1
                journal.submit([proposal(ticket, ticket: ticket, ageMicros: 0)])
                let answer = verdicts.answer(ticket)
                if ticket <= 10 {
                    guard case .recorded = answer else {
                        Issue.record("request \(ticket) of life \(life) is taken")
                        return
                    }
                } else {
                    guard case .requestRefused(.quotaReached) = answer else {
                        Issue.record("request \(ticket) of life \(life) is one too many")
                        return
                    }
                }
            }
            try journal.close()
        }
    }
}
