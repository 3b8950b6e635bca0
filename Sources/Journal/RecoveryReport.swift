/// What opening a journal found.
public struct RecoveryReport: Sendable, Hashable {
    /// Records read after the checkpoint.
    public var recordsReplayed: UInt64 = 0
    /// The last record of the checkpoint; 0 when there was none.
    public var checkpointSequence: UInt64 = 0
    /// The last durable record.
    public var lastSequence: UInt64 = 0
    /// Bytes of an unfinished last batch that were cut; nobody was told that it was durable.
    public var tornTailBytes = 0
    /// Time from the first byte read to ready.
    public var seconds: Double = 0
}
