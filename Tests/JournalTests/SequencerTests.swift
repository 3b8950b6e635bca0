import Domain
import Ground
import Limits
import Testing

@testable import Journal

@Suite struct SequencerTests {
    private var sequencer = Sequencer(JournalMachine.configuration())
    private let maker = ProposalMaker()
    private var batch = SequencedBatch()
    private var now = ClockReading(wallMicros: 1_000, bootMicros: 1_000)

    /// The proposal's answer in a word or two.
    private mutating func take(_ proposal: Proposal) -> String {
        sequencer.take(proposal, reading: now, into: &batch)
        guard let verdict = batch.verdicts.last else { return "none" }
        switch verdict.answer {
        case .recorded(let record, let alternative):
            return "recorded \(record.outcome) as \(alternative)"
        case .repeated(let sequence): return "repeated \(sequence)"
        case .requestRefused(let refusal): return "\(refusal)"
        case .planAgain(let refusal, _): return "plan again \(refusal.map { "\($0)" } ?? "guard")"
        case .recordTooLong(let bytesMax): return "too long for \(bytesMax)"
        case .deadlinePassed: return "deadline"
        case .noSpace: return "no space"
        case .overloaded: return "overloaded"
        case .outcomeUnknown: return "unknown"
        }
    }

    private func decision(
        _ ticket: UInt64, _ amounts: [Int64], onRefusal: Proposal.OnRefusal = .recordRefusal
    ) -> Proposal {
        var proposal = maker.reserve(ticket, line: 1, amountMinor: 1)
        proposal.onRefusal = onRefusal
        let alternatives = amounts.map { amount in
            Alternative(
                type: .decision, subject: SubjectID(Hash128(high: 5, low: 1)),
                operations: amount == 0
                    ? []
                    : [
                        .reserve(
                            line: .existing(LineID(1)), amountMinor: amount, currency: euro,
                            expiresAtMicros: 1_000_000, labels: [])
                    ],
                body: [UInt8(ticket)])
        }
        proposal.alternatives = OneOrMore(alternatives)
        return proposal
    }

    @Test mutating func theFirstAlternativeThatPassesIsTaken() {
        #expect(take(maker.open(1, limitMinor: 100)) == "recorded done as 0")
        #expect(take(decision(2, [500, 60, 0])) == "recorded done as 1")
        #expect(take(decision(3, [500, 41, 0])) == "recorded done as 2")
        #expect(take(decision(4, [500, 41])) == "recorded limitExceeded as 1")
        #expect(batch.records.last?.record.effects.lines.first?.availableMinor == 40)
        #expect(batch.records.last?.previous.line == 2)
        #expect(take(decision(5, [41], onRefusal: .returnToWorker)) == "plan again limitExceeded")
        #expect(batch.records.map(\.record.sequence) == [1, 2, 3, 4])
    }

    /// A worker that does not see the line yet names nobody; the record still joins the chain.
    @Test mutating func aRecordBelongsToItsLinesSubject() {
        #expect(take(maker.open(1, limitMinor: 100)) == "recorded done as 0")
        var proposal = maker.reserve(2, line: 1, amountMinor: 500)
        proposal.alternatives[0].subject = .none
        #expect(take(proposal) == "recorded limitExceeded as 0")
        #expect(batch.records.last?.record.subject == SubjectID(Hash128(high: 5, low: 1)))
        #expect(batch.records.last?.previousOfSubject == 1)
    }

    @Test mutating func unknownIdsAreNeverRecorded() {
        #expect(take(maker.reserve(1, line: 9, amountMinor: 1)) == "plan again lineUnknown")
        let release = maker.proposal(2, .holdReleased, [.release(hold: HoldID(9))])
        #expect(take(release) == "plan again holdUnknown")
        #expect(batch.records.isEmpty)
        #expect(take(maker.open(1)) == "recorded done as 0", "the id was not used up")
    }

    @Test mutating func guardsFailWhenTheirKeyWasTouchedSince() {
        let key = Hash128(high: 1, low: 77)
        var touching = maker.open(1)
        touching.alternatives[0].touches = [key]
        #expect(take(touching) == "recorded done as 0")
        var guarded = maker.open(2)
        guarded.guards = [Guard(key: key, seenSequence: 0)]
        #expect(take(guarded) == "plan again guard")
        guarded.guards = [Guard(key: key, seenSequence: 1)]
        #expect(take(guarded) == "recorded done as 0")
        var foreign = guarded
        foreign.requestKey = Hash128(high: 8, low: 8)
        foreign.tenant = TenantID(2)
        foreign.guards = [Guard(key: key, seenSequence: 0)]
        #expect(take(foreign) == "recorded done as 0", "another tenant's key is another key")
    }

    @Test mutating func deadlinesAndRepeats() {
        var late = maker.open(1)
        late.deadlineMicros = 999
        #expect(take(late) == "deadline")
        late.deadlineMicros = 1_000
        #expect(take(late) == "recorded done as 0")
        late.deadlineMicros = 1
        #expect(take(late) == "repeated 1", "a repeat executes nothing, so it may be late")
    }

    @Test mutating func backPointersVisitEveryRecordOfASubject() {
        for ticket in UInt64(1)...50 {
            _ = take(maker.proposal(ticket, .featuresPut, [], subject: ticket % 3 * 1_024 + 5))
        }
        for subject in 0..<UInt64(3) {
            let hash = Hash128(high: 5, low: subject * 1_024 + 5)
            var next = sequencer.subjects[sequencer.subjects.slot(hash, tenant: TenantID(1))]
            var found: [UInt64] = []
            while next != 0 {
                let made = batch.records[Int(next) - 1]
                if made.record.subject.hash == hash { found.append(next) }
                #expect(made.previousOfSubject < next)
                next = made.previousOfSubject
            }
            let expected = batch.records.filter { $0.record.subject.hash == hash }
                .map(\.record.sequence)
            #expect(found.reversed() == expected)
        }
    }

    /// A batch is one record and takes a number for each operation, refused ones too.
    @Test mutating func aBatchTakesANumberForEachOperation() {
        #expect(take(maker.open(1, limitMinor: 100)) == "recorded done as 0")
        #expect(take(maker.batch(2, [(1, 60), (1, 60), (1, 40)])) == "recorded done as 0")
        guard let made = batch.records.last else { return }
        #expect(made.record.tenantSequence == 2 && made.record.tenantSequenceCount == 3)
        #expect(made.record.sequence == 2 && made.previous.line == 1)
        #expect(
            made.record.effects.rare.results.map(\.outcome) == [.done, .limitExceeded, .done])
        #expect(made.record.effects.holds.map(\.id.rawValue) == [2, 4])
        #expect(made.record.effects.lines.map(\.availableMinor) == [0])
        #expect(take(maker.open(3)) == "recorded done as 0")
        #expect(batch.records.last?.record.tenantSequence == 5, "2, 3 and 4 are the batch's")
        #expect(take(maker.batch(2, [(1, 60), (1, 60), (1, 40)])) == "repeated 2")
    }

    /// Lines carry their blocks into the record: a batch that could make it longer than the journal
    /// takes is refused whole, leaves nothing behind, and is done in parts.
    @Test mutating func aBatchThatFitsNoRecordIsRefusedWhole() {
        let actor = String(repeating: "a", count: 128)
        let configuration = JournalMachine.configuration()
        for line in UInt64(1)...5 {
            #expect(take(maker.open(line, limitMinor: 100)) == "recorded done as 0")
        }
        for ticket in UInt64(6)...85 {
            let block = maker.proposal(
                ticket, .frozen,
                [
                    .freeze(
                        .line(LineID((ticket - 6) / 16 + 1)), cause: .policy, scope: .commits,
                        untilMicros: .max, actor: actor, pending: .keep)
                ])
            #expect(take(block) == "recorded done as 0")
        }
        let (line, count) = (sequencer.ledger.line(TenantID(1), LineID(1)), batch.records.count)
        let all = maker.batch(90, (1...5).map { ($0, 10) })
        #expect(take(all) == "too long for \(configuration.recordBytesMax)")
        #expect(batch.records.count == count, "nothing is recorded")
        #expect(sequencer.ledger.line(TenantID(1), LineID(1)) == line)
        #expect(sequencer.ledger.holdCount == 0)
        #expect(take(maker.batch(91, (1...3).map { ($0, 10) })) == "recorded done as 0")
        #expect(take(maker.batch(92, (4...5).map { ($0, 10) })) == "recorded done as 0")
        let sum = batch.records.suffix(2).map { RecordFormat.byteCountMax($0.record) }
        #expect(sum.allSatisfy { $0 <= configuration.recordBytesMax })
        #expect(batch.records.last?.record.tenantSequence == 89, "86 to 88 are the first part's")
        #expect(take(all) == "too long for \(configuration.recordBytesMax)", "its id is unused")
    }

    /// What a line waited for is a record of its own kind, when its time comes.
    @Test mutating func timesOfLinesAreRecordsToo() {
        #expect(take(maker.open(1, limitMinor: 100)) == "recorded done as 0")
        let raise = maker.proposal(
            2, .temporaryLimitSet,
            [
                .setTemporaryLimit(
                    line: LineID(1), amountMinor: 50, currency: euro, endsAtMicros: 9_000)
            ])
        #expect(take(raise) == "recorded done as 0")
        now = ClockReading(wallMicros: 8_999, bootMicros: 8_999)
        var due = SequencedBatch()
        #expect(!sequencer.takeDue(now, into: &due) && due.records.isEmpty)
        now = ClockReading(wallMicros: 9_000, bootMicros: 9_000)
        #expect(!sequencer.takeDue(now, into: &due))
        #expect(due.records.map(\.record.type) == [.lineTimeCame])
        #expect(due.records.first?.record.effects.lines.first?.grantedMinor == 100)
        #expect(due.records.first?.previous.line == 2)
    }

    /// A new portfolio limit is counted in steps of records between proposals, then enforces.
    @Test mutating func aNewLimitIsCountedInSteps() {
        for ticket in UInt64(1)...1_300 {
            #expect(take(maker.open(ticket, limitMinor: 10)) == "recorded done as 0")
        }
        #expect(take(maker.reserve(2_000, line: 7, amountMinor: 4)) == "recorded done as 0")
        let limit = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: TenantID(1),
            scope: [ScopeTerm(dimension: Dimension.tenant)], measure: .used, bound: .amount(5),
            period: .absolute, currency: euro)
        let set = maker.proposal(2_001, .portfolioLimitSet, [.setPortfolioLimit(limit)])
        #expect(take(set) == "recorded done as 0")
        var steps = SequencedBatch()
        var count = 0
        while sequencer.countNext(now, into: &steps), count < 100 { count += 1 }
        #expect((2...6).contains(steps.records.count))
        #expect(steps.records.allSatisfy { $0.record.type == .portfolioCounted })
        let status = sequencer.ledger.portfolio.limit(TenantID(1), PortfolioLimitID(1_302))?.status
        #expect(status == .enforcing)
        #expect(
            take(maker.reserve(2_002, line: 8, amountMinor: 2))
                == "recorded portfolioLimitExceeded as 0")
        #expect(take(maker.reserve(2_003, line: 8, amountMinor: 1)) == "recorded done as 0")
        let cells = batch.records.last?.record.effects.rare.cells ?? []
        #expect(cells.map(\.amountMinor) == [5])
        #expect(batch.records.last?.previous.cells.count == 1)
        #expect(batch.records.last?.previous.cells.first ?? 0 > 1_302)
    }

    @Test mutating func massExpiryGoesInSlices() {
        #expect(take(maker.open(1, limitMinor: 10_000)) == "recorded done as 0")
        var brief = maker
        brief.expiresAtMicros = 5_000
        for ticket in UInt64(2)...1_301 {
            _ = take(brief.reserve(ticket, line: 1, amountMinor: 1))
        }
        #expect(sequencer.nextDueMicros == 5_000)
        now = ClockReading(wallMicros: 4_999, bootMicros: 4_999)
        var due = SequencedBatch()
        #expect(!sequencer.takeDue(now, into: &due) && due.records.isEmpty)
        now = ClockReading(wallMicros: 5_000, bootMicros: 5_000)
        let late = maker.proposal(
            2_000, .holdCommitted,
            [.commit(hold: HoldID(2), amountMinor: 1, currency: euro, keepsRest: false)])
        #expect(take(late) == "recorded holdExpired as 0", "before its expiry is recorded")
        var brim = SequencedBatch()
        #expect(sequencer.takeDue(now, bytes: 1, into: &brim) && brim.records.count == 1)
        #expect(sequencer.takeDue(now, bytes: 1, into: &brim) && brim.records.count == 1)
        var counts: [Int] = []
        var isMoreDue = true
        while isMoreDue {
            var slice = SequencedBatch()
            isMoreDue = sequencer.takeDue(now, into: &slice)
            counts.append(slice.records.count)
        }
        #expect(counts == [512, 512, 275])
        #expect(sequencer.nextDueMicros == nil)
    }
}

@Suite struct JournalTimeTests {
    private func reading(_ wall: Int64, _ boot: Int64) -> ClockReading {
        ClockReading(wallMicros: wall * 1_000_000, bootMicros: boot * 1_000_000)
    }

    /// Seconds: wall clock, boot clock, then journal time and whether expiry is frozen.
    @Test func jumpsFreezeAndTimeNeverGoesBack() {
        var time = JournalTime()
        time.restore(lastMicros: 900_000_000)
        let table: [(Int64, Int64, Int64, Bool, String)] = [
            (1_000, 10, 1_000, false, "the first reading is believed: downtime is no jump"),
            (1_001, 11, 1_001, false, "both advance"),
            (1_050, 12, 1_050, false, "49 s are a step, not a jump"),
            (1_040, 13, 1_050, false, "never back"),
            (9_000, 14, 1_050, true, "a jump forward: time goes on by the boot clock"),
            (9_010, 24, 1_051, true, "and stays frozen"),
            (1_060, 30, 1_057, true, "even when the wall clock comes back"),
        ]
        for row in table {
            let micros = time.observe(reading(row.0, row.1))
            #expect(micros == row.2 * 1_000_000, "\(row.4)")
            #expect(time.isFrozen == row.3, "\(row.4)")
        }
        #expect(time.expiryMicros == 1_050_000_000 - 9_000_000 || time.isFrozen)
        time.confirm()
        #expect(time.observe(reading(1_070, 40)) == 1_070_000_000)
        #expect(!time.isFrozen && time.expiryMicros == 1_070_000_000)
        #expect(time.observe(reading(500, 41)) == 1_071_000_000)
        #expect(time.isFrozen, "a jump back")
    }
}
