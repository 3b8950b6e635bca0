internal import Domain
internal import Ground

/// A record read back, and where its parts stand in the bytes it was read from.
struct StoredRecord {
    var sequenced: SequencedRecord
    var trailer: Range<Int>
    var section: Range<Int>
    var body: Range<Int>
    var sectionHash: SHA256Digest
    /// nil without a body.
    var bodyHash: SHA256Digest?

    /// True when section and body in `bytes` are the ones that the trailer names.
    func verifies(in bytes: [UInt8], hasher: SHA256Hasher) -> Bool {
        guard hasher.hash(bytes[section]) == sectionHash else { return false }
        guard let bodyHash else { return body.isEmpty }
        return hasher.hash(bytes[body]) == bodyHash
    }
}

extension RecordFormat {
    /// The bound of a batch's operations, as stored.
    private static let countMax = UInt32(Proposal.batchOperationCountMax)

    /// Reads the record at the reader's place. Its hashes are not looked at.
    ///
    /// Errors: `ByteReaderError` when lengths, codes or counts are wrong.
    static func read(_ reader: inout PackedReader) throws(ByteReaderError) -> StoredRecord {
        let start = reader.offset
        let head = try readTrailer(&reader)
        var record = head.record
        let section = reader.offset..<reader.offset + head.sectionCount
        var sequenced = SequencedRecord(
            record: record, requestKey: .zero, fingerprint: .zero,
            previous: PreviousSequences(line: head.previousOfLine),
            previousOfSubject: head.previousOfSubject, alternative: 0)
        var part = try reader.part(head.sectionCount)
        try readSection(&part, into: &sequenced)
        let bodyStart = reader.offset
        record.body = try reader.array(head.bodyCount)
        sequenced.record.body = record.body
        return StoredRecord(
            sequenced: sequenced, trailer: start..<section.lowerBound, section: section,
            body: bodyStart..<reader.offset, sectionHash: head.sectionHash,
            bodyHash: head.bodyHash)
    }

    private struct Head {
        var record: DurableRecord
        var bodyCount: Int
        var sectionCount: Int
        var previousOfLine: UInt64
        var previousOfSubject: UInt64
        var sectionHash: SHA256Digest
        var bodyHash: SHA256Digest?
    }

    private static func readTrailer(_ reader: inout PackedReader) throws(ByteReaderError) -> Head {
        let format = try reader.fixed(UInt8.self)
        guard format == version else {
            throw reader.wrong("record format \(format); this riskd knows \(version)")
        }
        let type = try reader.code(RecordType.self)
        guard let outcome = LedgerOutcome(rawValue: try reader.fixed(UInt16.self)) else {
            throw reader.wrong("unknown outcome")
        }
        let tenant = TenantID(try reader.fixed(UInt32.self))
        let record = DurableRecord(
            type: type, tenant: tenant, sequence: try reader.fixed(UInt64.self),
            tenantSequence: try reader.fixed(UInt64.self),
            timeMicros: try reader.fixed(Int64.self), keyID: try reader.fixed(UInt32.self),
            outcome: outcome, subject: .none, effects: LedgerEffects(), body: [])
        let bodyCount = Int(try reader.fixed(UInt32.self))
        var head = Head(
            record: record, bodyCount: bodyCount, sectionCount: 0,
            previousOfLine: try reader.fixed(UInt64.self),
            previousOfSubject: try reader.fixed(UInt64.self), sectionHash: .zero, bodyHash: nil)
        head.sectionCount = Int(try reader.fixed(UInt32.self))
        head.record.tenantSequenceCount = try reader.fixed(UInt32.self)
        let numbers = head.record.tenantSequenceCount
        guard record.sequence > 0, record.sequence < UInt64(Int64.max), record.tenantSequence > 0,
            record.tenantSequence < UInt64(Int64.max), (1...countMax).contains(numbers),
            numbers == 1 || type == .batchApplied, head.previousOfLine < record.sequence,
            head.previousOfSubject < record.sequence
        else { throw reader.wrong("impossible sequences") }
        head.sectionHash = try reader.digest()
        if bodyCount > 0 { head.bodyHash = try reader.digest() }
        return head
    }

    /// Passes over the record at the reader's place by its lengths.
    static func skip(_ reader: inout PackedReader) throws(ByteReaderError) {
        _ = try reader.skip(36)
        let bodyCount = Int(try reader.fixed(UInt32.self))
        _ = try reader.skip(16)
        let sectionCount = Int(try reader.fixed(UInt32.self))
        _ = try reader.skip(trailerBytes(bodyCount: bodyCount) - 60 + sectionCount + bodyCount)
    }

    private static func readSection(
        _ reader: inout PackedReader, into sequenced: inout SequencedRecord
    ) throws(ByteReaderError) {
        let parts = try reader.fixed(UInt8.self)
        guard parts & ~Part.known == 0 else { throw reader.wrong("unknown parts") }
        sequenced.alternative = try reader.fixed(UInt8.self)
        if parts & Part.subject != 0 {
            sequenced.record.subject = SubjectID(try reader.hash())
        }
        if parts & Part.request != 0 {
            sequenced.requestKey = try reader.hash()
            sequenced.fingerprint = try reader.hash()
        }
        var effects = LedgerEffects()
        if parts & Part.unallocated != 0 { effects.unallocatedMinor = try reader.amount() }
        let context = ImageContext(sequenced.record)
        if parts & Part.lines != 0 {
            let count = try reader.count(least: 30)
            effects.lines.reserveCapacity(count)
            for place in 0..<count {
                let (line, previous) = try readLine(
                    &reader, in: context, hasPrevious: place > 0)
                effects.lines.append(line)
                if place > 0 { sequenced.previous.otherLines.append(previous) }
            }
        }
        if parts & Part.holds != 0 {
            let count = try reader.count(least: 8)
            effects.holds.reserveCapacity(count)
            for _ in 0..<count { effects.holds.append(try readHold(&reader, in: context)) }
        }
        if parts & Part.drawings != 0 {
            let count = try reader.count(least: 7)
            effects.drawings.reserveCapacity(count)
            for _ in 0..<count { effects.drawings.append(try readDrawing(&reader, in: context)) }
        }
        if parts & Part.rare != 0 {
            effects.rare = try readRare(&reader, &sequenced.previous, in: context)
        }
        sequenced.record.effects = effects
        try reader.finish()
    }

    /// A line, and the record before on it: 0 where that is not stored.
    static func readLine(
        _ reader: inout PackedReader, in context: ImageContext, hasPrevious: Bool
    ) throws(ByteReaderError) -> (LineImage, previous: UInt64) {
        let flags = try reader.fixed(UInt8.self)
        guard flags < 128, let status = LineStatus(rawValue: flags & 3 + 1) else {
            throw reader.wrong("unknown flags of a line")
        }
        let id = LineID(try reader.varint())
        let subject =
            flags & Flag.subjectOfRecord != 0 ? context.subject : SubjectID(try reader.hash())
        var line = LineImage(
            id: id, tenant: context.tenant, subject: subject, product: try reader.hash(),
            currency: Currency(packed: try reader.fixed(UInt32.self)),
            kind: flags & Flag.instalment != 0 ? .instalment : .revolving,
            chargesUseLimit: flags & Flag.chargesUseLimit != 0, status: status, version: 0,
            limitMinor: try reader.amount(), heldMinor: try reader.amount(),
            principalMinor: try reader.amount(), openedAtMicros: 0,
            lastSequence: context.sequence)
        line.version = try reader.varint()
        line.openedAtMicros = context.micros(try reader.zigzag())
        line.labels = LabelSetID(try reader.number())
        line.nominalRatePpm = try reader.number()
        line.renewalDay = try reader.number()
        var previous: UInt64 = 0
        if flags & Flag.unchanged != 0 {
            line.lastSequence = try reader.varint()
        } else if hasPrevious {
            previous = try reader.varint()
            guard previous < context.sequence else { throw reader.wrong("a later record") }
        }
        if flags & Flag.details != 0 { line.details = try readDetails(&reader) }
        return (line, previous)
    }

    private static func readDetails(
        _ reader: inout PackedReader
    ) throws(ByteReaderError) -> LineDetails {
        let flags = try reader.fixed(UInt8.self)
        guard flags & ~Detail.known == 0 else { throw reader.wrong("unknown details") }
        var debt = Debt()
        if flags & Detail.debts != 0 {
            let kinds = try reader.fixed(UInt16.self)
            guard kinds < 1 << UInt16(debtKinds.count) else { throw reader.wrong("unknown debt") }
            for (bit, kind) in debtKinds.enumerated() where kinds & 1 << UInt16(bit) != 0 {
                debt[kind.component, kind.age] = try reader.amount()
            }
        }
        let hasTemporary = flags & Detail.temporary != 0
        let temporaryMinor = hasTemporary ? try reader.amount() : 0
        let endsAtMicros = hasTemporary ? try reader.amount() : 0
        let since = flags & Detail.overLimit != 0 ? try reader.amount() : 0
        let blocks = flags & Detail.blocks != 0 ? try readBlocks(&reader) : []
        var price: PendingPrice?
        if flags & Detail.price != 0 {
            price = PendingPrice(
                nominalRatePpm: try reader.number(), effectiveAtMicros: try reader.amount(),
                appliesToAll: try reader.flag())
        }
        return LineDetails(
            debt: debt, temporaryMinor: temporaryMinor, temporaryEndsAtMicros: endsAtMicros,
            overLimitSinceMicros: since, blocks: blocks, pendingPrice: price)
    }

    static func readBlocks(_ reader: inout PackedReader) throws(ByteReaderError) -> [Block] {
        let count = try reader.count(least: 5)
        guard count <= Block.countMax else { throw reader.wrong("too many blocks") }
        var blocks: [Block] = []
        for _ in 0..<count {
            blocks.append(
                Block(
                    id: try reader.varint(), cause: try reader.code(), scope: try reader.code(),
                    untilMicros: try reader.amount(), actor: try reader.text()))
        }
        return blocks
    }

    static func readHold(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> HoldImage {
        let flags = try reader.fixed(UInt8.self)
        guard flags & ~(Flag.unchanged | 7) == 0, let state = HoldState(rawValue: flags & 7) else {
            throw reader.wrong("unknown flags of a hold")
        }
        var hold = HoldImage(
            id: HoldID(context.id(try reader.zigzag())), tenant: context.tenant,
            line: LineID(try reader.varint()), state: state, amountMinor: try reader.amount(),
            committedMinor: try reader.amount(),
            expiresAtMicros: context.micros(try reader.zigzag()),
            labels: LabelSetID(try reader.number()), lastSequence: context.sequence)
        let seconds = try reader.zigzag() &+ context.timeMicros / 1_000_000
        guard let placedSeconds = UInt32(exactly: seconds) else {
            throw reader.wrong("a time exceeds 32 bits")
        }
        hold.placedSeconds = placedSeconds
        if flags & Flag.unchanged != 0 { hold.lastSequence = try reader.varint() }
        return hold
    }

    static func readDrawing(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> DrawingImage {
        let isChanged = try readIsChanged(&reader)
        var drawing = DrawingImage(
            id: try reader.varint(), tenant: context.tenant, line: LineID(try reader.varint()),
            principalMinor: try reader.amount(), labels: LabelSetID(try reader.number()),
            placedSeconds: try reader.number(), nominalRatePpm: try reader.number(),
            lastSequence: context.sequence)
        if !isChanged { drawing.lastSequence = try reader.varint() }
        return drawing
    }

    /// The flag in front of an image.
    static func readIsChanged(_ reader: inout PackedReader) throws(ByteReaderError) -> Bool {
        let flags = try reader.fixed(UInt8.self)
        guard flags & ~Flag.unchanged == 0 else { throw reader.wrong("unknown flags") }
        return flags == 0
    }
}
