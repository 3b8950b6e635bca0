internal import Dispatch
internal import Domain
internal import Ground

extension Journal {
    /// The hash of the ledger at some durable record, while records go on. Takes seconds for
    /// millions of rows and as much memory as the ledger; not on the road.
    ///
    /// Errors: `.closed`, `.damaged`, `.fileFailed`.
    public func stateHash() throws(JournalError) -> LedgerHash {
        guard let running else { throw .closed }
        return try running.onCheckpointQueue { (engine) throws(JournalError) in
            try engine.stateHash().hash
        }
    }

    /// Copies the running journal into an empty or new folder: segments up to a durable batch and a
    /// witness that names it. Opening the copy gives exactly the records up to `report.sequence`;
    /// `root.secret` is the caller's to copy. Checkpoints wait meanwhile; not on the road.
    ///
    /// Errors: `.backupTargetNotEmpty`, `.directoryInUse`, `.closed`, `.damaged`, `.fileFailed`.
    public func backup(to directory: String) throws(JournalError) -> BackupReport {
        guard let running else { throw .closed }
        let target = try PosixFileSystem(directory: directory)
        return try running.onCheckpointQueue { (engine) throws(JournalError) in
            try engine.backup(to: target)
        }
    }

    /// What a journal that nobody runs holds: recovers it, checks it and says its ledger's hash,
    /// without starting it, so nothing expires and nothing is written but a torn tail's zeros.
    ///
    /// Errors: as `open`.
    public static func inspect(
        _ configuration: JournalConfiguration
    ) throws(JournalError) -> LedgerHash {
        let files = try PosixFileSystem(directory: configuration.directory)
        let names: [String]
        do throws(FileError) {
            names = try files.list()
        } catch {
            throw .fileFailed(error)
        }
        // Recovery would make a journal where there is none.
        guard names.contains(where: { SegmentFormat.number(name: $0) != nil }) else {
            throw .segmentMissing(0)
        }
        // Everything is replayed: what a checkpoint says is not asked.
        let recovered = try Recovery(
            files: files, store: MemoryStore(), configuration: configuration, projections: [],
            participants: [], newIdentity: configuration.identity ?? 1
        ).run()
        return LedgerHash(
            recovered.sequencer.ledger, sequence: recovered.sequencer.lastSequence)
    }
}

extension JournalEngine {
    /// Runs `body` on the checkpoint queue, so that it never meets a checkpoint.
    func onCheckpointQueue<Value>(
        _ body: (JournalEngine) throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        try checkpointQueue.sync { () -> Result<Value, JournalError> in
            do throws(JournalError) {
                return .success(try body(self))
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
