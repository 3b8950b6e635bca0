import Domain
import Ground
import Testing

@testable import Journal

/// What the sequencer takes, refuses and looks for, by the clock that the test moves.
@Suite struct RequestMemoryTests {
    private static let start: Int64 = 1_700_000_000_000_000
    private static let hour = RequestTime.hourMicros
    private var sequencer: Sequencer
    private var configuration = JournalMachine.configuration()

    init() {
        configuration.requestCountMax = 20
        configuration.requestsPerTenantMax = 30
        sequencer = Sequencer(configuration)
    }

    /// A proposal whose id states a time, or none.
    private func proposal(
        _ number: UInt64, statedMicros: Int64?, tenant: UInt32 = 1
    ) -> Proposal {
        var maker = ProposalMaker()
        maker.tenant = TenantID(tenant)
        var proposal = maker.proposal(number, .featuresPut, [])
        proposal.requestKey = RequestKey.make(
            hash: Hash128(high: number, low: number &* 0x9e37_79b9_7f4a_7c15),
            statedMillis: statedMicros.map { UInt64($0 / 1_000) })
        return proposal
    }

    private mutating func take(_ proposal: Proposal, at micros: Int64) -> String {
        var batch = SequencedBatch()
        sequencer.take(
            proposal, reading: ClockReading(wallMicros: micros, bootMicros: micros), into: &batch)
        if let looked = batch.lookUps.first {
            return "look below \(looked.lookedUpBelow ?? -1)"
        }
        switch batch.verdicts.last?.answer {
        case .recorded(let record, _): return "recorded \(record.sequence)"
        case .repeated(let sequence): return "repeated \(sequence)"
        case .requestRefused(let refusal): return "\(refusal)"
        default: return "other"
        }
    }

    @Test mutating func idsAreTakenFromFiveMinutesBeforeTheirTimeUntilTheWindowAfterIt() {
        let now = Self.start
        let table: [(Int64?, String, String)] = [
            (now, "recorded 1", "now"),
            (now - 24 * Self.hour, "recorded 2", "the window's last moment"),
            (now - 24 * Self.hour - 1_000, "expired", "a millisecond older"),
            (now + 300_000_000, "recorded 3", "five minutes ahead"),
            (now + 300_001_000, "fromFuture", "a millisecond more"),
            (nil, "recorded 4", "states no time"),
            (0, "expired", "1970"),
            (((1 << 48) - 1) * 1_000, "fromFuture", "the year 10889"),
        ]
        for (index, row) in table.enumerated() {
            let made = proposal(UInt64(index + 1), statedMicros: row.0)
            #expect(take(made, at: now) == row.1, "\(row.2)")
        }
        let old = proposal(2, statedMicros: now - 24 * Self.hour)
        #expect(take(old, at: now + 900 * Self.hour) == "repeated 2", "remembered, however old")
        let refused = proposal(3, statedMicros: now - 24 * Self.hour - 1_000)
        #expect(take(refused, at: now) == "expired", "a refusal does not use the id up")
    }

    @Test mutating func aTenantAtItsQuotaIsRefusedUntilAnHourLeaves() {
        let start = Self.start / Self.hour * Self.hour
        for number in UInt64(1)...30 {
            #expect(take(proposal(number, statedMicros: nil), at: start) == "recorded \(number)")
        }
        let late = start + 5
        #expect(
            take(proposal(31, statedMicros: nil), at: late)
                == "quotaReached(retryMicros: \(Self.hour - 5))")
        #expect(take(proposal(7, statedMicros: nil), at: late) == "repeated 7")
        #expect(take(proposal(31, statedMicros: nil, tenant: 2), at: late) == "recorded 31")
        let next = start + 25 * Self.hour
        #expect(take(proposal(31, statedMicros: nil), at: next) == "recorded 32")
    }

    /// Only ids that may have left memory are looked for, and one look is enough while what came
    /// after it is in memory.
    @Test mutating func whatMayBeOnDiskIsLookedForOnce() {
        let now = Self.start
        configuration.requestsPerTenantMax = 1_000
        sequencer = Sequencer(configuration)
        for number in UInt64(1)...64 {
            let made = proposal(number, statedMicros: now + Int64(number) * 1_000)
            #expect(take(made, at: now) == "recorded \(number)")
        }
        let absent = proposal(100, statedMicros: now - 1_000_000)
        #expect(sequencer.requests.table.startNumber == 0)
        #expect(sequencer.requests.place(absent) == .new, "nothing has left memory")
        while let offer = sequencer.requests.table.offer(durableSequence: .max) {
            sequencer.requests.table.archived(offer)
        }
        for number in UInt64(65)...96 {
            let made = proposal(number, statedMicros: now + Int64(number) * 1_000)
            #expect(take(made, at: now) == "recorded \(number)")
        }
        let forgotten = sequencer.requests.table.startNumber
        #expect(forgotten > 30)
        #expect(take(absent, at: now) == "look below 96")
        #expect(take(proposal(2, statedMicros: now + 2_000), at: now) == "look below 96")
        #expect(take(proposal(101, statedMicros: nil), at: now) == "recorded 97", "no such left")
        #expect(
            take(proposal(102, statedMicros: now + 200_000), at: now) == "recorded 98",
            "younger than all that left")
        var looked = absent
        looked.lookedUpBelow = forgotten - 1
        #expect(take(looked, at: now) == "look below 98", "more has left since that look")
        looked.lookedUpBelow = 96
        #expect(take(looked, at: now) == "recorded 99")
        #expect(take(absent, at: now) == "repeated 99", "in memory, so no look is needed")
    }
}
