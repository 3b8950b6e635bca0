internal import Ground

/// What the rows of lines, holds and subjects take, in bytes: pages and indexes as they were
/// allocated, room to grow included.
public struct LedgerMemory: Sendable, Equatable {
    /// 136 a line.
    public var lineRows: Int
    /// From a line's id, 5.3 to 8 a line.
    public var lineIndex: Int
    /// From a subject to its newest line, 5.3 to 8 a subject with a line.
    public var subjectIndex: Int
    /// 80 a hold.
    public var holdRows: Int
    /// From a hold's id, 5.3 to 8 a hold.
    public var holdIndex: Int
    /// Rows that were ahead of the disk at a time: some megabytes, whatever the lines.
    public var inFlight: Int
}

extension LedgerRows {
    /// The memory of all rows. Complexity: O(parts of the indexes), some 10 us. Thread: any.
    public var memory: LedgerMemory {
        let ofLines = lines.byteCounts
        let ofHolds = holds.byteCounts
        let ofSubjects = subjects.byteCounts
        let subjectIndex = subjectLines.reduce(0) { sum, part in
            sum + part.lock.withLock { part.index.byteCount }
        }
        return LedgerMemory(
            lineRows: ofLines.rows, lineIndex: ofLines.index, subjectIndex: subjectIndex,
            holdRows: ofHolds.rows, holdIndex: ofHolds.index,
            inFlight: ofLines.inFlight + ofHolds.inFlight + ofSubjects.inFlight)
    }
}
