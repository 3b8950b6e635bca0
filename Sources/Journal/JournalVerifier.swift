internal import Domain
internal import Glibc
internal import Ground

/// What verifying a stopped journal found.
public struct VerificationReport: Sendable {
    /// Records read, every one with its checksum, its place in the chain and both its hashes.
    public var recordCount: UInt64
    /// The last record of the checkpoint; 0 when there was none.
    public var checkpointSequence: UInt64
    /// Bytes of an unfinished last batch; nobody was told that it was durable.
    public var tornTailBytes: Int
    /// Lines of every status.
    public var lineCount: Int
    /// Holds that still take something.
    public var openHoldCount: Int
    /// How many balances, rows or states do not agree. 0 is what an operator wants to see.
    public var differenceCount: Int
    /// The first hundred of them, a line each.
    public var differences: [String]
    /// `LedgerHash` after the last record, hexadecimal, as a running server tells it.
    public var stateHash: String
}

/// Reads a stopped data directory from its first record to its last and changes nothing in it.
///
/// Three accounts of it must agree: the state rebuilt from all records, the state rebuilt from the
/// checkpoint and the records after it, and the balances added up by `BalanceBook`. The lock of the
/// directory is held meanwhile. Complexity: every byte of the journal twice, every row three times
/// in memory. Thread: any.
public enum JournalVerifier {
    /// Verifies the journal in `directory`; `identity` is what its secret says, nil takes any.
    ///
    /// Errors: see `JournalError`; damage says the segment and the byte.
    public static func verify(
        directory: String, identity: UInt64?
    ) throws(JournalError) -> VerificationReport {
        // Looked at first, because taking the lock would make the directory.
        guard unsafe access(directory, F_OK) == 0 else {
            throw .fileFailed(FileError(call: "open", name: directory, code: errno))
        }
        let files = try PosixFileSystem(directory: directory)
        var store: (any Store)?
        let path = directory + "/store"
        if unsafe access(path, F_OK) == 0 {
            do throws(StoreError) {
                store = try RocksStore(path: path, isReadOnly: true)
            } catch {
                throw .storeFailed(error.problem)
            }
        }
        return try verify(files: files, store: store, identity: identity)
    }

    /// The same over any file system; without a store there is no checkpoint to compare with.
    static func verify(
        files: any FileSystem, store: (any Store)?, identity: UInt64?,
        configuration: JournalConfiguration = JournalConfiguration(directory: "")
    ) throws(JournalError) -> VerificationReport {
        let files = ReadOnlyFileSystem(files)
        var configuration = configuration
        configuration.identity = identity
        configuration.segmentBytes = try segmentBytes(files)
        var fromCheckpoint: (hash: SHA256Digest, report: RecoveryReport)?
        if let store {
            let restored = try recover(files, ReadOnlyStore(store), configuration)
            fromCheckpoint = (restored.sequencer.stateHash(), restored.report)
        }
        let whole = try recover(files, MemoryStore(), configuration)
        var book = try addUp(whole)
        book.compare(with: whole.sequencer.ledger)
        let hash = whole.sequencer.stateHash()
        let ledgerHash = LedgerHash(
            whole.sequencer.ledger, sequence: whole.sequencer.lastSequence)
        if let fromCheckpoint, fromCheckpoint.hash != hash {
            book.note("the state from the checkpoint differs from the state from all records")
        }
        return VerificationReport(
            recordCount: whole.report.lastSequence,
            checkpointSequence: fromCheckpoint?.report.checkpointSequence ?? 0,
            tornTailBytes: whole.report.tornTailBytes, lineCount: book.lineCount,
            openHoldCount: book.openHoldCount, differenceCount: book.differenceCount,
            differences: book.differences, stateHash: ledgerHash.text)
    }

    /// What the first segment says of itself and all others.
    private static func segmentBytes(_ files: any FileSystem) throws(JournalError) -> Int {
        var first: UInt64?
        var bytes: [UInt8] = []
        do throws(FileError) {
            first = try files.list().compactMap { SegmentFormat.number(name: $0) }.min()
            if let first {
                let file = try files.open(SegmentFormat.name(first))
                bytes = try file.read(at: 0, count: SegmentFormat.headerBytes)
            }
        } catch {
            throw .fileFailed(error)
        }
        guard let first else { throw .segmentMissing(0) }
        return try SegmentFormat.read(bytes, number: first).segmentBytes
    }

    /// A start without projections: they are the service's, and not the journal's to know.
    private static func recover(
        _ files: any FileSystem, _ store: any Store, _ configuration: JournalConfiguration
    ) throws(JournalError) -> Recovery.Result {
        try Recovery(
            files: files, store: store, configuration: configuration, projections: [],
            participants: [], newIdentity: 0
        ).run()
    }

    /// Reads every record once more, verifies its hashes, and adds the balances up.
    private static func addUp(_ recovered: Recovery.Result) throws(JournalError) -> BalanceBook {
        var book = BalanceBook()
        var batch: LoadedBatch?
        var sequence: UInt64 = 1
        while sequence <= recovered.report.lastSequence {
            let stored = try recovered.reader.read(sequence: sequence, keeping: &batch)
            book.take(stored.sequenced.record)
            sequence += 1
        }
        return book
    }
}
