internal import Dispatch
internal import Domain
internal import Ground
internal import Synchronization

/// The running journal: sequencer, committer, publisher, supply and checkpoints on their queues.
///
///     submit -> inbox -> [sequencer queue] -> waiting batch -> [committer queue]
///                                                               write, sync, apply, verdicts
///
/// Two batches are in flight at most: the one being written, and the one waiting, which the
/// sequencer fills meanwhile. When that one is full, or no space is promised, the sequencer parks
/// and is woken by whoever changes that. All queues are serial; none is the cooperative pool.
///
/// A batch of one record, with nobody behind it and the committer idle, is committed on the
/// sequencer's thread (`isLone`): waking another thread for it would cost the lone caller more than
/// anything else of ours does.
final class JournalEngine: Sendable {
    /// Proposals that may wait in the inbox; more are `overloaded`. Reason: each is a parked
    /// call of a worker, and a million of them are past any deadline.
    static let inboxCountMax = 1 << 20
    /// Bytes of their bodies. Reason: some hundred of the longest, or a million usual ones.
    static let inboxByteCountMax = 512 << 20
    /// A disk that was full is tried again after this time.
    static let spaceRetryMilliseconds = 1_000
    static let witnessIdleMilliseconds = 1
    /// The clock is looked at this often while holds are open, so that a jump is seen.
    static let clockLookMicrosMax: Int64 = 1_000_000
    /// Between two runs for holds that fall due one after another, so that they share a batch.
    static let expiryPauseMicros: Int64 = 1_000

    struct Inbox {
        var proposals: [Proposal] = []
        /// Bytes of their bodies.
        var byteCount = 0
        /// A run is queued or parked.
        var isScheduled = false
        var parkedForSpace = false
        var isClosed = false
        /// Proposals that are looked for in the store.
        var lookUpCount = 0
    }
    struct Waiting {
        var batch = SequencedBatch()
        var committerRuns = false
        var sequencerParked = false
        var hasFailed = false
    }
    /// What only the sequencer queue touches.
    struct SequencerState {
        var sequencer: Sequencer
        let timer: any DispatchSourceTimer
        var pending: ArraySlice<Proposal> = []
        var armedMicros: Int64?
        /// A page of requests is on its way to the store.
        var archives = false
    }
    /// What only the committer queue touches.
    struct CommitterState {
        var writer: JournalWriter
        var witnessTimerIsSet = false
        var batchCount: UInt64 = 0
        var checkpointAt: UInt64
        /// Operations applied since the last checkpoint began.
        var operationCount = 0
        var waiters: [(sequence: UInt64, done: DispatchSemaphore)] = []
    }

    let configuration: JournalConfiguration
    let clock: any Clock
    let projections: [any Projection]
    let files: any FileSystem
    let identity: UInt64
    let supply: SegmentSupply
    let reader: JournalReader
    let tenants: TenantIndex
    let view: LedgerView
    let watchers = Watchers()
    let checkpointer: Checkpointer
    let onVerdicts: @Sendable ([Verdict]) -> Void
    let onFatal: @Sendable (JournalError) -> Void

    let sequencerQueue = DispatchQueue(label: "journal.sequencer", qos: .userInteractive)
    let committerQueue = DispatchQueue(label: "journal.committer", qos: .userInteractive)
    let supplyQueue = DispatchQueue(label: "journal.supply", qos: .utility)
    let checkpointQueue = DispatchQueue(label: "journal.checkpoint", qos: .utility)
    /// Looks requests up in the store.
    let lookUpQueue = DispatchQueue(label: "journal.lookup", qos: .utility)
    /// Puts requests into the store that memory is about to forget.
    let archiveQueue = DispatchQueue(label: "journal.archive", qos: .utility)

    let inbox = Lock(Inbox())
    let waiting = Lock(Waiting())
    let sequencerState: QueueOwned<SequencerState>
    let committerState: QueueOwned<CommitterState>
    /// The last record that is durable and applied. Stored with release order after the
    /// projections applied it, loaded with acquire order: whoever sees the number sees the state.
    let applied: Atomic<UInt64>
    /// The time of that record. A reader may see it a record late: it only keeps times from going
    /// back by more than a batch.
    let appliedTimeMicros: Atomic<Int64>
    /// Why the last checkpoint of its own accord failed.
    let checkpointFailure = Lock<JournalError?>(nil)
    /// The mark that goes with `applied`, for checkpoints.
    let appliedMark: Lock<DurableMark>

    init(
        _ recovered: consuming Recovery.Result, configuration: JournalConfiguration,
        clock: any Clock, projections: [any Projection], checkpointer: Checkpointer,
        onVerdicts: @escaping @Sendable ([Verdict]) -> Void,
        onFatal: @escaping @Sendable (JournalError) -> Void
    ) {
        self.configuration = configuration
        self.clock = clock
        self.projections = projections
        self.checkpointer = checkpointer
        self.onVerdicts = onVerdicts
        self.onFatal = onFatal
        files = recovered.files
        identity = recovered.identity
        supply = recovered.supply
        reader = recovered.reader
        tenants = recovered.tenants
        view = recovered.view
        let mark = recovered.writer.mark
        applied = Atomic(mark.sequence)
        appliedTimeMicros = Atomic(mark.timeMicros)
        appliedMark = Lock(mark)
        sequencerState = QueueOwned(
            SequencerState(
                sequencer: recovered.sequencer,
                timer: DispatchSource.makeTimerSource(queue: sequencerQueue)),
            queue: sequencerQueue)
        // What was replayed counts: a server that is killed often must not replay more each time.
        let (checkpointAt, overflows) = recovered.report.checkpointSequence
            .addingReportingOverflow(UInt64(configuration.checkpointEveryRecords))
        committerState = QueueOwned(
            CommitterState(
                writer: recovered.writer, checkpointAt: overflows ? .max : checkpointAt,
                operationCount: recovered.report.operationsReplayed),
            queue: committerQueue)
    }

    /// Starts the expiry timer and the making of the next segment.
    func start() {
        sequencerQueue.sync {
            sequencerState.withValue { state in
                state.timer.setEventHandler { [weak self] in
                    guard let self else { return }
                    sequencerState.withValue { $0.armedMicros = nil }
                    wake()
                }
                state.timer.resume()
            }
        }
        prepareSegment()
        wake()
    }

    /// Any thread: adds proposals and wakes the sequencer once.
    func submit(_ proposals: [Proposal]) {
        let byteCount = proposals.reduce(0) { $0 + $1.bodyByteCount }
        let (accepted, wakes) = inbox.withLock { inbox -> (Bool, Bool) in
            guard !inbox.isClosed,
                inbox.proposals.count + proposals.count <= Self.inboxCountMax,
                inbox.byteCount + byteCount <= Self.inboxByteCountMax
            else { return (false, false) }
            inbox.byteCount += byteCount
            inbox.proposals.append(contentsOf: proposals)
            defer { inbox.isScheduled = true }
            return (true, !inbox.isScheduled)
        }
        guard accepted else {
            let verdicts = proposals.map { Verdict(ticket: $0.ticket, answer: .overloaded) }
            committerQueue.async { [self] in onVerdicts(verdicts) }
            return
        }
        if wakes { sequencerQueue.async { [self] in runSequencer() } }
    }

    /// Any thread: lets the sequencer look at clock and inbox.
    func wake() {
        let wakes = inbox.withLock { inbox in
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if wakes { sequencerQueue.async { [self] in runSequencer() } }
    }

    /// Any thread: the clock jump was looked at; expiry goes on by the wall clock.
    func confirmClock() {
        sequencerQueue.async { [self] in
            sequencerState.withValue { $0.sequencer.time.confirm() }
            wake()
        }
    }

    /// Makes the next segment in the background; tries again while the disk is full.
    func prepareSegment() {
        supplyQueue.async { [weak self] in
            guard let self else { return }
            do throws(FileError) {
                try supply.prepare()
            } catch {
                fail(.fileFailed(error))
            }
            if supply.wantsPreparation {
                let retry = DispatchTimeInterval.milliseconds(Self.spaceRetryMilliseconds)
                supplyQueue.asyncAfter(deadline: .now() + retry) { [weak self] in
                    self?.prepareSegment()
                }
            }
            let wakes = inbox.withLock { inbox in
                defer { inbox.parkedForSpace = false }
                return inbox.parkedForSpace
            }
            if wakes { sequencerQueue.async { [weak self] in self?.runSequencer() } }
        }
    }

    /// Stops all writing after an error whose effect on the disk is unknown.
    func fail(_ error: JournalError) {
        if markFailed() { onFatal(error) }
    }

    /// From here on nothing is written. Returns whether this was the first failure.
    func markFailed() -> Bool {
        waiting.withLock { waiting in
            defer { waiting.hasFailed = true }
            return !waiting.hasFailed
        }
    }
}
