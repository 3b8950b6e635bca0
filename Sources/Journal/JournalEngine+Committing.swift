internal import Dispatch
internal import Domain
internal import Ground
internal import Synchronization

extension JournalEngine {
    /// Commits what waits until nothing does.
    func runCommitter() {
        dispatchPrecondition(condition: .onQueue(committerQueue))
        while true {
            var batch = SequencedBatch()
            let (wakes, hasFailed) = waiting.withLock { waiting in
                swap(&batch, &waiting.batch)
                if batch.isEmpty { waiting.committerRuns = false }
                defer { waiting.sequencerParked = false }
                return (waiting.sequencerParked, waiting.hasFailed)
            }
            if wakes { sequencerQueue.async { [self] in runSequencer() } }
            guard !batch.isEmpty else {
                setWitnessTimer()
                return
            }
            commit(batch, hasFailed: hasFailed)
        }
    }

    /// Write, sync, apply, answer: in this order and no other.
    private func commit(_ batch: SequencedBatch, hasFailed: Bool) {
        guard !hasFailed else {
            onVerdicts(batch.verdicts.map(Self.unknown))
            return
        }
        if !batch.records.isEmpty {
            do throws(FileError) {
                try write(batch.records)
            } catch {
                // No second sync is ever tried: after an error the kernel may call lost pages
                // clean. The caller cannot know, so it is told that.
                let isFirst = markFailed()
                onVerdicts(batch.verdicts.map(Self.unknown))
                wake()
                if isFirst { onFatal(.fileFailed(error)) }
                return
            }
            publish(batch.records)
        }
        if !batch.verdicts.isEmpty { onVerdicts(batch.verdicts) }
        watchers.publish(batch.records)
    }

    /// A batch that failed says nothing else about any of its proposals.
    private static func unknown(_ verdict: Verdict) -> Verdict {
        if case .noSpace = verdict.answer { return verdict }
        return Verdict(ticket: verdict.ticket, answer: .outcomeUnknown)
    }

    private func write(_ records: [SequencedRecord]) throws(FileError) {
        let begun = try committerState.withValue { state -> Result<UInt64?, FileError> in
            state.batchCount += 1
            do throws(FileError) {
                return .success(try state.writer.append(records))
            } catch {
                return .failure(error)
            }
        }.get()
        if let begun {
            try reader.note(segment: begun, firstSequence: records[0].record.sequence)
        }
        if supply.wantsPreparation { prepareSegment() }
    }

    /// Every projection applies every record, in order; then the number that readers look at.
    private func publish(_ records: [SequencedRecord]) {
        var operationCount = 0
        // By index: a copy of a sequenced record counts its lists too.
        for place in records.indices {
            let record = records[place].record
            operationCount += Int(record.tenantSequenceCount)
            view.publish(record)
            for projection in projections { projection.apply(record) }
        }
        tenants.append(records)
        let last = records[records.count - 1].record.sequence
        appliedTimeMicros.store(
            records[records.count - 1].record.timeMicros, ordering: .relaxed)
        let starts = committerState.withValue { state in
            let mark = state.writer.mark
            appliedMark.withLock { $0 = mark }
            applied.store(last, ordering: .releasing)
            state.waiters.removeAll { waiter in
                if waiter.sequence <= last { waiter.done.signal() }
                return waiter.sequence <= last
            }
            state.operationCount += operationCount
            guard
                last >= state.checkpointAt
                    || state.operationCount >= configuration.checkpointEveryOperations
            else { return false }
            state.operationCount = 0
            state.checkpointAt = last + UInt64(configuration.checkpointEveryRecords)
            return true
        }
        if starts {
            checkpointQueue.async { [weak self] in
                guard let self else { return }
                // A store that fails, on a full disk say, loses nothing: the journal has it all,
                // and the next checkpoint tries again. Only the next start would replay longer.
                do throws(JournalError) {
                    try writeCheckpoint()
                    checkpointFailure.withLock { $0 = nil }
                } catch {
                    checkpointFailure.withLock { $0 = error }
                }
            }
        }
    }

    /// After 1 ms without a batch the witness catches up.
    private func setWitnessTimer() {
        committerState.withValue { state in
            guard !state.witnessTimerIsSet else { return }
            state.witnessTimerIsSet = true
            let count = state.batchCount
            committerQueue.asyncAfter(
                deadline: .now() + .milliseconds(Self.witnessIdleMilliseconds)
            ) { [weak self] in self?.settleWitness(unlessAfter: count) }
        }
    }

    private func settleWitness(unlessAfter count: UInt64) {
        let (isIdle, failure) = committerState.withValue { state -> (Bool, FileError?) in
            state.witnessTimerIsSet = false
            guard state.batchCount == count else { return (false, nil) }
            do throws(FileError) {
                try state.writer.settleWitness()
                return (true, nil)
            } catch {
                return (true, error)
            }
        }
        if let failure { fail(.fileFailed(failure)) }
        if !isIdle { setWitnessTimer() }
    }

    /// Checkpoint queue: copies everything and switches the manifest.
    func writeCheckpoint() throws(JournalError) {
        dispatchPrecondition(condition: .onQueue(checkpointQueue))
        let mark = appliedMark.withLock { $0 }
        try checkpointer.run(
            mark: mark, onSequencer: { body in onSequencer(body) },
            awaitDurable: { sequence throws(JournalError) in try awaitDurable(sequence) })
    }

    /// Finishes what was submitted, then checkpoint and witness.
    func close() throws(JournalError) {
        inbox.withLock { $0.isClosed = true }
        var isIdle = false
        while !isIdle {
            lookUpQueue.sync {}
            sequencerQueue.sync {}
            committerQueue.sync {}
            let inboxIsIdle = inbox.withLock {
                $0.proposals.isEmpty && !$0.isScheduled && $0.lookUpCount == 0
            }
            let committerIsIdle = waiting.withLock { !$0.committerRuns && $0.batch.isEmpty }
            isIdle = inboxIsIdle && committerIsIdle
        }
        sequencerQueue.sync { sequencerState.withValue { $0.timer.cancel() } }
        let hasFailed = waiting.withLock { $0.hasFailed }
        guard !hasFailed else { throw .closed }
        try onCheckpointQueue { (engine) throws(JournalError) in try engine.writeCheckpoint() }
        let failure = committerQueue.sync {
            committerState.withValue { state -> FileError? in
                do throws(FileError) {
                    try state.writer.settleWitness()
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw .fileFailed(failure) }
        supplyQueue.sync {}
        archiveQueue.sync {}
        sequencerQueue.sync {}
        committerQueue.sync {}
    }
}
