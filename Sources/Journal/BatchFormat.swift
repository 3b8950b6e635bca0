internal import Domain
internal import Ground

/// A batch on disk: one synced write, starting on a 512-byte sector and padded to one with zeros,
/// so that a later write never touches a sector that holds acknowledged bytes.
///
///     header, 72 bytes, little-endian
///       0 magic u64 "RISKBAT1"     8 journal's random identity u64
///      16 first sequence u64      24 records u32        28 length without padding u32
///      32 hash of the batch before, 32 bytes
///      64 format u16 = 2          66 zero u16           68 CRC-32C of 0..<68 and 72..<length
///      72 records, one after another (see RecordFormat)
///
/// Hash of a batch = SHA-256 of {hash before 32, first sequence u64, records u32, every trailer}:
/// trailers only, so that a body may be archived or its key destroyed and the chain still stands.
/// The identity keeps anybody who can choose bodies from planting bytes that look like a batch.
enum BatchFormat {
    static let magic: UInt64 = 0x3154_4142_4b53_4952
    static let version: UInt16 = 2
    static let headerBytes = 72
    static let sectorBytes = 512

    /// Rounds up to whole sectors.
    static func padded(_ count: Int) -> Int {
        (count + sectorBytes - 1) / sectorBytes * sectorBytes
    }

    /// Starts a batch's hash: what is before the trailers.
    static func beginHash(
        _ hasher: SHA256Hasher, previous: SHA256Digest, firstSequence: UInt64, recordCount: Int
    ) {
        hasher.begin()
        var start = ByteWriter(capacity: 44)
        start.write(previous)
        start.write(firstSequence)
        start.write(UInt32(recordCount))
        hasher.update(start.bytes[...])
    }
}

/// Turns records into the bytes of a batch, in memory that is kept for the next one.
///
/// Thread: owned by one at a time.
final class BatchEncoder {
    /// The batch encoded last, padding included.
    let writer = PackedWriter(capacity: 1 << 20)
    private let hasher = SHA256Hasher()
    private var trailers: [Range<Int>] = []

    /// Encodes a batch into `writer` and says its hash.
    func encode(
        _ records: [SequencedRecord], previous: SHA256Digest, identity: UInt64
    ) -> SHA256Digest {
        precondition(!records.isEmpty, "a batch holds a record")
        let firstSequence = records[0].record.sequence
        writer.removeAll()
        writer.skip(BatchFormat.headerBytes)
        trailers.removeAll(keepingCapacity: true)
        // By index: a copy of a record would count each of its arrays.
        for place in records.indices {
            trailers.append(RecordFormat.append(records[place], to: writer, hasher: hasher))
        }
        let length = writer.count
        writer.overwrite(at: 0) {
            writer.fixed(BatchFormat.magic)
            writer.fixed(identity)
            writer.fixed(firstSequence)
            writer.fixed(UInt32(records.count))
            writer.fixed(UInt32(length))
            writer.digest(previous)
            writer.fixed(BatchFormat.version)
            writer.fixed(UInt16(0))
        }
        let head = unsafe writer.withBytes(0..<68) { unsafe CRC32C.checksum($0) }
        let sum = unsafe writer.withBytes(BatchFormat.headerBytes..<length) {
            unsafe CRC32C.checksum($0, continuing: head)
        }
        writer.overwrite(at: 68) { writer.fixed(sum) }
        BatchFormat.beginHash(
            hasher, previous: previous, firstSequence: firstSequence, recordCount: records.count)
        for trailer in trailers { unsafe writer.withBytes(trailer) { unsafe hasher.update($0) } }
        writer.zeros(BatchFormat.padded(length) - length)
        return hasher.finish()
    }
}

/// The first 72 bytes of a batch, understood.
struct BatchHeader: Equatable {
    var firstSequence: UInt64
    var recordCount: Int
    var byteCount: Int
    var previous: SHA256Digest
    var checksum: UInt32

    /// Reads a header; nil when these bytes are none of this journal's.
    init?(_ bytes: ArraySlice<UInt8>, identity: UInt64) {
        var reader = ByteReader(bytes)
        guard let magic = try? reader.read(UInt64.self), magic == BatchFormat.magic,
            let found = try? reader.read(UInt64.self), found == identity,
            let firstSequence = try? reader.read(UInt64.self),
            let recordCount = try? reader.read(UInt32.self),
            let byteCount = try? reader.read(UInt32.self),
            let previous = try? reader.readDigest(),
            (try? reader.read(UInt16.self)) == BatchFormat.version,
            (try? reader.read(UInt16.self)) == 0,
            let checksum = try? reader.read(UInt32.self),
            recordCount > 0, Int(byteCount) > BatchFormat.headerBytes, firstSequence > 0,
            firstSequence < UInt64(Int64.max)
        else { return nil }
        self.firstSequence = firstSequence
        self.recordCount = Int(recordCount)
        self.byteCount = Int(byteCount)
        self.previous = previous
        self.checksum = checksum
    }

    /// Sequence of the batch's last record.
    var lastSequence: UInt64 { firstSequence + UInt64(recordCount) - 1 }

    /// The records of the batch that begins at `offset`, numbered without a gap.
    func records(in bytes: [UInt8], at offset: Int) throws(ByteReaderError) -> [StoredRecord] {
        let range = offset + BatchFormat.headerBytes..<offset + byteCount
        return try PackedReader.read(bytes, range) {
            (reader) throws(ByteReaderError) -> [StoredRecord] in
            var records: [StoredRecord] = []
            // A record takes at least its trailer, so the count cannot ask for more than there is.
            records.reserveCapacity(
                min(recordCount, reader.remaining / RecordFormat.trailerBytes))
            for place in 0..<recordCount {
                let stored = try RecordFormat.read(&reader)
                guard stored.sequenced.record.sequence == firstSequence + UInt64(place) else {
                    throw reader.wrong("a record with another number")
                }
                records.append(stored)
            }
            try reader.finish()
            return records
        }
    }

    /// True when the batch's bytes, header and all, have this checksum.
    func verifies(_ batch: ArraySlice<UInt8>) -> Bool {
        guard batch.count == byteCount else { return false }
        let start = batch.startIndex
        let sum = CRC32C.checksum(batch[start..<start + 68])
        return CRC32C.checksum(batch[(start + 72)...], continuing: sum) == checksum
    }
}
