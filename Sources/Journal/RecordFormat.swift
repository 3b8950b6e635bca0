internal import Domain
internal import Ground

/// A record as the sequencer made it, before it is bytes.
struct SequencedRecord: Sendable {
    var record: DurableRecord
    /// The request it answers; zero for records of the sequencer's own.
    var requestKey: Hash128
    var fingerprint: Hash128
    /// Sequence of the record before this one on the first line touched; 0 is none.
    var previousOfLine: UInt64
    /// Sequence of the record before this one in the subject's chain; 0 is none.
    var previousOfSubject: UInt64
    /// Index of the alternative taken.
    var alternative: UInt8
}

/// A record on disk: trailer, section, body. All integers are little-endian.
///
///     trailer, 128 bytes: what hash chains and Merkle trees cover
///       0 format u8 = 1      1 type u8            2 outcome u16       4 tenant u32
///       8 sequence u64      16 tenant's sequence u64
///      24 time, micros i64  32 key id u32        36 body length u32
///      40 previous record of the line u64        48 previous record in the subject's chain u64
///      56 section length u32                     60 CRC-32C of bytes 0..<60 and 64..<128
///      64 SHA-256 of the body as stored          96 SHA-256 of the section
///     section, 64 + 96 x lines + 64 x holds bytes
///       0 subject 16         16 request key 16   32 fingerprint 16   48 unallocated i64
///      56 lines u8           57 holds u8         58 alternative u8   59 zero, 5 bytes
///      64 line images, 96 each:
///          0 id u64          8 subject 16        24 product 16       40 currency u32
///         44 status u8      45 zero, 3 bytes     48 version u64      56 limit i64
///         64 held i64       72 drawn i64         80 opened at i64    88 last sequence u64
///         hold images, 64 each:
///          0 id u64          8 line u64          16 state u8         17 zero, 7 bytes
///         24 amount i64     32 committed i64     40 held i64         48 expires at i64
///         56 last sequence u64
///     body, as the worker encoded it
enum RecordFormat {
    static let version: UInt8 = 1
    static let trailerBytes = 128
    static let sectionHeadBytes = 64
    static let lineBytes = 96
    static let holdBytes = 64

    /// Length of a record on disk.
    static func byteCount(_ record: DurableRecord) -> Int {
        trailerBytes + sectionBytes(record.effects) + record.body.count
    }

    static func sectionBytes(_ effects: LedgerEffects) -> Int {
        sectionHeadBytes + effects.lines.count * lineBytes + effects.holds.count * holdBytes
    }

    /// Appends a record and says where its trailer stands in the writer.
    static func append(
        _ sequenced: SequencedRecord, to writer: inout ByteWriter, hasher: SHA256Hasher
    ) -> Range<Int> {
        let record = sequenced.record
        let start = writer.count
        let sectionStart = start + trailerBytes
        writer.write(raw: repeatElement(0, count: trailerBytes))
        appendSection(sequenced, to: &writer)
        let bodyStart = writer.count
        writer.write(raw: record.body)
        let sectionHash = hasher.hash(writer.bytes[sectionStart..<bodyStart])
        let bodyHash = hasher.hash(writer.bytes[bodyStart...])
        var trailer = ByteWriter(capacity: trailerBytes)
        trailer.write(version)
        trailer.write(record.type.rawValue)
        trailer.write(record.outcome.rawValue)
        trailer.write(record.tenant.rawValue)
        trailer.write(record.sequence)
        trailer.write(record.tenantSequence)
        trailer.write(record.timeMicros)
        trailer.write(record.keyID)
        trailer.write(UInt32(record.body.count))
        trailer.write(sequenced.previousOfLine)
        trailer.write(sequenced.previousOfSubject)
        trailer.write(UInt32(bodyStart - sectionStart))
        trailer.write(UInt32(0))
        trailer.write(bodyHash)
        trailer.write(sectionHash)
        trailer.patch(trailerChecksum(trailer.bytes[...]), at: 60)
        writer.bytes.replaceSubrange(start..<sectionStart, with: trailer.bytes)
        return start..<sectionStart
    }

    static func trailerChecksum(_ trailer: ArraySlice<UInt8>) -> UInt32 {
        let start = trailer.startIndex
        let first = CRC32C.checksum(trailer[start..<start + 60])
        return CRC32C.checksum(trailer[start + 64..<start + 128], continuing: first)
    }

    private static func appendSection(_ sequenced: SequencedRecord, to writer: inout ByteWriter) {
        let effects = sequenced.record.effects
        writer.write(sequenced.record.subject.hash)
        writer.write(sequenced.requestKey)
        writer.write(sequenced.fingerprint)
        writer.write(effects.unallocatedMinor)
        writer.write(UInt8(effects.lines.count))
        writer.write(UInt8(effects.holds.count))
        writer.write(sequenced.alternative)
        writer.write(raw: repeatElement(0, count: 5))
        for line in effects.lines { append(line, to: &writer) }
        for hold in effects.holds { append(hold, to: &writer) }
    }

    static func append(_ line: LineImage, to writer: inout ByteWriter) {
        writer.write(line.id.rawValue)
        writer.write(line.subject.hash)
        writer.write(line.product)
        writer.write(line.currency.packed)
        // The status byte and three zeros.
        writer.write(UInt32(line.status.rawValue))
        writer.write(line.version)
        writer.write(line.limitMinor)
        writer.write(line.heldMinor)
        writer.write(line.drawnMinor)
        writer.write(line.openedAtMicros)
        writer.write(line.lastSequence)
    }

    static func append(_ hold: HoldImage, to writer: inout ByteWriter) {
        writer.write(hold.id.rawValue)
        writer.write(hold.line.rawValue)
        // The state byte and seven zeros.
        writer.write(UInt64(hold.state.rawValue))
        writer.write(hold.amountMinor)
        writer.write(hold.committedMinor)
        writer.write(hold.heldMinor)
        writer.write(hold.expiresAtMicros)
        writer.write(hold.lastSequence)
    }
}
