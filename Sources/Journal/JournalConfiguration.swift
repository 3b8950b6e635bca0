/// Where checkpoints and indexes are kept.
public enum StoreKind: Sendable {
    /// RocksDB, its own log switched off, in the folder `store` of the data directory.
    case rocksDB
    /// Memory only: every start replays the whole journal.
    case inMemory
}

/// What a journal is opened with.
public struct JournalConfiguration: Sendable {
    /// The data directory; made when it is not there.
    public var directory: String
    /// Size of every segment file, a multiple of 64 KiB. Fixed when the journal is made.
    public var segmentBytes = 64 << 20
    /// Where checkpoints and indexes are kept.
    public var store = StoreKind.rocksDB
    /// What every file of the journal must carry; nil takes any, and makes a random one.
    public var identity: UInt64?
    /// A checkpoint is made after this many records; `Int.max` here and below leaves it
    /// to `checkpoint()`.
    public var checkpointEveryRecords = 1_000_000
    /// And after this many operations: a record may be a batch of 8,000, and what a start replays
    /// is operations, some 1 us each.
    public var checkpointEveryOperations = 8_000_000
    /// Requests remembered in memory, 23 bytes each; older ones are looked for on disk. At most 20
    /// million.
    public var requestCountMax = JournalConfiguration.requestCountLimit
    /// For how long after its own time a request's id is taken, 24 to 168 hours.
    public var requestWindowHours = 24
    /// Requests that one tenant may make inside that window. Reason: 2,300 a second all day, any
    /// peak within; a tenant that makes more would push all others' requests out of memory and
    /// costs 20 bytes of disk for each, for 400 days, beside the record itself.
    public var requestsPerTenantMax = 200_000_000
    /// Ended holds kept readable in memory.
    public var endedHoldCountMax = 1_048_576
    /// Slots of the guard table and of the subject chains, powers of two: 8 bytes each.
    public var guardSlotsLog2 = 20
    /// See `guardSlotsLog2`.
    public var subjectSlotsLog2 = 20

    /// Reason: 454 MB of table; more belongs on disk.
    public static let requestCountLimit = 20_000_000

    /// The defaults above in `directory`.
    public init(directory: String) {
        self.directory = directory
    }

    /// A batch never exceeds this: a quarter of a segment. Reason: the space gate needs room for
    /// the batches in flight, and a record of 8,000 operations under many portfolio limits takes
    /// some megabytes.
    var batchBytesMax: Int { segmentBytes / 4 }

    /// A batch takes no further record once it is this long. Reason: 1 MiB is where a synced write
    /// stops being latency and starts being bandwidth.
    var batchBytesSoft: Int { min(1 << 20, segmentBytes / 16) }

    /// The longest record, bytes, by the bound of its length. Reason: behind a batch that was about
    /// to stop growing it still makes none that is too long.
    var recordBytesMax: Int {
        batchBytesMax - batchBytesSoft - BatchFormat.headerBytes - BatchFormat.sectorBytes
    }

    /// The longest body of a record, bytes; longer ones are the caller's bug.
    public var bodyBytesMax: Int { segmentBytes / 16 - 2_304 }
}
