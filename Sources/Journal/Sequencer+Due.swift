internal import Domain
internal import Ground
internal import Limits

/// What the sequencer does of its own: records for times that have come, and the counting of new
/// portfolio limits.
extension Sequencer {
    /// When the next such time comes; nil when none is set or a clock jump froze expiry.
    var nextDueMicros: Int64? { time.isFrozen ? nil : ledger.nextDueMicros }

    /// Adds the records of at most `limit` times that have come: holds that expire, and what lines
    /// and subjects waited for. None is begun once the batch has `bytes`. Says whether there are
    /// more.
    mutating func takeDue(
        _ reading: ClockReading, limit: Int = Sequencer.sliceCountMax, bytes: Int = .max,
        into batch: inout SequencedBatch
    ) -> Bool {
        let now = time.observe(reading)
        guard !time.isFrozen else { return false }
        for _ in 0..<limit {
            guard batch.byteCount < bytes, let work = ledger.firstDue(atMicros: now) else { break }
            make(work, timeMicros: now, into: &batch)
        }
        // Also while the ledger needs more looks to know what is first.
        return ledger.firstDue(atMicros: now) != nil || (ledger.nextDueMicros ?? .max) <= now
    }

    /// Adds the record of one step of a portfolio limit that is counting: at most 512 lines, and
    /// few of those that have many holds, so that it goes between proposals. Says whether there is
    /// more to count.
    @discardableResult
    mutating func countNext(_ reading: ClockReading, into batch: inout SequencedBatch) -> Bool {
        guard let work = ledger.countingWork else { return false }
        make(work, timeMicros: time.observe(reading), into: &batch)
        return isCounting
    }

    /// Whether `countNext` has something to do.
    var isCounting: Bool { ledger.countingWork != nil }

    private mutating func make(
        _ work: DueWork, timeMicros: Int64, into batch: inout SequencedBatch
    ) {
        let bytesMax = recordBytesMax
        let stamp = LedgerStamp(
            tenant: work.tenant, tenantSequence: tenantSequences[work.tenant] + 1,
            sequence: lastSequence + 1, timeMicros: timeMicros, expiryMicros: time.expiryMicros)
        let result =
            if case .countPortfolioLimit(let id) = work.operation {
                ledger.countNext(id, stamp: stamp) {
                    RecordFormat.byteCountMax(bodyCount: 0, $0) <= bytesMax
                }
            } else {
                ledger.apply(.one(work.operation), stamp: stamp)
            }
        precondition(result.outcome == .done, "what is due takes effect, or it would stay due")
        let record = DurableRecord(
            type: work.recordType, tenant: work.tenant, sequence: stamp.sequence,
            tenantSequence: stamp.tenantSequence, timeMicros: timeMicros, keyID: 0,
            outcome: result.outcome, subject: work.subject, effects: result.effects, body: [])
        var made = SequencedRecord(
            record: record, requestKey: .zero, fingerprint: .zero,
            previous: PreviousSequences(result), previousOfSubject: 0, alternative: 0)
        append(&made, to: &batch)
    }
}

extension DurableRecord {
    /// The last number that the record takes of its tenant's sequence.
    var lastTenantSequence: UInt64 { tenantSequence + UInt64(tenantSequenceCount) - 1 }
}

extension PreviousSequences {
    /// As the ledger says.
    init(_ result: LedgerResult) {
        self.init(
            line: result.previousOfLine, otherLines: result.previousOfOtherLines,
            cells: result.previousOfCells)
    }
}
