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

    /// Takes slices until the inbox is empty and nothing is due or being counted, or parks.
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
                if finishRun(workWaits: false, isFull: true) { return }
            case .open(let bytes):
                let (batch, isMoreToDo) = slice(reading, bytes: bytes)
                handOver(batch)
                if finishRun(workWaits: isMoreToDo, isFull: false) { return }
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

    /// One slice: what is due first, then one step of counting, then proposals while the batch has
    /// room.
    private func slice(_ reading: ClockReading, bytes: Int) -> (SequencedBatch, isMoreToDo: Bool) {
        sequencerState.withValue { state in
            var batch = SequencedBatch()
            let isMoreDue = state.sequencer.takeDue(reading, bytes: bytes, into: &batch)
            _ = state.sequencer.countNext(reading, into: &batch)
            let expected = min(Sequencer.sliceCountMax, state.pending.count)
            batch.records.reserveCapacity(batch.records.count + expected)
            batch.verdicts.reserveCapacity(expected)
            var count = 0
            while count < Sequencer.sliceCountMax, batch.byteCount < bytes, !state.pending.isEmpty {
                if count % Sequencer.warmCount == 0 { state.sequencer.warm(state.pending) }
                let proposal = state.pending.removeFirst()
                state.sequencer.take(proposal, reading: reading, into: &batch)
                count += 1
            }
            archiveRequests(&state)
            // Asked last: a proposal of this very slice may have made a limit that counts.
            return (batch, isMoreDue || state.sequencer.isCounting)
        }
    }

    /// No space, or stopped: nothing of what waits is recorded, but repeats get their answers.
    private func refuseAll() -> SequencedBatch {
        let hasFailed = waiting.withLock { $0.hasFailed }
        return sequencerState.withValue { state in
            var batch = SequencedBatch()
            for proposal in state.pending {
                guard !hasFailed else {
                    batch.verdicts.append(
                        Verdict(ticket: proposal.ticket, answer: .outcomeUnknown))
                    continue
                }
                state.sequencer.answer(proposal, into: &batch) { _, _ in .noSpace }
            }
            state.pending = []
            return batch
        }
    }

    /// Records longer than this are never lone. Reason: writing and publishing them takes so long
    /// that the next one should be sequenced meanwhile.
    private static let loneBytesMax = 64 << 10

    /// Whether a batch is one short record that nobody waits behind, so that committing it right
    /// here keeps nobody from being sequenced meanwhile. Under load batches are longer, and
    /// sequencing goes on beside the write.
    private func isLone(_ batch: SequencedBatch) -> Bool {
        guard batch.records.count == 1, batch.byteCount <= Self.loneBytesMax else { return false }
        return sequencerState.withValue { $0.pending.isEmpty }
            && inbox.withLock { $0.proposals.isEmpty }
    }

    /// Gives a batch to the committer, and starts it when it is idle.
    ///
    /// A lone batch it commits on this thread: `sync` takes the idle committer's queue without a
    /// hand-over, and its owner's rules with it. That cannot wait for itself, because nothing that
    /// runs on the committer's queue waits for the sequencer's. Who comes meanwhile is found in the
    /// inbox when it is done, and makes one batch.
    private func handOver(_ made: SequencedBatch) {
        var batch = made
        if !batch.lookUps.isEmpty {
            lookUp(batch.lookUps)
            batch.lookUps = []
        }
        guard !batch.isEmpty else { return }
        let isLone = isLone(batch)
        let starts = waiting.withLock { waiting in
            waiting.batch.append(batch)
            defer { waiting.committerRuns = true }
            return !waiting.committerRuns
        }
        guard starts else { return }
        if isLone {
            committerQueue.sync { runCommitter() }
        } else {
            committerQueue.async { [self] in runCommitter() }
        }
    }

    /// True when nothing is left to do; the timer is then set for the next expiry.
    private func finishRun(workWaits: Bool, isFull: Bool) -> Bool {
        sequencerState.withValue { state in
            guard state.pending.isEmpty, !workWaits else { return false }
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
        guard let due = state.sequencer.ledger.nextDueMicros else { return }
        let wait = min(max(0, due - clock.wallMicros()), Self.clockLookMicrosMax)
        // While frozen, or without space, what is due stays due: look again later. Otherwise it
        // fell due since this run read the clock: look again soon.
        let staysDue = isFull || state.sequencer.nextDueMicros == nil
        let again = staysDue ? Self.clockLookMicrosMax : Self.expiryPauseMicros
        let idle = wait == 0 ? again : wait
        let atMicros = clock.bootMicros() + idle
        if let armed = state.armedMicros, armed <= atMicros { return }
        state.armedMicros = atMicros
        state.timer.schedule(
            deadline: .now() + .microseconds(Int(idle)), leeway: .milliseconds(10))
    }
}
