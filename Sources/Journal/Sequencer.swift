internal import Domain
internal import Ground
internal import Limits

/// What a run of the sequencer made: records to be written, and verdicts to be sent once they are
/// durable and applied.
struct SequencedBatch: Sendable {
    var records: [SequencedRecord] = []
    var verdicts: [Verdict] = []
    /// Proposals that go to the store first, to be looked for there; they come back.
    var lookUps: [Proposal] = []
    /// Bytes of the records on disk.
    var byteCount = 0

    var isEmpty: Bool { records.isEmpty && verdicts.isEmpty && lookUps.isEmpty }

    /// Appends a later batch.
    mutating func append(_ later: SequencedBatch) {
        if isEmpty {
            self = later
            return
        }
        records.append(contentsOf: later.records)
        verdicts.append(contentsOf: later.verdicts)
        lookUps.append(contentsOf: later.lookUps)
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
    var requests: RequestMemory
    var guards: SequenceSlots
    var subjects: SequenceSlots
    var tenantSequences = TenantSequences()
    var time = JournalTime()
    /// See `JournalConfiguration`.
    let recordBytesMax: Int
    /// Sequence of the last record made.
    var lastSequence: UInt64 = 0

    init(_ configuration: JournalConfiguration) {
        ledger = Ledger(endedHoldCountMax: configuration.endedHoldCountMax)
        requests = RequestMemory(configuration)
        guards = SequenceSlots(slotsLog2: configuration.guardSlotsLog2)
        subjects = SequenceSlots(slotsLog2: configuration.subjectSlotsLog2)
        recordBytesMax = configuration.recordBytesMax
    }

    /// Takes one proposal and adds its record, if it makes one, and its verdict to `batch`.
    mutating func take(
        _ proposal: Proposal, reading: ClockReading, into batch: inout SequencedBatch
    ) {
        answer(proposal, into: &batch) { sequencer, batch in
            sequencer.answerNew(proposal, reading: reading, into: &batch)
        }
    }

    /// Answers a request that came before, sends one that may be on disk there, and leaves only a
    /// new one to `whenNew`. A repeat executes nothing, so neither its deadline nor a full disk
    /// matters.
    mutating func answer(
        _ proposal: Proposal, into batch: inout SequencedBatch,
        whenNew: (inout Sequencer, inout SequencedBatch) -> Verdict.Answer
    ) {
        precondition(!proposal.requestKey.isZero, "a request has a key")
        let answer: Verdict.Answer
        switch requests.place(proposal) {
        case .recorded(let sequence):
            batch.verdicts.append(Verdict(proposal, repeats: sequence))
            return
        case .unknown(let number):
            var looked = proposal
            looked.lookedUpBelow = number
            batch.lookUps.append(looked)
            return
        case .new:
            answer = whenNew(&self, &batch)
        }
        batch.verdicts.append(Verdict(ticket: proposal.ticket, answer: answer))
    }

    /// Proposals whose places in memory are fetched together. Reason: as many cache misses as a
    /// core has under way at a time, and few enough to be still there when their turn comes.
    static let warmCount = RequestMemory.touchCount

    /// Fetches what the next `warmCount` proposals will read and write. Changes nothing.
    mutating func warm(_ coming: ArraySlice<Proposal>) {
        requests.touch(coming)
        let numbers = tenantSequences
        ledger.warm(coming) { numbers[$0] }
        // Where the subjects' chains end is known once the lines are there.
        for (tenant, subject) in ledger.warmedSubjects {
            subjects.prefetch(subject.hash, tenant: tenant)
        }
    }

    private mutating func answerNew(
        _ proposal: Proposal, reading: ClockReading, into batch: inout SequencedBatch
    ) -> Verdict.Answer {
        precondition(
            (1...Proposal.alternativeCountMax).contains(proposal.alternatives.count)
                && proposal.guards.count <= Proposal.guardCountMax,
            "a proposal has 1 to 4 alternatives and at most 16 guards")
        if reading.wallMicros > proposal.deadlineMicros { return .deadlinePassed }
        let timeMicros = time.observe(reading)
        if let refusal = requests.refusal(proposal, atMicros: timeMicros) { return refusal }
        for wanted in proposal.guards
        where guards[guards.slot(wanted.key, tenant: proposal.tenant)] > wanted.seenSequence {
            return .planAgain(refusal: nil, effects: LedgerEffects())
        }
        let stamp = LedgerStamp(
            tenant: proposal.tenant,
            tenantSequence: tenantSequences[proposal.tenant] + 1,
            sequence: lastSequence + 1, timeMicros: timeMicros, expiryMicros: time.expiryMicros)
        var last: LedgerResult?
        // By index: a copy of an alternative would count each of its lists.
        for index in proposal.alternatives.indices {
            let result = apply(proposal.alternatives[index], stamp: stamp)
            switch result.outcome {
            case .done:
                return record(
                    proposal, index: index, result: result, stamp: stamp, into: &batch)
            case .lineUnknown, .holdUnknown, .blockUnknown, .portfolioLimitUnknown:
                // What is not there is a status error, and no record.
                return .planAgain(refusal: result.outcome, effects: result.effects)
            case .tooMany where proposal.alternatives[index].type == .batchApplied:
                // Its operations have outcomes of their own: this one is the batch's.
                return .recordTooLong(bytesMax: recordBytesMax)
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

    private mutating func apply(_ alternative: Alternative, stamp: LedgerStamp) -> LedgerResult {
        let (bodyCount, bytesMax) = (alternative.body.count, recordBytesMax)
        guard alternative.type == .batchApplied else {
            precondition(
                alternative.operations.count <= Proposal.operationCountMax
                    && alternative.chains.isEmpty,
                "an alternative has at most 8 operations, and chains only in a batch")
            return ledger.apply(alternative.operations, stamp: stamp) { bulk in
                RecordFormat.byteCountMax(bodyCount: bodyCount, bulk) <= bytesMax
            }
        }
        precondition(
            (1...Proposal.batchOperationCountMax).contains(alternative.operations.count),
            "a batch has 1 to 8,000 operations")
        return ledger.applyBatch(
            alternative.operations.array, chains: alternative.chains, stamp: stamp
        ) { bulk in
            RecordFormat.byteCountMax(bodyCount: bodyCount, bulk) <= bytesMax
        }
    }

    /// Makes a record of the alternative taken, or of the last one with its refusal.
    private mutating func record(
        _ proposal: Proposal, index: Int, result: LedgerResult, stamp: LedgerStamp,
        into batch: inout SequencedBatch
    ) -> Verdict.Answer {
        let type = proposal.alternatives[index].type
        // The line knows best: a worker may not see one yet that is open but not durable. A batch
        // is about many.
        var subject = proposal.alternatives[index].subject
        if type != .batchApplied, !result.effects.lines.isEmpty {
            subject = result.effects.lines[0].subject
        }
        let numberCount =
            type == .batchApplied
            ? UInt32(proposal.alternatives[index].operations.count) : 1
        var made = SequencedRecord(
            record: DurableRecord(
                type: type, tenant: proposal.tenant, sequence: stamp.sequence,
                tenantSequence: stamp.tenantSequence, tenantSequenceCount: numberCount,
                timeMicros: stamp.timeMicros, keyID: 0, outcome: result.outcome, subject: subject,
                effects: result.effects, body: proposal.alternatives[index].body),
            requestKey: proposal.requestKey, fingerprint: proposal.fingerprint,
            previous: PreviousSequences(result), previousOfSubject: 0, alternative: UInt8(index))
        requests.remember(
            proposal.requestKey, tenant: proposal.tenant, sequence: stamp.sequence,
            timeMicros: stamp.timeMicros)
        if result.outcome == .done {
            for key in proposal.alternatives[index].touches {
                guards[guards.slot(key, tenant: proposal.tenant)] = stamp.sequence
            }
        }
        append(&made, to: &batch)
        return .recorded(made.record, alternative: index)
    }

    /// Numbers are taken here and nowhere else: a record that is not appended has none.
    mutating func append(_ made: inout SequencedRecord, to batch: inout SequencedBatch) {
        lastSequence = made.record.sequence
        tenantSequences[made.record.tenant] = made.record.lastTenantSequence
        let slot = subjects.slot(made.record.subject.hash, tenant: made.record.tenant)
        made.previousOfSubject = subjects[slot]
        subjects[slot] = made.record.sequence
        batch.byteCount += RecordFormat.byteCountMax(made.record)
        batch.records.append(made)
    }
}
