internal import Dispatch
internal import Domain
internal import Ground
internal import Limits

extension JournalEngine {
    /// What keeps the sequencer from taking the next slice.
    private enum Gate {
        /// Room for this many bytes of records.
        case open(bytes: Int)
        case full
        case parked
    }

    /// Takes slices until inbox and expiries are empty, or parks.
    func runSequencer() {
        dispatchPrecondition(condition: .onQueue(sequencerQueue))
        while true {
            refill()
            let reading = ClockReading(
                wallMicros: clock.wallMicros(), bootMicros: clock.bootMicros())
            switch gate() {
            case .parked:
                return
            case .full:
                handOver(refuseAll())
                if finishRun(expiriesWait: false, isFull: true) { return }
            case .open(let bytes):
                let (batch, isMoreDue) = slice(reading, bytes: bytes)
                handOver(batch)
                if finishRun(expiriesWait: isMoreDue, isFull: false) { return }
            }
        }
    }

    /// Moves the inbox over when everything taken before is done.
    private func refill() {
        sequencerState.withValue { state in
            guard state.pending.isEmpty else { return }
            var proposals: [Proposal] = []
            inbox.withLock { inbox in
                swap(&inbox.proposals, &proposals)
                inbox.byteCount = 0
            }
            state.pending = proposals[...]
        }
    }

    /// Parks under the same lock that the waker takes, so no wake-up is lost.
    private func gate() -> Gate {
        let bytes = waiting.withLock { waiting -> Int? in
            if waiting.hasFailed { return 0 }
            let left = configuration.batchBytesSoft - waiting.batch.byteCount
            guard left > 0 else {
                waiting.sequencerParked = true
                return nil
            }
            return left
        }
        guard let bytes else { return .parked }
        if bytes == 0 { return .full }
        switch supply.room {
        case .open: return .open(bytes: bytes)
        case .full: return .full
        case .preparing:
            inbox.withLock { $0.parkedForSpace = true }
            // The segment may have become ready between the two looks: then nobody would wake us.
            guard case .preparing = supply.room else {
                let stillParked = inbox.withLock { inbox in
                    defer { inbox.parkedForSpace = false }
                    return inbox.parkedForSpace
                }
                return stillParked ? gate() : .parked
            }
            return .parked
        }
    }

    /// One slice: what is due first, then proposals while the batch has room.
    private func slice(_ reading: ClockReading, bytes: Int) -> (SequencedBatch, isMoreDue: Bool) {
        sequencerState.withValue { state in
            var batch = SequencedBatch()
            let room = max(1, bytes / RecordFormat.expiryBytes)
            let isMoreDue = state.sequencer.expireDue(
                reading, limit: min(room, Sequencer.sliceCountMax), into: &batch)
            var count = 0
            while count < Sequencer.sliceCountMax, batch.byteCount < bytes,
                let proposal = state.pending.popFirst()
            {
                state.sequencer.take(proposal, reading: reading, into: &batch)
                count += 1
            }
            return (batch, isMoreDue)
        }
    }

    /// No space, or stopped: nothing of what waits is recorded, but repeats get their answers.
    private func refuseAll() -> SequencedBatch {
        let hasFailed = waiting.withLock { $0.hasFailed }
        return sequencerState.withValue { state in
            var batch = SequencedBatch()
            for proposal in state.pending {
                let answer: Verdict.Answer =
                    hasFailed
                    ? .outcomeUnknown : state.sequencer.answerToRepeat(proposal) ?? .noSpace
                batch.verdicts.append(Verdict(ticket: proposal.ticket, answer: answer))
            }
            state.pending = []
            return batch
        }
    }

    /// Gives a batch to the committer, and starts it when it is idle.
    private func handOver(_ batch: SequencedBatch) {
        guard !batch.isEmpty else { return }
        let starts = waiting.withLock { waiting in
            waiting.batch.append(batch)
            defer { waiting.committerRuns = true }
            return !waiting.committerRuns
        }
        if starts { committerQueue.async { [self] in runCommitter() } }
    }

    /// True when nothing is left to do; the timer is then set for the next expiry.
    private func finishRun(expiriesWait: Bool, isFull: Bool) -> Bool {
        sequencerState.withValue { state in
            guard state.pending.isEmpty, !expiriesWait else { return false }
            let isDone = inbox.withLock { inbox in
                if inbox.proposals.isEmpty { inbox.isScheduled = false }
                return inbox.proposals.isEmpty
            }
            if isDone { arm(&state, isFull: isFull) }
            return isDone
        }
    }

    /// Sets the timer for the next expiry, or for the next look at the clock.
    private func arm(_ state: inout SequencerState, isFull: Bool) {
        guard let due = state.sequencer.ledger.nextExpiryMicros else { return }
        let wait = min(max(0, due - clock.wallMicros()), Self.clockLookMicrosMax)
        // While frozen, or without space, what is due stays due: look again later. Otherwise it
        // fell due since this run read the clock: look again soon.
        let staysDue = isFull || state.sequencer.nextExpiryMicros == nil
        let again = staysDue ? Self.clockLookMicrosMax : Self.expiryPauseMicros
        let idle = wait == 0 ? again : wait
        let atMicros = clock.bootMicros() + idle
        if let armed = state.armedMicros, armed <= atMicros { return }
        state.armedMicros = atMicros
        state.timer.schedule(
            deadline: .now() + .microseconds(Int(idle)), leeway: .milliseconds(10))
    }
}

extension RecordFormat {
    /// Length of an expiry record: one line, one hold, no body.
    static let expiryBytes = trailerBytes + sectionHeadBytes + lineBytes + holdBytes
}
