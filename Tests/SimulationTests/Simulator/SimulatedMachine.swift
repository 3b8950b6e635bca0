import Domain
import Ground
import Limits

@testable import Journal

/// What the sequencer was given, and what it said, in its order.
struct SequencedEvent {
    enum Kind {
        /// A request and its answer.
        case request(Proposal, Verdict.Answer)
        /// A record of the sequencer's own: a time that came, a step of a scan.
        case own
    }
    var kind: Kind
    /// The record that it made, if it made one.
    var made: SequencedRecord?
    /// The wall clock's reading, then journal time.
    var wallMicros: Int64
    var timeMicros: Int64
    var expiryMicros: Int64
}

/// A run of the sequencer: one batch of the journal.
struct SequencedRun {
    var batch = SequencedBatch()
    var events: [SequencedEvent] = []
    /// Requests to be looked for on disk.
    var lookUps: [Proposal] = []
}

/// The journal without its queues: the same sequencer, writer, publisher, checkpointer and
/// recovery, driven step by step on files and a store that lose, tear and fail.
struct SimulatedMachine {
    let files: SimulatedFileSystem
    let store: SimulatedStore
    let configuration: JournalConfiguration
    let sabotage: Sabotage?
    var parts: Recovery.Result
    private var publishedCount = 0

    static func configuration() -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: "")
        configuration.segmentBytes = 512 << 10
        configuration.endedHoldCountMax = 200
        configuration.requestCountMax = 1_000
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        return configuration
    }

    /// Starts on what the files hold.
    init(
        files: SimulatedFileSystem, store: SimulatedStore, sabotage: Sabotage?
    ) throws(JournalError) {
        self.files = files
        self.store = store
        self.sabotage = sabotage
        configuration = Self.configuration()
        parts = try Self.recover(files, store)
    }

    static func recover(
        _ files: SimulatedFileSystem, _ store: any Store
    ) throws(JournalError) -> Recovery.Result {
        try Recovery(
            files: files, store: store, configuration: configuration(), projections: [],
            participants: [], newIdentity: 42
        ).run()
    }

    /// Takes what is due, then proposals while the batch has room, as the sequencer's queue does.
    /// `clock` is looked at once.
    mutating func sequence(
        _ inbox: inout [Proposal], countMax: Int, clock: inout NaiveClock, dueCountMax: Int,
        counts: Bool
    ) -> (run: SequencedRun, isMoreDue: Bool) {
        var run = SequencedRun()
        clock.look()
        var isMoreDue = false
        if sabotage != .expiryStops {
            isMoreDue = parts.sequencer.takeDue(
                clock.reading, limit: dueCountMax, into: &run.batch)
        }
        // Between proposals, a step of the scan of a new portfolio limit.
        if counts { _ = parts.sequencer.countNext(clock.reading, into: &run.batch) }
        for made in run.batch.records {
            run.events.append(event(.own, made, clock))
        }
        var taken = 0
        while taken < min(countMax, inbox.count),
            run.batch.byteCount < configuration.batchBytesSoft
        {
            let proposal = inbox[taken]
            taken += 1
            let count = run.batch.records.count
            let answers = run.batch.verdicts.count
            parts.sequencer.take(
                sabotaged(proposal), reading: clock.reading, into: &run.batch)
            guard run.batch.verdicts.count > answers else { continue }
            let answer = run.batch.verdicts[answers].answer
            let made = run.batch.records.count > count ? run.batch.records[count] : nil
            run.events.append(event(.request(proposal, answer), made, clock))
        }
        inbox.removeFirst(taken)
        run.lookUps = run.batch.lookUps
        run.batch.lookUps = []
        return (run, isMoreDue)
    }

    /// Another request to the sequencer, when it is to forget the first.
    private func sabotaged(_ proposal: Proposal) -> Proposal {
        guard sabotage == .requestsForgotten,
            case .recorded = parts.sequencer.requests.place(proposal)
        else { return proposal }
        var other = proposal
        other.requestKey.low ^= 1
        return other
    }

    private func event(
        _ kind: SequencedEvent.Kind, _ made: SequencedRecord?, _ clock: NaiveClock
    ) -> SequencedEvent {
        SequencedEvent(
            kind: kind, made: made, wallMicros: clock.wallMicros, timeMicros: clock.journalMicros,
            expiryMicros: clock.expiryMicros)
    }

    /// Whether a batch may be promised: the space gate.
    func hasRoom() -> Bool {
        if case .open = parts.supply.room { true } else { false }
    }

    /// Makes a batch durable, as the committer does.
    mutating func write(_ batch: SequencedBatch) throws(FileError) {
        guard !batch.records.isEmpty else { return }
        let begun = try parts.writer.append(batch.records)
        if let begun {
            try parts.reader.note(
                segment: begun, firstSequence: batch.records[0].record.sequence)
        }
    }

    /// Lets readers see a durable batch, as the publisher does.
    mutating func publish(_ batch: SequencedBatch) {
        for made in batch.records {
            publishedCount += 1
            // Of records that define nothing: what builds on a definition would trap.
            let skips =
                sabotage == .publishSkips && publishedCount % 50 == 0
                && made.record.effects.isUsual
            if !skips { parts.view.publish(made.record) }
            parts.tenants.append(made.record)
        }
    }

    /// Puts a page of requests into the store when memory is nearly full, as the archive's queue
    /// does. Errors: the store's.
    mutating func archiveRequests(durableSequence: UInt64) throws(StoreError) -> Bool {
        let offer = parts.sequencer.requests.table.offer(durableSequence: durableSequence)
        guard let offer else { return false }
        try RequestRuns(store: store).put(offer)
        parts.sequencer.requests.table.archived(offer)
        return true
    }

    /// Looks for a request on disk, as the look-up queue does. Errors: the store's.
    func lookUp(_ proposal: Proposal, nowMicros: Int64) throws(StoreError) -> UInt64? {
        try RequestRuns(store: store).find(
            RequestEntry.tag(proposal.requestKey, tenant: proposal.tenant),
            statedMicros: RequestKey.statedMicros(proposal.requestKey), nowMicros: nowMicros)
    }

    /// Makes the next segment when one is wanted.
    func prepareSegment() throws(FileError) {
        if parts.supply.wantsPreparation { try parts.supply.prepare() }
    }
}
