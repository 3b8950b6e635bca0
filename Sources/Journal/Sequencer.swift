internal import Domain
internal import Ground
internal import Limits

/// What a run of the sequencer made: records to be written, and verdicts to be sent once they are
/// durable and applied.
struct SequencedBatch: Sendable {
    var records: [SequencedRecord] = []
    var verdicts: [Verdict] = []
    /// Bytes of the records on disk.
    var byteCount = 0

    var isEmpty: Bool { records.isEmpty && verdicts.isEmpty }

    /// Appends a later batch.
    mutating func append(_ later: SequencedBatch) {
        if isEmpty {
            self = later
            return
        }
        records.append(contentsOf: later.records)
        verdicts.append(contentsOf: later.verdicts)
        byteCount += later.byteCount
    }
}

/// Decides what becomes a record, in which order: a pure state machine, proposals and clock
/// readings in, records and verdicts out. It reads no clock, no disk and evaluates no policy.
///
/// Its state runs ahead of what is durable and is private; whatever it says goes out only after
/// the sync. Thread: the sequencer queue.
struct Sequencer: Sendable {
    /// Proposals and expiries go in slices of this many, so that nobody waits longer than a
    /// millisecond behind a mass expiry.
    static let sliceCountMax = 512

    var ledger: Ledger
    var requests: RequestTable
    var guards: SequenceSlots
    var subjects: SequenceSlots
    var tenantSequences: [TenantID: UInt64] = [:]
    var time = JournalTime()
    /// Sequence of the last record made.
    var lastSequence: UInt64 = 0

    init(_ configuration: JournalConfiguration) {
        ledger = Ledger(endedHoldCountMax: configuration.endedHoldCountMax)
        requests = RequestTable(countMax: configuration.requestCountMax)
        guards = SequenceSlots(slotsLog2: configuration.guardSlotsLog2)
        subjects = SequenceSlots(slotsLog2: configuration.subjectSlotsLog2)
    }

    /// Takes one proposal and adds its record, if it makes one, and its verdict to `batch`.
    mutating func take(
        _ proposal: Proposal, reading: ClockReading, into batch: inout SequencedBatch
    ) {
        let answer = answer(proposal, reading: reading, into: &batch)
        batch.verdicts.append(Verdict(ticket: proposal.ticket, answer: answer))
    }

    /// The answer to a request_id that came before; nil when it is new. A repeat executes nothing,
    /// so neither its deadline nor a full disk matters.
    func answerToRepeat(_ proposal: Proposal) -> Verdict.Answer? {
        let key = RequestTable.key(proposal.requestKey, tenant: proposal.tenant)
        guard let earlier = requests.find(key) else { return nil }
        return earlier.fingerprint == proposal.fingerprint.low
            ? .repeated(sequence: earlier.sequence) : .requestIDReused
    }

    private mutating func answer(
        _ proposal: Proposal, reading: ClockReading, into batch: inout SequencedBatch
    ) -> Verdict.Answer {
        precondition(
            (1...Proposal.alternativeCountMax).contains(proposal.alternatives.count)
                && proposal.guards.count <= Proposal.guardCountMax,
            "a proposal has 1 to 4 alternatives and at most 16 guards")
        precondition(!proposal.requestKey.isZero, "a request has a key")
        if let earlier = answerToRepeat(proposal) { return earlier }
        if reading.wallMicros > proposal.deadlineMicros { return .deadlinePassed }
        for wanted in proposal.guards
        where guards[guards.slot(wanted.key, tenant: proposal.tenant)] > wanted.seenSequence {
            return .planAgain(refusal: nil, effects: LedgerEffects())
        }
        let timeMicros = time.observe(reading)
        let stamp = LedgerStamp(
            tenant: proposal.tenant,
            tenantSequence: tenantSequences[proposal.tenant, default: 0] + 1,
            sequence: lastSequence + 1, timeMicros: timeMicros, expiryMicros: time.expiryMicros)
        var last: LedgerResult?
        for (index, alternative) in proposal.alternatives.enumerated() {
            precondition(
                alternative.operations.count <= Proposal.operationCountMax,
                "an alternative has at most 8 operations")
            let result = ledger.apply(alternative.operations, stamp: stamp)
            switch result.outcome {
            case .done:
                return record(
                    proposal, index: index, result: result, stamp: stamp, into: &batch)
            case .lineUnknown, .holdUnknown:
                return .planAgain(refusal: result.outcome, effects: result.effects)
            default:
                last = result
            }
        }
        guard let refused = last else { preconditionFailure("there was an alternative") }
        switch proposal.onRefusal {
        case .returnToWorker:
            return .planAgain(refusal: refused.outcome, effects: refused.effects)
        case .recordRefusal:
            return record(
                proposal, index: proposal.alternatives.count - 1, result: refused, stamp: stamp,
                into: &batch)
        }
    }

    /// Makes a record of the alternative taken, or of the last one with its refusal.
    private mutating func record(
        _ proposal: Proposal, index: Int, result: LedgerResult, stamp: LedgerStamp,
        into batch: inout SequencedBatch
    ) -> Verdict.Answer {
        let alternative = proposal.alternatives[index]
        // The line knows best: a worker may not see one yet that is open but not durable.
        let subject = result.effects.lines.first?.subject ?? alternative.subject
        let record = DurableRecord(
            type: alternative.type, tenant: proposal.tenant, sequence: stamp.sequence,
            tenantSequence: stamp.tenantSequence, timeMicros: stamp.timeMicros, keyID: 0,
            outcome: result.outcome, subject: subject, effects: result.effects,
            body: alternative.body)
        requests.insert(
            RequestEntry(
                key: RequestTable.key(proposal.requestKey, tenant: proposal.tenant),
                fingerprint: proposal.fingerprint.low, sequence: stamp.sequence))
        if result.outcome == .done {
            for key in alternative.touches {
                guards[guards.slot(key, tenant: proposal.tenant)] = stamp.sequence
            }
        }
        append(
            SequencedRecord(
                record: record, requestKey: proposal.requestKey, fingerprint: proposal.fingerprint,
                previousOfLine: result.previousOfLine, previousOfSubject: 0,
                alternative: UInt8(index)),
            to: &batch)
        return .recorded(record, alternative: index)
    }

    /// Numbers are taken here and nowhere else: a record that is not appended has none.
    private mutating func append(_ made: SequencedRecord, to batch: inout SequencedBatch) {
        var made = made
        lastSequence = made.record.sequence
        tenantSequences[made.record.tenant] = made.record.tenantSequence
        let slot = subjects.slot(made.record.subject.hash, tenant: made.record.tenant)
        made.previousOfSubject = subjects[slot]
        subjects[slot] = made.record.sequence
        batch.byteCount += RecordFormat.byteCount(made.record)
        batch.records.append(made)
    }

    /// When the next expiry record is due; nil when no hold is open or a clock jump froze expiry.
    var nextExpiryMicros: Int64? { time.isFrozen ? nil : ledger.nextExpiryMicros }

    /// Adds the records of at most `limit` holds whose time is over; says whether more are due.
    mutating func expireDue(
        _ reading: ClockReading, limit: Int = Sequencer.sliceCountMax,
        into batch: inout SequencedBatch
    ) -> Bool {
        let now = time.observe(reading)
        guard !time.isFrozen else { return false }
        for _ in 0..<limit {
            guard let due = ledger.firstDue(atMicros: now) else { return false }
            let tenant = due.hold.tenant
            let stamp = LedgerStamp(
                tenant: tenant, tenantSequence: tenantSequences[tenant, default: 0] + 1,
                sequence: lastSequence + 1, timeMicros: now, expiryMicros: now)
            let result = ledger.apply([.expire(hold: due.hold.id)], stamp: stamp)
            let record = DurableRecord(
                type: .holdExpired, tenant: tenant, sequence: stamp.sequence,
                tenantSequence: stamp.tenantSequence, timeMicros: now, keyID: 0,
                outcome: result.outcome, subject: due.line.subject, effects: result.effects,
                body: [])
            append(
                SequencedRecord(
                    record: record, requestKey: .zero, fingerprint: .zero,
                    previousOfLine: result.previousOfLine, previousOfSubject: 0, alternative: 0),
                to: &batch)
        }
        return ledger.firstDue(atMicros: now) != nil
    }
}
