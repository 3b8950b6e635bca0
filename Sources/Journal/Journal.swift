internal import Dispatch
public import Domain
public import Ground
internal import Synchronization

/// The one append-only journal: proposals in, durable records and verdicts out.
///
/// A verdict comes only after its record is written, synced and applied by every projection.
/// Threads: every method from any thread; `onVerdicts`, `onFatal` and the projections' `apply` run
/// on the journal's own queues and must not wait for the journal.
public final class Journal: Sendable {
    private let engine: Lock<JournalEngine?>
    private let onVerdicts: @Sendable ([Verdict]) -> Void
    /// Durable lines and holds, for readers.
    public let ledger: LedgerView
    /// What opening found.
    public let recoveryReport: RecoveryReport

    private init(engine: JournalEngine, report: RecoveryReport) {
        ledger = engine.view
        recoveryReport = report
        onVerdicts = engine.onVerdicts
        self.engine = Lock(engine)
    }

    /// Opens or makes the journal in a directory, rebuilds every projection, and starts.
    ///
    /// Each projection that is a `CheckpointParticipant` too belongs in both lists. If one is not,
    /// or is new, all records are replayed from the first, so that it sees every one. Verdicts come
    /// in batches, those of one caller in the order of its proposals. `onFatal` means: answer what
    /// waits, end the process, start again; nothing is written any more.
    /// Errors: see `JournalError`.
    public static func open(
        _ configuration: JournalConfiguration, clock: any Clock, projections: [any Projection],
        participants: [any CheckpointParticipant],
        onVerdicts: @escaping @Sendable ([Verdict]) -> Void,
        onFatal: @escaping @Sendable (JournalError) -> Void
    ) throws(JournalError) -> Journal {
        let files = try PosixFileSystem(directory: configuration.directory)
        let store: any Store
        var damage: String?
        switch configuration.store {
        case .inMemory: store = MemoryStore()
        case .rocksDB:
            do throws(StoreError) {
                (store, damage) = try RocksStore.openOrReplace(
                    path: configuration.directory + "/store")
            } catch {
                throw .storeFailed(error.problem)
            }
        }
        return try open(
            configuration, files: files, store: store, clock: clock, projections: projections,
            participants: participants, storeDamage: damage, onVerdicts: onVerdicts,
            onFatal: onFatal)
    }

    /// The same on any file system and store: what the simulator opens.
    static func open(
        _ configuration: JournalConfiguration, files: any FileSystem, store: any Store,
        clock: any Clock, projections: [any Projection],
        participants: [any CheckpointParticipant], storeDamage: String? = nil,
        onVerdicts: @escaping @Sendable ([Verdict]) -> Void,
        onFatal: @escaping @Sendable (JournalError) -> Void
    ) throws(JournalError) -> Journal {
        precondition(
            configuration.segmentBytes >= 64 << 10 && configuration.segmentBytes % (64 << 10) == 0,
            "a segment is a multiple of 64 KiB")
        let started = clock.monotonicNanos()
        let recovery = Recovery(
            files: files, store: store, configuration: configuration, projections: projections,
            participants: participants,
            newIdentity: configuration.identity ?? SystemRandomNumberGenerator.identity())
        let recovered = try recovery.run()
        // Blocks were read and decoded once: some 80 MB beside a million lines, for nothing now.
        store.forgetReads()
        Heap.releaseFreePages()
        var report = recovered.report
        report.storeDamage = storeDamage
        report.seconds = Double(clock.monotonicNanos() - started) / 1e9
        let checkpointer = Checkpointer(
            store: store, tenants: recovered.tenants, participants: participants)
        let engine = JournalEngine(
            recovered, configuration: configuration, clock: clock, projections: projections,
            checkpointer: checkpointer, onVerdicts: onVerdicts, onFatal: onFatal)
        engine.start()
        return Journal(engine: engine, report: report)
    }

    var running: JournalEngine? { engine.withLock { $0 } }

    /// Hands proposals to the sequencer: one wake-up, whatever their number.
    ///
    /// Each gets exactly one verdict. Bodies must not exceed `JournalConfiguration.bodyBytesMax`.
    /// After `close`, or with too much waiting, the verdict is `overloaded`.
    public func submit(_ proposals: [Proposal]) {
        guard let running else {
            onVerdicts(proposals.map { Verdict(ticket: $0.ticket, answer: .overloaded) })
            return
        }
        for proposal in proposals {
            // By index: a copy of an alternative counts each of its lists.
            for index in proposal.alternatives.indices {
                precondition(
                    proposal.alternatives[index].body.count <= running.configuration.bodyBytesMax,
                    "the body fits a batch")
            }
        }
        running.submit(proposals)
    }

    /// The last record that every projection has applied: read it before reading projections, and
    /// put it into the guards.
    public var appliedSequence: UInt64 { running?.applied.load(ordering: .acquiring) ?? 0 }

    /// The time of that record, microseconds: journal time never goes back, the wall clock may.
    public var appliedTimeMicros: Int64 {
        running?.appliedTimeMicros.load(ordering: .relaxed) ?? 0
    }

    /// Reads a durable record and verifies its checksums and hashes. Reads the disk.
    ///
    /// Errors: `.recordUnknown`, `.damaged`, `.fileFailed`, `.closed`.
    public func read(sequence: UInt64) throws(JournalError) -> DurableRecord {
        guard let running else { throw .closed }
        guard sequence > 0, sequence <= running.applied.load(ordering: .acquiring) else {
            throw .recordUnknown(sequence)
        }
        return try running.reader.read(sequence: sequence).sequenced.record
    }

    /// Reads the record of a request that came before, after a verdict `repeated`; nil when it was
    /// another request, which had the same id or, once in 2^64, another id or tenant of the same
    /// tag: then nothing of it may be told. Reads the disk.
    ///
    /// Errors: as `read(sequence:)`.
    public func readRepeat(
        sequence: UInt64, tenant: TenantID, requestKey: Hash128, fingerprint: Hash128
    ) throws(JournalError) -> DurableRecord? {
        guard let running else { throw .closed }
        guard sequence > 0, sequence <= running.applied.load(ordering: .acquiring) else {
            throw .recordUnknown(sequence)
        }
        let made = try running.reader.read(sequence: sequence).sequenced
        let isSame =
            made.record.tenant == tenant && made.requestKey == requestKey
            && made.fingerprint == fingerprint
        return isSame ? made.record : nil
    }

    /// Reads a record by its tenant's own sequence; nil when the tenant has no such record.
    ///
    /// Errors: `.damaged`, `.fileFailed`, `.storeFailed`, `.closed`.
    public func read(
        tenant: TenantID, tenantSequence: UInt64
    ) throws(JournalError) -> DurableRecord? {
        guard let running else { throw .closed }
        let sequence: UInt64?
        do throws(StoreError) {
            sequence = try running.tenants.sequence(tenant, tenantSequence)
        } catch {
            throw .storeFailed(error.problem)
        }
        guard let sequence else { return nil }
        return try running.reader.read(sequence: sequence).sequenced.record
    }

    /// Writes a checkpoint now and returns when its manifest stands.
    public func checkpoint() throws(JournalError) {
        guard let running else { throw .closed }
        try running.onCheckpointQueue { (engine) throws(JournalError) in
            try engine.writeCheckpoint()
        }
    }

    /// Why the last automatic checkpoint failed; nil when it did not. Writing goes on, the next one
    /// tries again, but a restart would replay more.
    public var checkpointFailure: JournalError? { running?.checkpointFailure.withLock { $0 } }

    /// Believes the wall clock again after a jump of more than 60 s; expiry goes on.
    public func confirmClock() { running?.confirmClock() }

    /// True while a clock jump has frozen expiry.
    public var isClockFrozen: Bool {
        guard let running else { return false }
        return running.sequencerQueue.sync {
            running.sequencerState.withValue { $0.sequencer.time.isFrozen }
        }
    }

    /// Looks at the clock now: what a simulated clock needs after it was moved.
    public func lookAtClock() { running?.wake() }

    /// Finishes every proposal, writes checkpoint and witness, and frees the directory.
    ///
    /// No other call may be in flight. Errors: `.closed` when it had stopped after a failure.
    public func close() throws(JournalError) {
        let closing = engine.withLock { engine in
            defer { engine = nil }
            return engine
        }
        guard let closing else { return }
        try closing.close()
    }
}

extension SystemRandomNumberGenerator {
    /// A journal's random identity.
    static func identity() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
