internal import Ground

/// The place of the last durable batch.
struct DurableMark: Sendable, Equatable {
    /// Sequence of the batch's last record; 0 before the first.
    var sequence: UInt64
    var hash: SHA256Digest
    var segment: UInt64
    /// First byte of the batch: where start-up looks whether it is still there.
    var start: Int
    /// First byte after the batch.
    var offset: Int
    /// Journal time of its last record.
    var timeMicros: Int64

    static let byteCount = 72

    func append(to writer: inout ByteWriter) {
        writer.write(sequence)
        writer.write(hash)
        writer.write(segment)
        writer.write(UInt64(start))
        writer.write(UInt64(offset))
        writer.write(timeMicros)
    }

    init(
        sequence: UInt64, hash: SHA256Digest, segment: UInt64, start: Int, offset: Int,
        timeMicros: Int64
    ) {
        self.start = start
        self.sequence = sequence
        self.hash = hash
        self.segment = segment
        self.offset = offset
        self.timeMicros = timeMicros
    }

    init(_ reader: inout ByteReader) throws(ByteReaderError) {
        sequence = try reader.read(UInt64.self)
        hash = try reader.readDigest()
        segment = try reader.read(UInt64.self)
        start = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        offset = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        timeMicros = try reader.read(Int64.self)
    }
}

/// The small file that names the last durable batch, so that a journal that lost its end is found
/// out.
///
///     two slots of 512 bytes, written in turn, so that a torn write leaves the other:
///       0 magic u64 "RISKWIT1"   8 journal's identity u64   16 mark, 72 bytes: last
///         sequence u64, hash 32, segment u64, start u64, end u64, journal time i64
///      88 CRC-32C of 0..<88     92 zeros
///
/// It trails: it is written with the next batch, or after 1 ms idle, and never names a batch that
/// is not durable yet. The one window is the last batch before a crash. Thread: the committer.
final class Witness {
    static let name = "witness"
    static let slotBytes = 512
    private static let magic: UInt64 = 0x3154_4957_4b53_4952

    private let file: any JournalFile
    private let identity: UInt64
    private var nextSlot = 0
    private(set) var written: DurableMark

    init(file: any JournalFile, identity: UInt64, written: DurableMark) {
        self.file = file
        self.identity = identity
        self.written = written
    }

    /// Writes `mark` over the older slot. Not synced.
    func write(_ mark: DurableMark) throws(FileError) {
        guard mark != written else { return }
        try file.write(Self.encode(mark, identity: identity), at: nextSlot * Self.slotBytes)
        nextSlot = 1 - nextSlot
        written = mark
    }

    func sync() throws(FileError) { try file.sync() }

    static func encode(_ mark: DurableMark, identity: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: slotBytes)
        writer.write(magic)
        writer.write(identity)
        mark.append(to: &writer)
        writer.write(CRC32C.checksum(writer.bytes[0..<88]))
        writer.write(raw: repeatElement(0, count: slotBytes - writer.count))
        return writer.bytes
    }

    /// Makes the file, both slots naming the same batch.
    static func create(
        in files: any FileSystem, identity: UInt64, naming mark: DurableMark = .start
    ) throws(FileError) {
        let slot = encode(mark, identity: identity)
        _ = try files.create(name, byteCount: 2 * slotBytes, start: slot + slot)
    }

    /// Opens the file and reads the newer of its slots; nil when neither is whole.
    static func open(in files: any FileSystem) throws(FileError) -> Witness? {
        let file = try files.open(name)
        var best: (slot: Int, identity: UInt64, mark: DurableMark)?
        for slot in 0..<2 {
            let bytes = try file.read(at: slot * slotBytes, count: slotBytes)
            guard let found = decode(bytes) else { continue }
            if let other = best, other.mark.sequence >= found.mark.sequence { continue }
            best = (slot, found.identity, found.mark)
        }
        guard let best else { return nil }
        let witness = Witness(file: file, identity: best.identity, written: best.mark)
        witness.nextSlot = 1 - best.slot
        return witness
    }

    var journalIdentity: UInt64 { identity }

    private static func decode(_ bytes: [UInt8]) -> (identity: UInt64, mark: DurableMark)? {
        var reader = ByteReader(bytes)
        guard bytes.count == slotBytes, (try? reader.read(UInt64.self)) == magic,
            let identity = try? reader.read(UInt64.self), let mark = try? DurableMark(&reader),
            (try? reader.read(UInt32.self)) == CRC32C.checksum(bytes[0..<88])
        else { return nil }
        return (identity, mark)
    }
}

extension DurableMark {
    /// The journal before its first record.
    static let start = DurableMark(
        sequence: 0, hash: .zero, segment: 0, start: 0, offset: SegmentFormat.headerBytes,
        timeMicros: 0)
}
