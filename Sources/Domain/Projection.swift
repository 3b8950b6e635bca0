public import Ground

/// State that is rebuilt from the journal: it applies durable records in order.
///
/// Thread: `apply` is called by the journal's publisher only, in sequence order, after the sync and
/// before any caller is answered; readers on other threads are the projection's own business.
public protocol Projection: AnyObject, Sendable {
    /// Applies one record; must skip what a loaded checkpoint block already includes.
    func apply(_ record: DurableRecord)
}

/// State that a checkpoint saves in blocks, each saying which sequence it includes (fuzzy: blocks
/// of one checkpoint may include different sequences; replay skips what is included).
///
/// Thread: `blockCount`, `copyBlock` from the checkpointer's queue at any time; `loadBlock` before
/// the first `apply`.
public protocol CheckpointParticipant: AnyObject, Sendable {
    /// Stable name, part of the store's keys: lower-case letters.
    var checkpointName: String { get }
    /// Blocks there are now. A block holds at least 256 rows unless it is the last.
    func blockCount() -> Int
    /// Writes block `index` and says up to which sequence its rows are complete.
    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64
    /// Takes a block written by `copyBlock` back.
    func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws
}
