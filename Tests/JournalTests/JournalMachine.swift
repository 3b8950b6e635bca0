import Domain
import Ground

@testable import Journal

/// A store that forgets what was not flushed when it crashes.
final class ForgetfulStore: Store {
    private struct Maps: Sendable {
        var current: [[UInt8]: [UInt8]] = [:]
        var flushed: [[UInt8]: [UInt8]] = [:]
    }
    private let maps = Lock(Maps())

    func crash() { maps.withLock { $0.current = $0.flushed } }
    func get(_ key: [UInt8]) throws(StoreError) -> [UInt8]? { maps.withLock { $0.current[key] } }
    func write(_ changes: [StoreChange]) throws(StoreError) {
        maps.withLock { maps in
            for change in changes {
                switch change {
                case .put(let key, let value): maps.current[key] = value
                case .delete(let key): maps.current[key] = nil
                }
            }
        }
    }
    func scan(prefix: [UInt8], _ body: ([UInt8], [UInt8]) -> Bool) throws(StoreError) {
        let rows = maps.withLock { $0.current.filter { $0.key.starts(with: prefix) } }
        for row in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard body(row.key, row.value) else { return }
        }
    }
    func flush() throws(StoreError) { maps.withLock { $0.flushed = $0.current } }
}

/// Random proposals of three tenants over a simulated time: every kind of operation, unknown ids,
/// refusals and repeats among them.
struct ProposalStream {
    var random: RandomSource
    var nextTicket: UInt64 = 1
    var wallMicros: Int64 = 1_700_000_000_000_000
    /// Per tenant, the highest number it has: ids to choose from.
    var numbers: [UInt32: UInt64] = [:]

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func next() -> Proposal {
        let tenant = UInt32.random(in: 1...3, using: &random)
        wallMicros += Int64.random(in: 0...2_000_000, using: &random)
        var maker = ProposalMaker()
        maker.tenant = TenantID(tenant)
        let ticket = nextTicket
        nextTicket += 1
        let id = UInt64.random(in: 1...max(2, (numbers[tenant] ?? 1) + 1), using: &random)
        let amount = Int64.random(in: 1...400, using: &random)
        let subject = UInt64.random(in: 1...40, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            return maker.open(ticket, limitMinor: 1_000)
        case 1...5:
            maker.expiresAtMicros = wallMicros + Int64.random(in: 1...60_000_000, using: &random)
            return maker.reserve(ticket, line: min(id, 6), amountMinor: amount)
        case 6:
            return maker.proposal(
                ticket, .holdCommitted,
                [
                    .commit(
                        hold: HoldID(id), amountMinor: amount, currency: euro,
                        keepsRest: Bool.random(using: &random))
                ], subject: subject)
        case 7:
            return maker.proposal(
                ticket, .holdReleased, [.release(hold: HoldID(id))], subject: subject)
        case 8:
            return maker.proposal(
                ticket, .repaid,
                [
                    .repay(
                        line: LineID(min(id, 6)), amountMinor: amount, currency: euro,
                        waterfall: .usual)
                ],
                subject: subject)
        default:
            let body = [UInt8](repeating: 7, count: Int.random(in: 0...900, using: &random))
            return maker.proposal(ticket, .featuresPut, [], subject: subject, body: body)
        }
    }
}

/// The journal without its queues: the same sequencer, writer, checkpointer and recovery, driven
/// step by step.
struct JournalMachine {
    let files: SimulatedFileSystem
    let store: any Store
    let configuration: JournalConfiguration
    var parts: Recovery.Result

    static func configuration() -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: "")
        configuration.segmentBytes = 64 << 10
        configuration.requestCountMax = 300
        configuration.endedHoldCountMax = 20
        configuration.guardSlotsLog2 = 10
        configuration.subjectSlotsLog2 = 10
        return configuration
    }

    init(
        files: SimulatedFileSystem, store: any Store,
        configuration: JournalConfiguration = Self.configuration()
    ) throws {
        self.files = files
        self.store = store
        self.configuration = configuration
        parts = try Self.recover(files, store, configuration)
    }

    static func recover(
        _ files: SimulatedFileSystem, _ store: any Store,
        _ configuration: JournalConfiguration = Self.configuration()
    ) throws(JournalError) -> Recovery.Result {
        try Recovery(
            files: files, store: store, configuration: configuration, projections: [],
            participants: [], newIdentity: 42
        ).run()
    }

    /// What the sequencer makes of some proposals, after the expiries that are due.
    mutating func sequence(_ proposals: [Proposal], wallMicros: Int64) -> SequencedBatch {
        let reading = ClockReading(wallMicros: wallMicros, bootMicros: wallMicros)
        var batch = SequencedBatch()
        _ = parts.sequencer.takeDue(reading, limit: 4, into: &batch)
        for proposal in proposals where batch.byteCount < configuration.batchBytesSoft {
            parts.sequencer.take(proposal, reading: reading, into: &batch)
            lookUp(reading, &batch)
        }
        return batch
    }

    /// What the look-up queue does: searches the store, and brings back what is not there.
    private mutating func lookUp(_ reading: ClockReading, _ batch: inout SequencedBatch) {
        while let proposal = batch.lookUps.popLast() {
            let found = try? RequestRuns(store: store).find(
                RequestEntry.tag(proposal.requestKey, tenant: proposal.tenant),
                statedMicros: RequestKey.statedMicros(proposal.requestKey),
                nowMicros: parts.writer.mark.timeMicros)
            if let found {
                batch.verdicts.append(Verdict(proposal, repeats: found))
            } else {
                parts.sequencer.take(proposal, reading: reading, into: &batch)
            }
        }
    }

    /// What the archive queue does.
    mutating func archiveRequests() throws {
        let durable = parts.writer.mark.sequence
        while let offer = parts.sequencer.requests.table.offer(durableSequence: durable) {
            try RequestRuns(store: store).put(offer)
            parts.sequencer.requests.table.archived(offer)
        }
    }

    /// Makes a batch durable and applies it, as committer and publisher do.
    mutating func commit(_ batch: SequencedBatch) throws(FileError) {
        guard !batch.records.isEmpty else { return }
        try parts.supply.prepare()
        let begun = try parts.writer.append(batch.records)
        if let begun {
            try parts.reader.note(
                segment: begun, firstSequence: batch.records[0].record.sequence)
        }
        for made in batch.records {
            parts.view.publish(made.record)
            parts.tenants.append(made.record)
        }
    }
}
