internal import Domain
internal import Ground

/// Appends batches to the segments: one write and one sync each.
///
/// Thread: the committer queue. After any thrown error nothing may be written any more: whether
/// the batch is in the journal is unknown until recovery reads it.
final class JournalWriter {
    /// Under steady load the witness is synced with every so many batches; idle time syncs it at
    /// once. Reason: one sync more in 256.
    private static let witnessSyncBatches = 256

    private let supply: SegmentSupply
    private let witness: Witness
    private let encoder = BatchEncoder()
    private let identity: UInt64
    private let segmentBytes: Int
    private var file: any JournalFile
    private var batchesSinceWitnessSync = 0
    /// The last durable batch.
    private(set) var mark: DurableMark
    /// The segment being written, and where the next batch goes.
    private(set) var segment: UInt64
    private(set) var offset: Int

    init(
        file: any JournalFile, mark: DurableMark, supply: SegmentSupply, witness: Witness,
        segmentBytes: Int
    ) {
        self.file = file
        self.mark = mark
        self.supply = supply
        self.witness = witness
        self.segmentBytes = segmentBytes
        identity = witness.journalIdentity
        segment = mark.segment
        offset = mark.offset
    }

    /// Makes the records durable. Says the number of a segment it began, if it did.
    func append(_ records: [SequencedRecord]) throws(FileError) -> UInt64? {
        precondition(records.first?.record.sequence == mark.sequence + 1, "no gap in the journal")
        let hash = encoder.encode(records, previous: mark.hash, identity: identity)
        let byteCount = encoder.writer.count
        var begun: UInt64?
        precondition(
            SegmentFormat.headerBytes + byteCount <= segmentBytes, "a batch fits a segment")
        if offset + byteCount > segmentBytes {
            let next = supply.take()
            segment = next.number
            file = next.file
            offset = SegmentFormat.headerBytes
        }
        if offset == SegmentFormat.headerBytes { begun = segment }
        try encoder.writer.withSpan { (span) throws(FileError) in
            try file.write(span, at: offset)
        }
        // Trailing: this names the batch before, which is durable.
        try witness.write(mark)
        try file.sync()
        let start = offset
        offset += byteCount
        let last = records[records.count - 1].record
        mark = DurableMark(
            sequence: last.sequence, hash: hash, segment: segment, start: start,
            offset: offset,
            timeMicros: last.timeMicros)
        supply.note(bytesLeft: segmentBytes - offset)
        batchesSinceWitnessSync += 1
        if batchesSinceWitnessSync >= Self.witnessSyncBatches { try settleWitness() }
        return begun
    }

    /// Writes and syncs the witness: when idle, and at the end.
    func settleWitness() throws(FileError) {
        guard batchesSinceWitnessSync > 0 || witness.written != mark else { return }
        try witness.write(mark)
        try witness.sync()
        batchesSinceWitnessSync = 0
    }
}
