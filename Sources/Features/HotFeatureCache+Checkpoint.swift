public import Domain
public import Ground

/// How far the cache is, and what the running checkpoint copies.
struct FeatureProgress {
    /// Rows `first..<first + count` of a shard.
    struct Slice {
        let shard: Int
        let first: Int
        let count: Int
    }

    var appliedSequence: UInt64 = 0
    /// Records up to here are in the loaded checkpoint; nil before one is loaded.
    var loadedSequence: UInt64?
    var blocks: [[Slice]] = []
    var planSequence: UInt64 = 0
}

extension HotFeatureCache: Projection {
    /// Applies `featuresPut` records; others only move the sequence on.
    public func apply(_ record: DurableRecord) {
        let loadedSequence = progress.withLock { $0.loadedSequence ?? 0 }
        if record.type == .featuresPut, record.sequence > loadedSequence {
            for put in FeaturePut.decodeDurable(record.body) {
                self.put(
                    tenant: record.tenant, subject: put.subject, ids: put.ids, values: put.values,
                    asOfMicros: put.asOfMicros, sequence: record.sequence)
            }
        }
        noteApplied(record.sequence)
    }

    /// Says that every record up to `sequence` has been put; checkpoints include up to there.
    public func noteApplied(_ sequence: UInt64) {
        progress.withLock { $0.appliedSequence = max($0.appliedSequence, sequence) }
    }
}

extension HotFeatureCache: CheckpointParticipant {
    /// Reason: 256 is the checkpoint's least; four times that keeps blocks near 8 MiB at most.
    static let blockRowCount = 1_024
    /// Reason: a lock held for four rows of 9 KB stays near 1 us.
    static let copyRowCount = 4
    static let blockFormat: UInt8 = 1

    /// Stable name in the store.
    public var checkpointName: String { "features" }

    /// Freezes which rows the next checkpoint's blocks hold: call it once per checkpoint.
    ///
    /// Rows that arrive later come with records after the sequence that the blocks include.
    public func blockCount() -> Int {
        let sequence = progress.withLock { $0.appliedSequence }
        var blocks: [[FeatureProgress.Slice]] = []
        var open: [FeatureProgress.Slice] = []
        var openRowCount = 0
        for (index, shard) in shards.enumerated() {
            let rowCount = shard.withLock { $0.rows.count }
            for first in stride(from: 0, to: rowCount, by: Self.blockRowCount) {
                let count = min(Self.blockRowCount, rowCount - first)
                open.append(.init(shard: index, first: first, count: count))
                openRowCount += count
                if openRowCount >= 256 {
                    blocks.append(open)
                    open = []
                    openRowCount = 0
                }
            }
        }
        if !open.isEmpty { blocks.append(open) }
        progress.withLock { progress in
            progress.blocks = blocks
            progress.planSequence = sequence
        }
        return blocks.count
    }

    /// Writes the rows of block `index`.
    ///
    /// Format: u8 1, u32 row count, then each row: u32 tenant, subject hash, u64 last sequence,
    /// u16 stamp count, i64 stamps, u16 value count, then u16 feature, u16 stamp, f64 value each.
    public func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (slices, sequence) = progress.withLock { ($0.blocks[index], $0.planSequence) }
        writer.write(Self.blockFormat)
        writer.write(UInt32(slices.reduce(0) { $0 + $1.count }))
        for slice in slices {
            let end = slice.first + slice.count
            for first in stride(from: slice.first, to: end, by: Self.copyRowCount) {
                shards[slice.shard].withLock { shard in
                    for number in first..<min(first + Self.copyRowCount, end) {
                        shard.rows[number].encode(into: &writer)
                    }
                }
            }
        }
        return sequence
    }

    /// Takes a block back. Errors: `ByteReaderError` when the bytes are not a block's.
    public func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        guard try reader.read(UInt8.self) == Self.blockFormat else {
            throw ByteReaderError(offset: 0, problem: "unknown format of a feature block")
        }
        for _ in 0..<(try reader.read(UInt32.self)) {
            let row = try FeatureRow.decode(from: &reader)
            let mix = FeatureShard.mix(row.tenant, row.subject)
            writing[Int(mix & 63)].withLock {
                shard(mix).withLock { $0.load(row, mix: mix) }?.deallocate()
            }
        }
        guard reader.remaining == 0 else {
            throw ByteReaderError(offset: reader.offset, problem: "bytes after a feature block")
        }
        progress.withLock { progress in
            progress.loadedSequence = min(progress.loadedSequence ?? .max, includedSequence)
            progress.appliedSequence = progress.loadedSequence ?? 0
        }
    }

    /// A hash of every row, the same for the same rows whatever the order they came in.
    ///
    /// Complexity: linear in the values; for checkpoints and tests.
    public func stateHash() -> Hash128 {
        var sum = Hash128.zero
        for shard in shards {
            let count = shard.withLock { $0.rows.count }
            for number in 0..<count {
                let hash = shard.withLock { shard in
                    let image = FeatureRowImage(shard.rows[number])
                    return image.hash(
                        tenant: shard.rows[number].tenant, subject: shard.rows[number].subject)
                }
                // Addition does not care for the order in which shards hold their rows.
                sum.high &+= hash.high
                sum.low &+= hash.low
            }
        }
        return sum
    }
}

extension FeatureRowImage {
    func hash(tenant: TenantID, subject: SubjectID) -> Hash128 {
        var hash = SipHash(key: HashKey(first: 0x6665_6174, second: 0x7572_6573))
        hash.append(UInt64(tenant.rawValue))
        hash.append(subject.hash.high)
        hash.append(subject.hash.low)
        hash.append(lastSequence)
        for index in ids.indices {
            hash.append(UInt64(ids[index].rawValue))
            hash.append(values[index].bitPattern)
            hash.append(UInt64(bitPattern: asOfMicros[index]))
        }
        return hash.finish()
    }
}
