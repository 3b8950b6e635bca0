import Domain
import Ground
import LedgerOracle
import Limits

@testable import Journal

/// The naive model does what is durable, and every answer is held against it.
extension Simulation {
    /// A run of the sequencer is durable. Without an answer the machine stopped before it could
    /// send any: then only the records count.
    func take(_ run: SequencedRun, isAnswered: Bool = true) throws {
        for event in run.events {
            switch event.kind {
            case .own: try takeOwn(event)
            case .request(let proposal, let answer):
                try take(proposal, answer, event, isAnswered: isAnswered)
            }
        }
    }

    private func take(
        _ proposal: Proposal, _ answer: Verdict.Answer, _ event: SequencedEvent, isAnswered: Bool
    ) throws {
        let stamp = stamp(proposal.tenant, event)
        if let expected = requests.answer(proposal) {
            try expect(answer, expected, proposal)
            noteRepeat(proposal)
            if isAnswered { callers.hear(proposal) }
            return
        }
        if event.wallMicros > proposal.deadlineMicros {
            return try expect(answer, "deadline", proposal)
        }
        if let expected = requests.refusal(proposal, atMicros: event.timeMicros) {
            report.refusedIDs += 1
            return try expect(answer, expected, proposal)
        }
        let expected = try model(proposal, answer, event, stamp)
        try expect(answer, expected, proposal)
        if event.made == nil { report.plannedAgain += 1 }
        guard isAnswered else { return }
        callers.hear(proposal)
        if case .recorded(let record, let alternative) = answer {
            callers.learn(record, proposal.alternatives[alternative].operations.array)
        }
    }

    /// Whether a repeat is the same request is told from its record.
    func noteRepeat(_ proposal: Proposal) {
        if requests[proposal]?.fingerprint == proposal.fingerprint {
            report.repeats += 1
        } else {
            report.reusedIDs += 1
        }
    }

    func expect(
        _ answer: Verdict.Answer, _ expected: String, _ proposal: Proposal
    ) throws {
        guard answer.said != expected else { return }
        throw failure("answer '\(answer.said)', expected '\(expected)' to \(proposal)")
    }

    private func stamp(_ tenant: TenantID, _ event: SequencedEvent) -> LedgerStamp {
        LedgerStamp(
            tenant: tenant, tenantSequence: numbers[tenant, default: 0] + 1,
            sequence: durableSequence + 1, timeMicros: event.timeMicros,
            expiryMicros: event.expiryMicros)
    }

    /// What the answer must be: the first alternative that passes, or the refusal of the last.
    private func model(
        _ proposal: Proposal, _ answer: Verdict.Answer, _ event: SequencedEvent,
        _ stamp: LedgerStamp
    ) throws -> String {
        var last: (outcome: LedgerOutcome, effects: LedgerEffects)?
        for (index, alternative) in proposal.alternatives.enumerated() {
            report.operations += max(1, alternative.operations.count)
            let result =
                alternative.chains.isEmpty
                ? ledger.apply(alternative.operations.array, stamp: stamp)
                : ledger.applyBatch(
                    alternative.operations.array, chains: alternative.chains, stamp: stamp)
            switch result.outcome {
            case .done:
                try compare(event, result, alternative, proposal, stamp)
                return "recorded done as \(index)"
            case .lineUnknown, .holdUnknown, .blockUnknown, .portfolioLimitUnknown:
                count(result.outcome)
                return "plan again \(result.outcome)"
            default: last = result
            }
        }
        guard let last else { return "recorded done as 0" }
        if proposal.onRefusal == .returnToWorker { return "plan again \(last.outcome)" }
        let index = proposal.alternatives.count - 1
        try compare(event, last, proposal.alternatives[index], proposal, stamp)
        return "recorded \(last.outcome) as \(index)"
    }

    private func count(_ outcome: LedgerOutcome) { report.outcomes[outcome, default: 0] += 1 }

    /// Record and model side by side.
    private func compare(
        _ event: SequencedEvent, _ expected: (outcome: LedgerOutcome, effects: LedgerEffects),
        _ alternative: Alternative, _ proposal: Proposal, _ stamp: LedgerStamp
    ) throws {
        guard let made = event.made else {
            throw failure("no record, expected one with \(expected.outcome): \(proposal)")
        }
        let record = made.record
        let isBatch = !alternative.chains.isEmpty
        let count = UInt64(isBatch ? max(1, alternative.operations.count) : 1)
        guard made.requestKey == proposal.requestKey, made.fingerprint == proposal.fingerprint,
            record.type == alternative.type, record.body == alternative.body,
            UInt64(record.tenantSequenceCount) == count
        else { throw failure("the record says something else than its proposal: \(made)") }
        try checkStamp(record, stamp)
        try compare(record, expected, "\(alternative.operations.array)")
        if record.outcome == .done && isBatch {
            for result in record.effects.rare.results { self.count(result.outcome) }
        } else {
            self.count(record.outcome)
        }
        try checkHolds(alternative.operations.array, record)
        note(made, numberCount: count)
    }

    private func compare(
        _ record: DurableRecord, _ expected: (outcome: LedgerOutcome, effects: LedgerEffects),
        _ said: String
    ) throws {
        if let difference = ledger.difference(
            expected: expected, actual: (record.outcome, record.effects))
        {
            throw failure("record \(record.sequence): \(difference), after \(said)")
        }
        if record.outcome == .done { ledger.follow(record.effects) }
    }

    private func checkStamp(_ record: DurableRecord, _ stamp: LedgerStamp) throws {
        guard record.sequence == stamp.sequence, record.tenantSequence == stamp.tenantSequence,
            record.timeMicros == stamp.timeMicros
        else {
            throw failure(
                "record \(record.sequence) is number \(record.tenantSequence) at "
                    + "\(record.timeMicros), expected \(stamp)")
        }
    }

    /// A new hold never makes over-limit positive: said once more, beside the model.
    private func checkHolds(_ operations: [LedgerOperation], _ record: DurableRecord) throws {
        guard record.outcome == .done, operations.count == 1,
            case .reserve = operations[0], let line = record.effects.lines.first
        else { return }
        if line.overLimitMinor > 0 {
            throw failure("a hold made line \(line.id.rawValue) over its limit")
        }
    }

    /// A record is part of the past from here on.
    private func note(_ made: SequencedRecord, numberCount: UInt64) {
        durableSequence = made.record.sequence
        numbers[made.record.tenant, default: 0] += numberCount
        requests.note(made)
        history.append(made)
        report.records += 1
    }

    /// Times that came, and steps of scans: nobody asked, so the record says what it was about.
    private func takeOwn(_ event: SequencedEvent) throws {
        guard let made = event.made else { return }
        let record = made.record
        let stamp = stamp(record.tenant, event)
        try checkStamp(record, stamp)
        report.expiries += 1
        if record.type == .portfolioCounted {
            if let problem = ledger.followCount(record.effects) {
                throw failure("record \(record.sequence): \(problem)")
            }
            report.countedSteps += 1
            return note(made, numberCount: 1)
        }
        guard let operation = Self.operation(record) else {
            throw failure("record \(record.sequence) of the sequencer's own is about nothing")
        }
        if case .expire(let id) = operation {
            guard
                let hold = ledger.hold(OracleKey(record.tenant, id.rawValue)),
                hold.state == .held, hold.expiresAtMicros <= event.expiryMicros
            else { throw failure("hold \(id.rawValue) expired before its time") }
        }
        try compare(record, ledger.apply([operation], stamp: stamp), "\(operation)")
        note(made, numberCount: 1)
    }

    private static func operation(_ record: DurableRecord) -> LedgerOperation? {
        let effects = record.effects
        return switch record.type {
        case .holdExpired: effects.holds.first.map { .expire(hold: $0.id) }
        case .lineTimeCame: effects.lines.first.map { .lineTimeCame(line: $0.id) }
        case .subjectTimeCame: effects.rare.subjects.first.map { .subjectTimeCame($0.id) }
        default: nil
        }
    }
}
