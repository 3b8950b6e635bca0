import Domain
import Ground
import Testing

@testable import Journal

@Suite struct RecordFormatTests {
    private let hasher = SHA256Hasher()

    private func sample(body: [UInt8] = [9, 8, 7]) -> SequencedRecord {
        var effects = LedgerEffects()
        effects.unallocatedMinor = 0x77
        effects.lines = [
            LineImage(
                id: LineID(0x21), tenant: TenantID(0x0202),
                subject: SubjectID(Hash128(high: 0x41, low: 0x42)),
                product: Hash128(high: 5, low: 6), currency: euro, status: .open, version: 8,
                limitMinor: 900, heldMinor: 10, principalMinor: 11, openedAtMicros: 12,
                lastSequence: 0x33)
        ]
        effects.holds = [
            HoldImage(
                id: HoldID(0x22), tenant: TenantID(0x0202), line: LineID(0x21),
                state: .committed, amountMinor: 23, committedMinor: 24, expiresAtMicros: 25,
                placedSeconds: 26, lastSequence: 0x33)
        ]
        return SequencedRecord(
            record: DurableRecord(
                type: .holdCommitted, tenant: TenantID(0x0202), sequence: 0x33,
                tenantSequence: 0x34, timeMicros: 0x35, keyID: 0x36, outcome: .done,
                subject: SubjectID(Hash128(high: 0x41, low: 0x42)), effects: effects,
                body: body),
            requestKey: Hash128(high: 0x43, low: 0x44),
            fingerprint: Hash128(high: 0x45, low: 0x46), previous: PreviousSequences(line: 0x31),
            previousOfSubject: 0x32, alternative: 2)
    }

    private func encode(_ record: SequencedRecord) -> [UInt8] {
        let writer = PackedWriter()
        _ = RecordFormat.append(record, to: writer, hasher: hasher)
        return writer.array()
    }

    private func decode(_ bytes: [UInt8]) throws(ByteReaderError) -> StoredRecord {
        try PackedReader.read(bytes, 0..<bytes.count) {
            (reader) throws(ByteReaderError) -> StoredRecord in
            let stored = try RecordFormat.read(&reader)
            try reader.finish()
            return stored
        }
    }

    private func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The drawn layout, byte by byte: offset, width, value.
    @Test func everyFieldStandsWhereTheDrawingSays() {
        let bytes = encode(sample())
        let section = 128
        let line = section + 2 + 16 + 32 + 1
        let hold = line + 1 + 33
        let body = hold + 7
        let table: [(offset: Int, width: Int, value: UInt64)] = [
            (0, 1, 2), (1, 1, 8), (2, 2, 1), (4, 4, 0x0202), (8, 8, 0x33), (16, 8, 0x34),
            (24, 8, 0x35), (32, 4, 0x36), (36, 4, 3), (40, 8, 0x31), (48, 8, 0x32),
            (56, 4, UInt64(body - section)), (60, 4, 1),
            (section, 1, 1 + 2 + 4 + 8 + 16), (section + 1, 1, 2), (section + 2, 8, 0x41),
            (section + 10, 8, 0x42), (section + 18, 8, 0x43), (section + 34, 8, 0x45),
            (section + 50, 1, 0x77),
            // One line: open and of the record's subject; 900 takes two bytes.
            (line, 1, 1), (line + 1, 1, 32), (line + 2, 1, 0x21), (line + 3, 8, 5),
            (line + 19, 4, UInt64(euro.packed)), (line + 23, 2, 0x0784), (line + 25, 1, 10),
            (line + 26, 1, 11), (line + 27, 1, 8),
            // Opened 0x35 - 12 before the record.
            (line + 28, 1, 81), (line + 29, 3, 0),
            // One hold: its id is 0x34 - 0x22 before the record's, its expiry 0x35 - 25.
            (hold - 2, 1, 1), (hold - 1, 1, 2), (hold, 1, 35), (hold + 1, 1, 0x21),
            (hold + 2, 1, 23), (hold + 3, 1, 24), (hold + 4, 1, 55), (hold + 5, 1, 0),
            (hold + 6, 1, 52),
        ]
        for row in table {
            #expect(integer(bytes, row.offset, row.width) == row.value, "at \(row.offset)")
        }
        #expect(Array(bytes[(hold + 7)...]) == [9, 8, 7])
        #expect(bytes.count <= RecordFormat.byteCountMax(sample().record))
        #expect(Array(bytes[64..<96]) == hasher.hash(bytes[128..<hold + 7]).bytes)
        #expect(Array(bytes[96..<128]) == hasher.hash([9, 8, 7]).bytes)
    }

    /// A reserve as a lender makes it: what it costs on the disk beside its body.
    @Test func anOrdinaryReserveIsSmall() {
        var made = sample(body: [])
        made.record.effects.unallocatedMinor = 0
        made.record.timeMicros = 1_700_000_000_000_000
        made.record.tenantSequence = 3_000_000
        made.record.effects.lines[0].id = LineID(1_000_000)
        made.record.effects.holds[0].line = LineID(1_000_000)
        made.record.effects.holds[0].id = HoldID(3_000_000)
        made.record.effects.lines[0].openedAtMicros = 1_690_000_000_000_000
        made.record.effects.lines[0].limitMinor = 1_000_000
        made.record.effects.lines[0].principalMinor = 123_456
        made.record.effects.holds[0].expiresAtMicros = 1_700_000_600_000_000
        made.record.effects.holds[0].placedSeconds = 1_700_000_000
        let count = encode(made).count
        #expect(count <= 96 + 119, "format 1 took 344 bytes; 119 are two blocks of SHA-256")
        made.record.body = [1]
        #expect(encode(made).count == count + 33)
    }

    /// FIPS 180-4: the hash of "abc".
    @Test func sha256IsSHA256() {
        let digest = hasher.hash(Array("abc".utf8)[...])
        #expect(digest.bytes.prefix(4) == [0xba, 0x78, 0x16, 0xbf])
        #expect(digest.bytes.suffix(4) == [0xf2, 0x00, 0x15, 0xad])
    }

    /// Random records with every kind of image read back as they were.
    @Test(arguments: UInt64(1)...40) func aRecordReadsBackAsItWas(_ seed: UInt64) throws {
        var maker = RecordMaker(seed: seed)
        for _ in 0..<20 {
            let made = maker.record()
            let bytes = encode(made)
            let stored = try decode(bytes)
            let note: Comment = "seed \(seed)"
            #expect(bytes.count <= RecordFormat.byteCountMax(made.record), note)
            #expect(stored.verifies(in: bytes, hasher: hasher), note)
            let read = stored.sequenced
            #expect(read.record.effects == made.record.effects, note)
            #expect(read.record.effects.rare == made.record.effects.rare, note)
            #expect(read.previous == made.previous, note)
            #expect(read.record.outcome == made.record.outcome, note)
            #expect(read.record.subject == made.record.subject, note)
            #expect(read.record.body == made.record.body, note)
            #expect(read.record.tenantSequenceCount == made.record.tenantSequenceCount, note)
            #expect(read.requestKey == made.requestKey, note)
            #expect(read.fingerprint == made.fingerprint, note)
            #expect(read.alternative == made.alternative, note)
            #expect(read.previousOfSubject == made.previousOfSubject, note)
        }
    }

    /// Cut, changed and random bytes are refused or read, never a crash, and what is read again
    /// writes the same bytes.
    @Test(arguments: UInt64(1)...20) func wildBytesNeverCrashTheReader(_ seed: UInt64) {
        var maker = RecordMaker(seed: seed)
        var refused = 0
        for _ in 0..<200 {
            var bytes = encode(maker.record())
            switch Int.random(in: 0..<3, using: &maker.random) {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &maker.random))
            case 1:
                for _ in 0..<Int.random(in: 1...4, using: &maker.random) {
                    let place = Int.random(in: 0..<bytes.count, using: &maker.random)
                    bytes[place] = UInt8.random(in: 0...255, using: &maker.random)
                }
            default:
                // Behind a good trailer, so that lengths and counts are what is wild.
                for place in 96..<bytes.count {
                    bytes[place] = UInt8.random(in: 0...255, using: &maker.random)
                }
            }
            do throws(ByteReaderError) {
                let stored = try decode(bytes)
                // Whoever has the hashes finds every change of section and body.
                if stored.verifies(in: bytes, hasher: hasher) {
                    #expect(
                        encode(stored.sequenced).dropFirst(128) == bytes.dropFirst(128),
                        "seed \(seed)")
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 50, "seed \(seed)")
    }

    /// A changed byte anywhere in a batch is found, and so is every cut.
    @Test func everyFlippedBitIsFound() {
        let encoder = BatchEncoder()
        _ = encoder.encode([sample()], previous: .zero, identity: 5)
        let batch = encoder.writer.array()
        #expect(batch.count % 512 == 0)
        let length = 72 + encode(sample()).count
        func isGood(_ bytes: [UInt8]) -> Bool {
            guard let header = BatchHeader(bytes[0..<72], identity: 5),
                header.byteCount <= bytes.count
            else { return false }
            return header.verifies(bytes[0..<header.byteCount])
        }
        #expect(isGood(batch))
        for bit in 0..<length * 8 {
            var changed = batch
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!isGood(changed), "bit \(bit)")
        }
        #expect(BatchHeader(batch[0..<72], identity: 6) == nil, "another journal's batch")
        #expect(integer(batch, 16, 8) == 0x33 && integer(batch, 24, 4) == 1)
        #expect(integer(batch, 28, 4) == UInt64(length))
        #expect(batch[..<8].elementsEqual("RISKBAT1".utf8))
        #expect(batch[length...].allSatisfy { $0 == 0 })
    }

    @Test func segmentHeadersSayWhoseTheyAre() throws {
        let bytes = SegmentFormat.encode(number: 3, identity: 9, segmentBytes: 65_536)
        #expect(bytes.count == 512 && bytes[..<8].elementsEqual("RISKSEG1".utf8))
        let header = try SegmentFormat.read(bytes, number: 3)
        #expect(header.identity == 9 && header.segmentBytes == 65_536)
        #expect(throws: JournalError.self) { try SegmentFormat.read(bytes, number: 4) }
        #expect(SegmentFormat.name(26) == "segment-000000000000001a")
        #expect(SegmentFormat.number(name: "segment-000000000000001a") == 26)
        #expect(SegmentFormat.number(name: "segment-1a") == nil)
    }

    /// A journal of the first format says so, rather than "damaged".
    @Test func anotherFormatIsNamed() {
        var bytes = SegmentFormat.encode(number: 3, identity: 9, segmentBytes: 65_536)
        bytes[32] = 1
        let sum = CRC32C.checksum(bytes[0..<36])
        for place in 0..<4 { bytes[36 + place] = UInt8(truncatingIfNeeded: sum >> (place * 8)) }
        let error = #expect(throws: JournalError.self) { try SegmentFormat.read(bytes, number: 3) }
        #expect(error?.description.contains("has format 1, this riskd reads format 2") == true)
    }
}
