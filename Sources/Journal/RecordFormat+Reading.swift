internal import Domain
internal import Ground

/// A record read back, and the bytes of its trailer for the chain.
struct StoredRecord {
    var sequenced: SequencedRecord
    var trailer: ArraySlice<UInt8>
    var bodyHash: SHA256Digest
    var sectionHash: SHA256Digest
    /// The section and body as stored, for whoever verifies the hashes.
    var section: ArraySlice<UInt8>
    var body: ArraySlice<UInt8>
}

extension RecordFormat {
    /// Reads the record at the reader's place.
    ///
    /// Errors: `ByteReaderError` when lengths, codes or the trailer's checksum are wrong.
    static func read(_ reader: inout ByteReader) throws(ByteReaderError) -> StoredRecord {
        let start = reader.offset
        func wrong(_ problem: String) -> ByteReaderError {
            ByteReaderError(offset: start, problem: problem)
        }
        let trailer = try reader.read(count: trailerBytes)
        var fields = ByteReader(trailer)
        guard try fields.read(UInt8.self) == version else { throw wrong("unknown record format") }
        guard let type = RecordType(rawValue: try fields.read(UInt8.self)) else {
            throw wrong("unknown record type")
        }
        guard let outcome = LedgerOutcome(rawValue: try fields.read(UInt16.self)) else {
            throw wrong("unknown outcome")
        }
        var record = DurableRecord(
            type: type, tenant: TenantID(try fields.read(UInt32.self)),
            sequence: try fields.read(UInt64.self), tenantSequence: try fields.read(UInt64.self),
            timeMicros: try fields.read(Int64.self), keyID: try fields.read(UInt32.self),
            outcome: outcome, subject: SubjectID(.zero), effects: LedgerEffects(), body: [])
        let bodyCount = Int(try fields.read(UInt32.self))
        let previousOfLine = try fields.read(UInt64.self)
        let previousOfSubject = try fields.read(UInt64.self)
        let sectionCount = Int(try fields.read(UInt32.self))
        guard try fields.read(UInt32.self) == trailerChecksum(trailer) else {
            throw wrong("the trailer's checksum is wrong")
        }
        let bodyHash = try fields.readDigest()
        let sectionHash = try fields.readDigest()
        let section = try reader.read(count: sectionCount)
        let body = try reader.read(count: bodyCount)
        record.body = Array(body)
        var sequenced = SequencedRecord(
            record: record, requestKey: .zero, fingerprint: .zero, previousOfLine: previousOfLine,
            previousOfSubject: previousOfSubject, alternative: 0)
        var sectionReader = ByteReader(section)
        try readSection(&sectionReader, into: &sequenced)
        return StoredRecord(
            sequenced: sequenced, trailer: trailer, bodyHash: bodyHash, sectionHash: sectionHash,
            section: section, body: body)
    }

    /// Passes over the record at the reader's place by its lengths.
    static func skip(_ reader: inout ByteReader) throws(ByteReaderError) {
        var fields = ByteReader(try reader.read(count: trailerBytes))
        _ = try fields.read(count: 36)
        let bodyCount = Int(try fields.read(UInt32.self))
        _ = try fields.read(count: 16)
        _ = try reader.read(count: Int(try fields.read(UInt32.self)) + bodyCount)
    }

    private static func readSection(
        _ reader: inout ByteReader, into sequenced: inout SequencedRecord
    ) throws(ByteReaderError) {
        sequenced.record.subject = SubjectID(try reader.readHash())
        sequenced.requestKey = try reader.readHash()
        sequenced.fingerprint = try reader.readHash()
        sequenced.record.effects.unallocatedMinor = try reader.read(Int64.self)
        let lineCount = try reader.read(UInt8.self)
        let holdCount = try reader.read(UInt8.self)
        sequenced.alternative = try reader.read(UInt8.self)
        _ = try reader.read(count: 5)
        let tenant = sequenced.record.tenant
        for _ in 0..<lineCount {
            sequenced.record.effects.lines.append(try readLine(&reader, tenant: tenant))
        }
        for _ in 0..<holdCount {
            sequenced.record.effects.holds.append(try readHold(&reader, tenant: tenant))
        }
        guard reader.remaining == 0 else {
            throw ByteReaderError(offset: reader.offset, problem: "the section is too long")
        }
    }

    static func readLine(
        _ reader: inout ByteReader, tenant: TenantID
    ) throws(ByteReaderError) -> LineImage {
        var line = LineImage(
            id: LineID(try reader.read(UInt64.self)), tenant: tenant,
            subject: SubjectID(try reader.readHash()), product: try reader.readHash(),
            currency: Currency(packed: try reader.read(UInt32.self)), status: .open, version: 0,
            limitMinor: 0, heldMinor: 0, drawnMinor: 0, openedAtMicros: 0, lastSequence: 0)
        let status = UInt8(truncatingIfNeeded: try reader.read(UInt32.self))
        guard let known = LineStatus(rawValue: status) else {
            throw ByteReaderError(offset: reader.offset, problem: "unknown line status \(status)")
        }
        line.status = known
        line.version = try reader.read(UInt64.self)
        line.limitMinor = try reader.read(Int64.self)
        line.heldMinor = try reader.read(Int64.self)
        line.drawnMinor = try reader.read(Int64.self)
        line.openedAtMicros = try reader.read(Int64.self)
        line.lastSequence = try reader.read(UInt64.self)
        return line
    }

    static func readHold(
        _ reader: inout ByteReader, tenant: TenantID
    ) throws(ByteReaderError) -> HoldImage {
        let id = HoldID(try reader.read(UInt64.self))
        let line = LineID(try reader.read(UInt64.self))
        let state = UInt8(truncatingIfNeeded: try reader.read(UInt64.self))
        guard let known = HoldState(rawValue: state) else {
            throw ByteReaderError(offset: reader.offset, problem: "unknown hold state \(state)")
        }
        return HoldImage(
            id: id, tenant: tenant, line: line, state: known,
            amountMinor: try reader.read(Int64.self), committedMinor: try reader.read(Int64.self),
            heldMinor: try reader.read(Int64.self), expiresAtMicros: try reader.read(Int64.self),
            lastSequence: try reader.read(UInt64.self))
    }
}
