internal import Domain
internal import Ground

/// A batch on disk: one synced write, starting on a 512-byte sector and padded to one with zeros,
/// so that a later write never touches a sector that holds acknowledged bytes.
///
///     header, 72 bytes, little-endian
///       0 magic u64 "RISKBAT1"     8 journal's random identity u64
///      16 first sequence u64      24 records u32        28 length without padding u32
///      32 hash of the batch before, 32 bytes
///      64 format u16 = 1          66 zero u16           68 CRC-32C of 0..<68 and 72..<length
///      72 records, one after another (see RecordFormat)
///
/// Hash of a batch = SHA-256 of {hash before 32, first sequence u64, records u32, every trailer}:
/// trailers only, so that a body may be archived or its key destroyed and the chain still stands.
/// The identity keeps anybody who can choose bodies from planting bytes that look like a batch.
enum BatchFormat {
    static let magic: UInt64 = 0x3154_4142_4b53_4952
    static let version: UInt16 = 1
    static let headerBytes = 72
    static let sectorBytes = 512

    /// Rounds up to whole sectors.
    static func padded(_ count: Int) -> Int {
        (count + sectorBytes - 1) / sectorBytes * sectorBytes
    }

    /// The bytes of a batch and its hash.
    static func encode(
        _ records: [SequencedRecord], previous: SHA256Digest, identity: UInt64,
        hasher: SHA256Hasher
    ) -> (bytes: [UInt8], hash: SHA256Digest) {
        precondition(!records.isEmpty, "a batch holds a record")
        let length = records.reduce(headerBytes) { $0 + RecordFormat.byteCount($1.record) }
        var writer = ByteWriter(capacity: padded(length))
        writer.write(magic)
        writer.write(identity)
        writer.write(records[0].record.sequence)
        writer.write(UInt32(records.count))
        writer.write(UInt32(length))
        writer.write(previous)
        writer.write(version)
        writer.write(UInt16(0))
        writer.write(UInt32(0))
        var trailers: [Range<Int>] = []
        trailers.reserveCapacity(records.count)
        for record in records {
            trailers.append(RecordFormat.append(record, to: &writer, hasher: hasher))
        }
        precondition(writer.count == length, "the sizes agree")
        let sum = CRC32C.checksum(writer.bytes[0..<68])
        writer.patch(CRC32C.checksum(writer.bytes[headerBytes...], continuing: sum), at: 68)
        beginHash(hasher, previous: previous, header: writer.bytes[0..<headerBytes])
        for trailer in trailers { hasher.update(writer.bytes[trailer]) }
        writer.write(raw: repeatElement(0, count: padded(length) - length))
        return (writer.bytes, hasher.finish())
    }

    /// Starts a batch's hash: what is before the trailers. `header` is the batch's first 72 bytes.
    static func beginHash(
        _ hasher: SHA256Hasher, previous: SHA256Digest, header: ArraySlice<UInt8>
    ) {
        hasher.begin()
        hasher.update(previous.bytes[...])
        hasher.update(header[header.startIndex + 16..<header.startIndex + 28])
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
            let version = try? reader.read(UInt16.self), version == BatchFormat.version,
            (try? reader.read(UInt16.self)) == 0,
            let checksum = try? reader.read(UInt32.self),
            recordCount > 0, Int(byteCount) > BatchFormat.headerBytes
        else { return nil }
        self.firstSequence = firstSequence
        self.recordCount = Int(recordCount)
        self.byteCount = Int(byteCount)
        self.previous = previous
        self.checksum = checksum
    }

    /// Sequence of the batch's last record.
    var lastSequence: UInt64 { firstSequence + UInt64(recordCount) - 1 }

    /// True when the batch's bytes, header and all, have this checksum.
    func verifies(_ batch: ArraySlice<UInt8>) -> Bool {
        guard batch.count == byteCount else { return false }
        let start = batch.startIndex
        let sum = CRC32C.checksum(batch[start..<start + 68])
        return CRC32C.checksum(batch[(start + 72)...], continuing: sum) == checksum
    }
}
