internal import Domain
internal import Ground
internal import Limits

/// A record as the sequencer made it, before it is bytes.
struct SequencedRecord: Sendable {
    var record: DurableRecord
    /// The request it answers; zero for records of the sequencer's own.
    var requestKey: Hash128
    var fingerprint: Hash128
    /// Where the lines and cells that it touched were before.
    var previous: PreviousSequences
    /// Sequence of the record before this one in the subject's chain; 0 is none.
    var previousOfSubject: UInt64
    /// Index of the alternative taken.
    var alternative: UInt8
}

/// Sequences of the records before this one on what it touched; 0 is none.
///
/// Most records touch one line and no cell, and then there is no array.
struct PreviousSequences: Sendable, Equatable {
    /// On the first line.
    var line: UInt64 = 0
    /// On the other lines, in the order of the images.
    var otherLines: [UInt64] = []
    /// On the cells, in the order of the images.
    var cells: [UInt64] = []

    /// On the line with this place among the images.
    func ofLine(_ place: Int) -> UInt64 { place == 0 ? line : otherLines[place - 1] }
}

/// A record on disk: trailer, section, body. Fixed integers are little-endian; `v` is a varint, `z`
/// a zigzag varint, `text` a counted one (see `PackedWriter`).
///
///     trailer, 96 bytes, 128 when there is a body: what hash chains and Merkle trees cover
///       0 format u8 = 2      1 type u8            2 outcome u16       4 tenant u32
///       8 sequence u64      16 tenant's sequence u64
///      24 time, micros i64  32 key id u32        36 body length u32
///      40 previous record of the first line u64  48 previous record in the subject's chain u64
///      56 section length u32                     60 numbers of the tenant's sequence u32
///      64 SHA-256 of the section                 96 SHA-256 of the body as stored
///     section
///       0 what follows u8    1 alternative u8
///       subject 16 (1)   request key 16, fingerprint 16 (2)   unallocated v (4)
///       lines: count v, images (8)   holds (16)   drawings (32)   rare images (64)
///     body, as the worker encoded it
///
/// Section and body have a hash each, so that a body may leave while section and proof stay; a
/// record without a body has no hash of nothing. Batches have the checksum.
///
/// Images are packed, because a batch of 8,000 operations is mostly images: a line takes some 45
/// bytes, a hold 25. See `RecordFormat+Images.swift` and `RecordFormat+RareImages.swift`.
enum RecordFormat {
    static let version: UInt8 = 2
    static let trailerBytes = 96
    static let bodyHashBytes = 32

    /// What a section holds, one bit each.
    enum Part {
        static let subject: UInt8 = 1
        static let request: UInt8 = 2
        static let unallocated: UInt8 = 4
        static let lines: UInt8 = 8
        static let holds: UInt8 = 16
        static let drawings: UInt8 = 32
        static let rare: UInt8 = 64
        static let known: UInt8 = 127
    }

    static func trailerBytes(bodyCount: Int) -> Int {
        bodyCount == 0 ? trailerBytes : trailerBytes + bodyHashBytes
    }

    /// A bound of the length of a record that is not made yet.
    static func byteCountMax(bodyCount: Int, _ bulk: LedgerBulk) -> Int {
        trailerBytes + bodyHashBytes + sectionBytesMax(bulk) + bodyCount
    }

    /// A bound of a record's length on disk, near it for ordinary ones, cheap to compute.
    static func byteCountMax(_ record: DurableRecord) -> Int {
        trailerBytes + bodyHashBytes + sectionBytesMax(record.effects) + record.body.count
    }

    /// Appends a record and says where its trailer stands in the writer.
    static func append(
        _ sequenced: SequencedRecord, to writer: PackedWriter, hasher: SHA256Hasher
    ) -> Range<Int> {
        let bodyCount = sequenced.record.body.count
        let start = writer.count
        let sectionStart = start + trailerBytes(bodyCount: bodyCount)
        writer.skip(sectionStart - start)
        appendSection(sequenced, to: writer)
        let bodyStart = writer.count
        writer.raw(sequenced.record.body)
        precondition(
            writer.count - start <= byteCountMax(sequenced.record),
            "a record is no longer than it may be")
        let sectionHash = unsafe writer.withBytes(sectionStart..<bodyStart) {
            unsafe hasher.hash($0)
        }
        let bodyHash =
            bodyCount == 0
            ? nil : unsafe writer.withBytes(bodyStart..<writer.count) { unsafe hasher.hash($0) }
        writer.overwrite(at: start) {
            writer.fixed(version)
            writer.fixed(sequenced.record.type.rawValue)
            writer.fixed(sequenced.record.outcome.rawValue)
            writer.fixed(sequenced.record.tenant.rawValue)
            writer.fixed(sequenced.record.sequence)
            writer.fixed(sequenced.record.tenantSequence)
            writer.fixed(sequenced.record.timeMicros)
            writer.fixed(sequenced.record.keyID)
            writer.fixed(UInt32(bodyCount))
            writer.fixed(sequenced.previous.line)
            writer.fixed(sequenced.previousOfSubject)
            writer.fixed(UInt32(bodyStart - sectionStart))
            writer.fixed(sequenced.record.tenantSequenceCount)
            writer.digest(sectionHash)
            if let bodyHash { writer.digest(bodyHash) }
        }
        return start..<sectionStart
    }

    private static func appendSection(_ sequenced: SequencedRecord, to writer: PackedWriter) {
        let hasSubject = sequenced.record.subject != .none
        let parts = parts(of: sequenced, hasSubject: hasSubject)
        writer.fixed(parts)
        writer.fixed(sequenced.alternative)
        if hasSubject { writer.hash(sequenced.record.subject.hash) }
        if parts & Part.request != 0 {
            writer.hash(sequenced.requestKey)
            writer.hash(sequenced.fingerprint)
        }
        if parts & Part.unallocated != 0 {
            writer.varint(sequenced.record.effects.unallocatedMinor)
        }
        let context = ImageContext(sequenced.record)
        if parts & Part.lines != 0 {
            writer.varint(sequenced.record.effects.lines.count)
            for place in sequenced.record.effects.lines.indices {
                // The first line's is in the trailer.
                let previous = place == 0 ? nil : sequenced.previous.otherLines[place - 1]
                append(
                    sequenced.record.effects.lines[place], previous: previous, in: context,
                    to: writer)
            }
        }
        if parts & Part.holds != 0 {
            writer.varint(sequenced.record.effects.holds.count)
            for hold in sequenced.record.effects.holds { append(hold, in: context, to: writer) }
        }
        if parts & Part.drawings != 0 {
            writer.varint(sequenced.record.effects.drawings.count)
            for drawing in sequenced.record.effects.drawings {
                append(drawing, in: context, to: writer)
            }
        }
        if parts & Part.rare != 0 {
            appendRare(sequenced.record.effects.rare, sequenced.previous, in: context, to: writer)
        }
    }

    private static func parts(of sequenced: SequencedRecord, hasSubject: Bool) -> UInt8 {
        var parts: UInt8 = hasSubject ? Part.subject : 0
        if !sequenced.requestKey.isZero { parts |= Part.request }
        if sequenced.record.effects.unallocatedMinor != 0 { parts |= Part.unallocated }
        if !sequenced.record.effects.lines.isEmpty { parts |= Part.lines }
        if !sequenced.record.effects.holds.isEmpty { parts |= Part.holds }
        if !sequenced.record.effects.drawings.isEmpty { parts |= Part.drawings }
        if !sequenced.record.effects.isUsual { parts |= Part.rare }
        return parts
    }
}

/// What an image needs not repeat, because the record says it.
struct ImageContext {
    /// Of the record; 0 outside of records, in checkpoints.
    var sequence: UInt64
    /// Likewise: what ids and times of images are counted from, so that they are short.
    var tenantSequence: UInt64
    var timeMicros: Int64
    var tenant: TenantID
    var subject: SubjectID

    init(_ record: DurableRecord) {
        sequence = record.sequence
        tenantSequence = record.tenantSequence
        timeMicros = record.timeMicros
        tenant = record.tenant
        subject = record.subject
    }

    /// In a checkpoint: an image says everything but its tenant.
    init(tenant: TenantID) {
        sequence = 0
        tenantSequence = 0
        timeMicros = 0
        self.tenant = tenant
        subject = .none
    }

    /// An id as its distance from the record's number. Wraps, so that every number comes back.
    func distance(_ id: UInt64) -> Int64 { Int64(bitPattern: id &- tenantSequence) }
    func id(_ distance: Int64) -> UInt64 { UInt64(bitPattern: distance) &+ tenantSequence }

    /// A time as its distance from the record's, likewise.
    func distance(ofMicros micros: Int64) -> Int64 { micros &- timeMicros }
    func micros(_ distance: Int64) -> Int64 { distance &+ timeMicros }

    /// Seconds since 1970 as their distance from the record's.
    func distance(ofSeconds seconds: UInt32) -> Int64 { Int64(seconds) &- timeMicros / 1_000_000 }
}
