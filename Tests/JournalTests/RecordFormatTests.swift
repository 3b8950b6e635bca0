import Domain
import Ground
import Testing

@testable import Journal

@Suite struct RecordFormatTests {
    private let hasher = SHA256Hasher()

    private func sample() -> SequencedRecord {
        var effects = LedgerEffects()
        effects.unallocatedMinor = 0x77
        effects.lines = [
            LineImage(
                id: LineID(0x0101), tenant: TenantID(0x0202),
                subject: SubjectID(Hash128(high: 3, low: 4)), product: Hash128(high: 5, low: 6),
                currency: euro, status: .open, version: 8, limitMinor: 900, heldMinor: 10,
                drawnMinor: 11, openedAtMicros: 12, lastSequence: 13)
        ]
        effects.holds = [
            HoldImage(
                id: HoldID(0x21), tenant: TenantID(0x0202), line: LineID(0x0101),
                state: .committed, amountMinor: 22, committedMinor: 23, heldMinor: 0,
                expiresAtMicros: 24, lastSequence: 25)
        ]
        return SequencedRecord(
            record: DurableRecord(
                type: .holdCommitted, tenant: TenantID(0x0202), sequence: 0x33,
                tenantSequence: 0x34, timeMicros: 0x35, keyID: 0x36, outcome: .limitExceeded,
                subject: SubjectID(Hash128(high: 0x41, low: 0x42)), effects: effects,
                body: [9, 8, 7]),
            requestKey: Hash128(high: 0x43, low: 0x44),
            fingerprint: Hash128(high: 0x45, low: 0x46), previousOfLine: 0x51,
            previousOfSubject: 0x52, alternative: 2)
    }

    private func integer(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The drawn layout, byte by byte: offset, width, value.
    @Test func everyFieldStandsWhereTheDrawingSays() {
        var writer = ByteWriter()
        let trailer = RecordFormat.append(sample(), to: &writer, hasher: hasher)
        #expect(trailer == 0..<128)
        let section = 128
        let line = section + 64
        let hold = line + 96
        let table: [(offset: Int, width: Int, value: UInt64)] = [
            (0, 1, 1), (1, 1, 8), (2, 2, 10), (4, 4, 0x0202), (8, 8, 0x33), (16, 8, 0x34),
            (24, 8, 0x35), (32, 4, 0x36), (36, 4, 3), (40, 8, 0x51), (48, 8, 0x52),
            (56, 4, 64 + 96 + 64),
            (section, 8, 0x41), (section + 8, 8, 0x42), (section + 16, 8, 0x43),
            (section + 32, 8, 0x45), (section + 48, 8, 0x77), (section + 56, 1, 1),
            (section + 57, 1, 1), (section + 58, 1, 2), (section + 59, 4, 0),
            (line, 8, 0x0101), (line + 8, 8, 3), (line + 24, 8, 5),
            (line + 40, 4, UInt64(euro.packed)), (line + 44, 4, 1), (line + 48, 8, 8),
            (line + 56, 8, 900), (line + 64, 8, 10), (line + 72, 8, 11), (line + 80, 8, 12),
            (line + 88, 8, 13),
            (hold, 8, 0x21), (hold + 8, 8, 0x0101), (hold + 16, 8, 2), (hold + 24, 8, 22),
            (hold + 32, 8, 23), (hold + 40, 8, 0), (hold + 48, 8, 24), (hold + 56, 8, 25),
        ]
        for row in table {
            #expect(integer(writer.bytes, row.offset, row.width) == row.value, "at \(row.offset)")
        }
        #expect(Array(writer.bytes[(hold + 64)...]) == [9, 8, 7])
        #expect(writer.count == RecordFormat.byteCount(sample().record))
        let body = hasher.hash(writer.bytes[(hold + 64)...])
        #expect(Array(writer.bytes[64..<96]) == body.bytes)
        #expect(Array(writer.bytes[96..<128]) == hasher.hash(writer.bytes[128..<hold + 64]).bytes)
    }

    /// FIPS 180-4: the hash of "abc".
    @Test func sha256IsSHA256() {
        let digest = hasher.hash(Array("abc".utf8)[...])
        #expect(digest.bytes.prefix(4) == [0xba, 0x78, 0x16, 0xbf])
        #expect(digest.bytes.suffix(4) == [0xf2, 0x00, 0x15, 0xad])
    }

    @Test func aRecordReadsBackAsItWas() throws {
        var writer = ByteWriter()
        _ = RecordFormat.append(sample(), to: &writer, hasher: hasher)
        var reader = ByteReader(writer.bytes)
        let stored = try RecordFormat.read(&reader)
        #expect(reader.remaining == 0)
        #expect(stored.sequenced.record.effects == sample().record.effects)
        #expect(stored.sequenced.record.outcome == .limitExceeded)
        #expect(stored.sequenced.requestKey == sample().requestKey)
        #expect(stored.sequenced.alternative == 2)
        #expect(stored.sequenced.previousOfSubject == 0x52)
    }

    /// A changed byte anywhere in a batch is found, and so is every cut.
    @Test func everyFlippedBitIsFound() {
        let batch = BatchFormat.encode(
            [sample()], previous: .zero, identity: 5, hasher: hasher)
        #expect(batch.bytes.count % 512 == 0)
        let length = 72 + RecordFormat.byteCount(sample().record)
        func isGood(_ bytes: [UInt8]) -> Bool {
            guard let header = BatchHeader(bytes[0..<72], identity: 5),
                header.byteCount <= bytes.count
            else { return false }
            return header.verifies(bytes[0..<header.byteCount])
        }
        #expect(isGood(batch.bytes))
        for bit in 0..<length * 8 {
            var changed = batch.bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!isGood(changed), "bit \(bit)")
        }
        #expect(BatchHeader(batch.bytes[0..<72], identity: 6) == nil, "another journal's batch")
        #expect(integer(batch.bytes, 16, 8) == 0x33 && integer(batch.bytes, 24, 4) == 1)
        #expect(integer(batch.bytes, 28, 4) == UInt64(length))
        #expect(batch.bytes[..<8].elementsEqual("RISKBAT1".utf8))
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
}
