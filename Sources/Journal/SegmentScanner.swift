internal import Domain
internal import Ground

/// Reads batches forward from a durable mark, checking checksum, chain and sequence of each.
///
/// A batch that is wrong is a **torn tail** when nothing good follows it (one batch at most is in
/// flight, so only the last can be torn), and **damage** otherwise. Thread: recovery.
struct SegmentScanner {
    private let files: any FileSystem
    private let identity: UInt64
    private let segments: [UInt64]
    /// The last record that the witness knows to be durable: nothing up to it is ever cut.
    private let witnessedSequence: UInt64
    private let hasher = SHA256Hasher()
    private var bytes: [UInt8] = []
    private var loaded: UInt64?
    /// The segment that was loaded before, because the end of the journal is looked at from both
    /// sides of a segment's border.
    private var before: (segment: UInt64, bytes: [UInt8])?
    /// The last good batch.
    private(set) var mark: DurableMark
    /// Bytes after the last good batch that are neither a batch nor zeros.
    private(set) var tornBytes = 0

    init(
        files: any FileSystem, identity: UInt64, segments: [UInt64], from mark: DurableMark,
        witnessedSequence: UInt64
    ) {
        self.files = files
        self.identity = identity
        self.segments = segments
        self.mark = mark
        self.witnessedSequence = witnessedSequence
    }

    /// The records of the next good batch; nil at the journal's end.
    ///
    /// Errors: `.damaged`, `.segmentMissing`, `.fileFailed`.
    mutating func next() throws(JournalError) -> [StoredRecord]? {
        try load(mark.segment)
        if let found = try batch(at: mark.offset, segment: mark.segment) { return found }
        // The segment's rest is zeros or torn; a following segment may go on.
        let following = mark.segment + 1
        if segments.contains(following) {
            let rest = mark.offset
            let torn = tornCount(from: rest)
            let segment = mark.segment
            if torn > 0, hasLaterBatch(from: rest) {
                throw .damaged(segment: segment, offset: rest, problem: "wrong checksum")
            }
            try load(following)
            if let found = try batch(at: SegmentFormat.headerBytes, segment: following) {
                guard torn == 0 else {
                    throw .damaged(segment: segment, offset: rest, problem: "not a batch")
                }
                return found
            }
            if tornCount(from: SegmentFormat.headerBytes) > 0 {
                if hasLaterBatch(from: SegmentFormat.headerBytes) {
                    throw damageBefore(following, in: segment, at: rest, torn: torn)
                }
                // The roll-over's first batch was torn: cut it there.
                try cut(segment: following, from: SegmentFormat.headerBytes)
                try load(segment)
                if torn > 0 {
                    throw .damaged(segment: segment, offset: rest, problem: "not a batch")
                }
                return nil
            }
            try load(segment)
        }
        if tornCount(from: mark.offset) > 0 {
            if hasLaterBatch(from: mark.offset) {
                throw .damaged(
                    segment: mark.segment, offset: mark.offset, problem: "wrong checksum")
            }
            try cut(segment: mark.segment, from: mark.offset)
        }
        return nil
    }

    /// Checks that the journal still holds what the mark stands for: in the mark's segment every
    /// batch up to it is whole, and the last of them is the one it names.
    ///
    /// A checkpoint holds the state of those batches, so without this a journal that lost them
    /// would open, and could never be rebuilt. Complexity: one checksum over the segment.
    /// Errors: `.damaged`, `.shorterThanWitness`, `.segmentMissing`, `.fileFailed`.
    mutating func confirmMark() throws(JournalError) {
        let wanted = mark
        guard wanted.sequence > 0 else { return }
        try load(wanted.segment)
        var offset = SegmentFormat.headerBytes
        var lastSequence = wanted.sequence
        while offset < wanted.offset {
            guard let header = good(at: offset) else {
                guard tornCount(from: offset) > 0 else {
                    throw .shorterThanWitness(
                        durableSequence: lastSequence, witnessSequence: wanted.sequence)
                }
                throw .damaged(segment: wanted.segment, offset: offset, problem: "wrong checksum")
            }
            lastSequence = header.lastSequence
            // As if the scan had come here from the start: then `batch` computes the hash.
            mark.sequence = header.firstSequence &- 1
            mark.hash = header.previous
            mark.offset = offset
            offset += BatchFormat.padded(header.byteCount)
        }
        _ = try batch(at: mark.offset, segment: wanted.segment)
        guard mark == wanted else {
            throw .damaged(
                segment: wanted.segment, offset: wanted.offset,
                problem: "the checkpoint names another batch")
        }
    }

    private mutating func load(_ segment: UInt64) throws(JournalError) {
        guard loaded != segment else { return }
        guard segments.contains(segment) else { throw .segmentMissing(segment) }
        let earlier = before
        if let loaded { before = (loaded, bytes) }
        bytes = []
        if let earlier, earlier.segment == segment {
            bytes = earlier.bytes
        } else {
            do throws(FileError) {
                let file = try files.open(SegmentFormat.name(segment))
                bytes = try file.read(at: 0, count: file.byteCount)
            } catch {
                throw .fileFailed(error)
            }
        }
        loaded = segment
    }

    /// The batch at `offset` if it is good and the next one; moves the mark behind it.
    private mutating func batch(
        at offset: Int, segment: UInt64
    ) throws(JournalError) -> [StoredRecord]? {
        guard let header = good(at: offset), header.firstSequence == mark.sequence + 1 else {
            return nil
        }
        guard header.previous == mark.hash else {
            throw .damaged(segment: segment, offset: offset, problem: "the hash chain is broken")
        }
        let records: [StoredRecord]
        do throws(ByteReaderError) {
            records = try header.records(in: bytes, at: offset)
        } catch {
            throw .damaged(segment: segment, offset: error.offset, problem: error.problem)
        }
        BatchFormat.beginHash(
            hasher, previous: mark.hash, firstSequence: header.firstSequence,
            recordCount: header.recordCount)
        for record in records { hasher.update(bytes[record.trailer]) }
        mark = DurableMark(
            sequence: header.lastSequence, hash: hasher.finish(), segment: segment, start: offset,
            offset: offset + BatchFormat.padded(header.byteCount),
            timeMicros: records[records.count - 1].sequenced.record.timeMicros)
        return records
    }

    /// The header at `offset` when its batch is whole.
    private func good(at offset: Int) -> BatchHeader? {
        guard offset + BatchFormat.headerBytes <= bytes.count,
            let header = BatchHeader(
                bytes[offset..<offset + BatchFormat.headerBytes], identity: identity),
            offset + header.byteCount <= bytes.count,
            header.verifies(bytes[offset..<offset + header.byteCount])
        else { return nil }
        return header
    }

    /// Bytes from `offset` to the last one that is not zero.
    private func tornCount(from offset: Int) -> Int {
        unsafe bytes.withUnsafeBytes { raw in
            var end = raw.count
            // Eight at a time while they last: a segment's rest is millions of zeros.
            while end - 8 >= offset,
                unsafe raw.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0
            { end -= 8 }
            while end > offset, unsafe raw[end - 1] == 0 { end -= 1 }
            return end - offset
        }
    }

    /// Whether a good later batch stands behind `offset`: then what is there is no torn tail.
    private func hasLaterBatch(from offset: Int) -> Bool {
        stride(from: offset, to: bytes.count, by: BatchFormat.sectorBytes).contains { place in
            good(at: place).map { $0.firstSequence > mark.sequence + 1 } ?? false
        }
    }

    /// The place to name when later batches stand in `following`, which is loaded: where that
    /// segment begins badly, or where the one before it ends too early.
    private func damageBefore(
        _ following: UInt64, in segment: UInt64, at rest: Int, torn: Int
    ) -> JournalError {
        let start = SegmentFormat.headerBytes
        if torn > 0 {
            return .damaged(segment: segment, offset: rest, problem: "wrong checksum")
        }
        return good(at: start) == nil
            ? .damaged(segment: following, offset: start, problem: "wrong checksum")
            : .damaged(segment: segment, offset: rest, problem: "its end is missing")
    }

    /// Zeroes the torn bytes, so that they never look like something again.
    ///
    /// Errors: `.shorterThanWitness` when durable records stood there; they are left as they are,
    /// for whoever repairs the file.
    private mutating func cut(segment: UInt64, from offset: Int) throws(JournalError) {
        guard mark.sequence >= witnessedSequence else {
            throw .shorterThanWitness(
                durableSequence: mark.sequence, witnessSequence: witnessedSequence)
        }
        let count = tornCount(from: offset)
        tornBytes += count
        do throws(FileError) {
            let file = try files.open(SegmentFormat.name(segment))
            try file.write([UInt8](repeating: 0, count: count), at: offset)
            try file.sync()
        } catch {
            throw .fileFailed(error)
        }
        for index in offset..<offset + count { bytes[index] = 0 }
    }
}
