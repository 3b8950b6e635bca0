internal import Dispatch
internal import Domain
internal import Ground
internal import Limits
internal import Synchronization

extension JournalEngine {
    /// The ledger's hash at a durable mark, while records go on. Thread: the checkpoint queue.
    ///
    /// As a checkpoint and a restart would do it: blocks are copied one by one between two slices
    /// of the sequencer, each complete up to some record; when the journal is durable past all of
    /// them the records since then are read from the disk and bring every row to one mark. So the
    /// hash is that of what a restart would rebuild, and checks records as well as memory. Memory:
    /// the ledger once more.
    func stateHash() throws(JournalError) -> (hash: LedgerHash, mark: DurableMark) {
        dispatchPrecondition(condition: .onQueue(checkpointQueue))
        let begun = appliedMark.withLock { $0 }
        var restorer = SequencerRestorer(configuration)
        var included = begun.sequence
        for section in SequencerSection.ledger {
            var range = 0..<0
            onSequencer { range = $0.blockRange(section) }
            for index in range {
                var bytes: [UInt8] = []
                onSequencer { sequencer in
                    bytes = sequencer.copyBlock(section, index)
                    included = max(included, sequencer.lastSequence)
                }
                do throws(ByteReaderError) {
                    restorer.restore(try SequencerBlock(section, index, bytes))
                } catch {
                    preconditionFailure("a block reads back: \(error)")
                }
            }
        }
        try awaitDurable(included)
        let mark = appliedMark.withLock { $0 }
        var batch: LoadedBatch?
        var sequence = begun.sequence
        while sequence < mark.sequence {
            sequence += 1
            let made = try reader.read(sequence: sequence, keeping: &batch).sequenced
            restorer.replayLedger(made.record)
        }
        let ledger = restorer.finish(tenantSequences: [:]).ledger
        return (LedgerHash(ledger, sequence: mark.sequence), mark)
    }

    /// Checkpoint queue: copies the journal as it is durable now, with the hash of its ledger.
    func backup(to target: any FileSystem) throws(JournalError) -> BackupReport {
        let (hash, mark) = try stateHash()
        let backup = Backup(
            source: files, target: target, identity: identity,
            segmentBytes: configuration.segmentBytes)
        var report = try backup.run(upTo: mark)
        report.stateHash = hash
        return report
    }

    /// Runs `body` where the sequencer may be read.
    func onSequencer(_ body: (Sequencer) -> Void) {
        sequencerQueue.sync { sequencerState.withValue { body($0.sequencer) } }
    }

    /// Returns once the journal is durable up to a record. Errors: `.closed` when it stopped.
    func awaitDurable(_ sequence: UInt64) throws(JournalError) {
        let done = DispatchSemaphore(value: 0)
        committerQueue.sync {
            committerState.withValue { state in
                if applied.load(ordering: .acquiring) >= sequence {
                    done.signal()
                } else {
                    state.waiters.append((sequence, done))
                }
            }
        }
        // A tenth of a second at a time, because a journal that failed signals nobody.
        while done.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            if waiting.withLock({ $0.hasFailed }) { throw .closed }
        }
    }
}
