internal import Domain
internal import Ground

/// What a backup holds.
public struct BackupReport: Sendable, Hashable {
    /// The last record in it.
    public var sequence: UInt64 = 0
    public var segmentCount = 0
    /// Bytes of the segment files.
    public var byteCount = 0
    /// The ledger's state at that record: what `Journal.inspect` of the restored copy says.
    public var stateHash = LedgerHash(sequence: 0, bytes: [])
}

/// Copies a running journal up to one durable batch into another folder.
///
/// Segments are only ever appended to and the mark names bytes that are durable, so nothing has to
/// stop: every byte up to the mark is copied, zeros stand behind it. The copy is then read back
/// whole, every checksum and every link of the chain, before the witness is written, last: a folder
/// without one does not open, so half a backup is never taken for one. Checkpoints are left out;
/// they are rebuilt from the journal. Thread: the checkpoint queue, which may wait for a disk.
struct Backup {
    /// Copied in pieces of this size. Reason: large enough for a disk, small enough to keep.
    private static let pieceBytes = 4 << 20

    let source: any FileSystem
    let target: any FileSystem
    let identity: UInt64
    let segmentBytes: Int

    /// Copies everything up to `mark` and seals the copy.
    ///
    /// Errors: `.backupTargetNotEmpty`, `.fileFailed`; `.damaged` and its kin when what was read
    /// back is not what the chain says, because the source is damaged.
    func run(upTo mark: DurableMark) throws(JournalError) -> BackupReport {
        var report = BackupReport()
        report.sequence = mark.sequence
        var numbers: [UInt64] = []
        let isEmpty: Bool
        do throws(FileError) {
            isEmpty = try target.list().allSatisfy { $0 == "lock" }
        } catch {
            throw .fileFailed(error)
        }
        guard isEmpty else { throw .backupTargetNotEmpty }
        do throws(FileError) {
            numbers = try source.list().compactMap { SegmentFormat.number(name: $0) }.sorted()
                .filter { $0 <= mark.segment }
            for number in numbers {
                try copy(number, upTo: number == mark.segment ? mark.offset : segmentBytes)
            }
        } catch {
            throw .fileFailed(error)
        }
        report.segmentCount = numbers.count
        report.byteCount = numbers.count * segmentBytes
        try verify(numbers, mark)
        do throws(FileError) {
            try Witness.create(in: target, identity: identity, naming: mark)
        } catch {
            throw .fileFailed(error)
        }
        return report
    }

    private func copy(_ number: UInt64, upTo end: Int) throws(FileError) {
        let name = SegmentFormat.name(number)
        let from = try source.open(name)
        let to = try target.create(
            name, byteCount: segmentBytes,
            start: try from.read(at: 0, count: SegmentFormat.headerBytes))
        var offset = SegmentFormat.headerBytes
        while offset < end {
            let piece = try from.read(at: offset, count: min(Self.pieceBytes, end - offset))
            try to.write(piece, at: offset)
            offset += piece.count
        }
        try to.sync()
    }

    /// Reads the copy as start-up would, from the first record to the mark.
    private func verify(_ numbers: [UInt64], _ mark: DurableMark) throws(JournalError) {
        var scanner = SegmentScanner(
            files: target, identity: identity, segments: numbers, from: .start,
            witnessedSequence: mark.sequence)
        while try scanner.next() != nil {}
        guard scanner.mark == mark else {
            throw .damaged(
                segment: scanner.mark.segment, offset: scanner.mark.offset,
                problem: "the copy ends at record \(scanner.mark.sequence)")
        }
    }
}
