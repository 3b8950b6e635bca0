/// What opening a journal found.
public struct RecoveryReport: Sendable, Hashable {
    /// Records read after the checkpoint.
    public var recordsReplayed: UInt64 = 0
    /// Operations of the records behind the checkpoint: what the next start would do again.
    public var operationsReplayed = 0
    /// The last record of the checkpoint; 0 when there was none.
    public var checkpointSequence: UInt64 = 0
    /// The last durable record.
    public var lastSequence: UInt64 = 0
    /// Bytes of an unfinished last batch that were cut; nobody was told that it was durable.
    public var tornTailBytes = 0
    /// What was wrong with a store that was set aside and rebuilt; nil when nothing was.
    public var storeDamage: String?
    /// Time from the first byte read to ready.
    public var seconds: Double = 0
}
