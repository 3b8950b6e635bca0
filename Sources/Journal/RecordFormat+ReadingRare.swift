internal import Domain
internal import Ground

extension RecordFormat {
    /// Items of a list that takes at least `least` bytes an item; none when the list is not there.
    private static func readList<Item>(
        _ reader: inout PackedReader, _ isThere: Bool, least: Int,
        _ read: (inout PackedReader) throws(ByteReaderError) -> Item
    ) throws(ByteReaderError) -> [Item] {
        guard isThere else { return [] }
        let count = try reader.count(least: least)
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try read(&reader)) }
        return items
    }

    static func readRare(
        _ reader: inout PackedReader, _ previous: inout PreviousSequences, in context: ImageContext
    ) throws(ByteReaderError) -> RareEffects {
        let lists = try reader.fixed(UInt16.self)
        guard lists & ~Rare.known == 0 else { throw reader.wrong("unknown images") }
        func has(_ list: UInt16) -> Bool { lists & list != 0 }
        var rare = RareEffects()
        rare.reversals = try readList(&reader, has(Rare.reversals), least: 3) {
            (reader) throws(ByteReaderError) in try readReversal(&reader, in: context)
        }
        rare.subjects = try readList(&reader, has(Rare.subjects), least: 27) {
            (reader) throws(ByteReaderError) in try readSubject(&reader, in: context)
        }
        rare.labelSets = try readList(&reader, has(Rare.labelSets), least: 2) {
            (reader) throws(ByteReaderError) in try readLabelSet(&reader, in: context)
        }
        rare.limits = try readList(&reader, has(Rare.limits), least: 16) {
            (reader) throws(ByteReaderError) in try readLimit(&reader, in: context)
        }
        let cells = try readList(&reader, has(Rare.cells), least: 43) {
            (reader) throws(ByteReaderError) in try readCell(&reader, in: context)
        }
        rare.cells = cells.map { $0.cell }
        previous.cells = cells.map { $0.previous }
        rare.rates = try readList(&reader, has(Rare.rates), least: 10) {
            (reader) throws(ByteReaderError) in try readRate(&reader, in: context)
        }
        rare.parts = try readList(&reader, has(Rare.parts), least: 3) {
            (reader) throws(ByteReaderError) -> ReversibleEntry.Part in
            let step = WaterfallStep(try reader.code(), try reader.code())
            return ReversibleEntry.Part(step: step, amountMinor: try reader.amount())
        }
        if has(Rare.refusal) {
            rare.refusal = PortfolioRefusal(
                limit: PortfolioLimitID(try reader.varint()), available: try reader.zigzag(),
                missingDimension: try reader.varint())
        }
        rare.results = try readList(&reader, has(Rare.results), least: 5) {
            (reader) throws(ByteReaderError) in try readResult(&reader)
        }
        return rare
    }

    static func readReversal(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> ReversalImage {
        let isChanged = try readIsChanged(&reader)
        var reversal = ReversalImage(
            entry: try reader.varint(), tenant: context.tenant,
            reversedMinor: try reader.amount(), lastSequence: context.sequence)
        if !isChanged { reversal.lastSequence = try reader.varint() }
        return reversal
    }

    static func readSubject(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> SubjectImage {
        let isChanged = try readIsChanged(&reader)
        var subject = SubjectImage(
            id: SubjectID(try reader.hash()), tenant: context.tenant,
            labels: LabelSetID(try reader.number()), group: try reader.fixed(),
            blocks: try readBlocks(&reader), lastSequence: context.sequence)
        if !isChanged { subject.lastSequence = try reader.varint() }
        return subject
    }

    static func readLabelSet(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> LabelSetImage {
        let id = LabelSetID(try reader.number())
        let labels = try readList(&reader, true, least: 9) {
            (reader) throws(ByteReaderError) -> Label in
            Label(dimension: try reader.varint(), value: try reader.fixed())
        }
        guard labels.count <= LabelSetImage.countMax else { throw reader.wrong("too many labels") }
        return LabelSetImage(id: id, tenant: context.tenant, labels: labels)
    }

    static func readLimit(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> PortfolioLimit {
        let isChanged = try readIsChanged(&reader)
        let id = PortfolioLimitID(try reader.varint())
        let scope = try readList(&reader, true, least: 2) {
            (reader) throws(ByteReaderError) -> ScopeTerm in
            let dimension = try reader.varint()
            return ScopeTerm(
                dimension: dimension, value: try reader.flag() ? try reader.fixed() : nil)
        }
        guard scope.count <= PortfolioLimit.termCountMax else {
            throw reader.wrong("too many terms")
        }
        var limit = PortfolioLimit(
            id: id, tenant: context.tenant, scope: scope, measure: try reader.code(),
            bound: try readBound(&reader), period: try reader.code(),
            currency: Currency(packed: try reader.fixed()), lastSequence: context.sequence)
        limit.zone.name = try reader.text()
        limit.zone.steps = try readList(&reader, true, least: 2) {
            (reader) throws(ByteReaderError) -> ZoneOffsets.Step in
            let from = try reader.zigzag()
            guard let offset = Int32(exactly: try reader.zigzag()) else {
                throw reader.wrong("an offset exceeds 32 bits")
            }
            return ZoneOffsets.Step(fromSeconds: from, offsetSeconds: offset)
        }
        limit.status = try reader.code()
        limit.version = try reader.varint()
        if !isChanged { limit.lastSequence = try reader.varint() }
        return limit
    }

    private static func readBound(
        _ reader: inout PackedReader
    ) throws(ByteReaderError) -> PortfolioBound {
        switch try reader.code(BoundKind.self) {
        case .amount: return .amount(try reader.amount())
        case .count: return .count(try reader.amount())
        case .share:
            let ppm = try reader.amount()
            return .share(ppm: ppm, bookFloorMinor: try reader.amount())
        }
    }

    static func readCell(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> (cell: CellImage, previous: UInt64) {
        let isChanged = try readIsChanged(&reader)
        let limit = PortfolioLimitID(try reader.varint())
        var values = InlineArray<4, UInt64>(repeating: 0)
        for place in values.indices { values[place] = try reader.fixed() }
        guard let period = Int32(exactly: try reader.zigzag()) else {
            throw reader.wrong("a period exceeds 32 bits")
        }
        let key = CellKey(
            limit: limit, values: values, period: period,
            currency: Currency(packed: try reader.fixed()))
        let amountMinor = try reader.zigzag()
        let count = try reader.zigzag()
        let level = try reader.fixed(UInt8.self)
        guard level <= 100 else { throw reader.wrong("a level above 100") }
        let sequence = try reader.varint()
        guard !isChanged || sequence == 0 || sequence < context.sequence else {
            throw reader.wrong("a later record")
        }
        let cell = CellImage(
            key: key, tenant: context.tenant, amountMinor: amountMinor, count: count,
            level: level, lastSequence: isChanged ? context.sequence : sequence)
        return (cell, isChanged ? sequence : 0)
    }

    static func readRate(
        _ reader: inout PackedReader, in context: ImageContext
    ) throws(ByteReaderError) -> ExchangeRate {
        let isChanged = try readIsChanged(&reader)
        var rate = ExchangeRate(
            tenant: context.tenant, from: Currency(packed: try reader.fixed()),
            to: Currency(packed: try reader.fixed()), ratePpb: try reader.amount(),
            lastSequence: context.sequence)
        if !isChanged { rate.lastSequence = try reader.varint() }
        return rate
    }

    private static func readResult(
        _ reader: inout PackedReader
    ) throws(ByteReaderError) -> OperationResult {
        guard let code = UInt16(exactly: try reader.varint()),
            let outcome = LedgerOutcome(rawValue: code)
        else { throw reader.wrong("unknown outcome") }
        return OperationResult(
            outcome: outcome, line: LineID(try reader.varint()), hold: HoldID(try reader.varint()),
            availableMinor: try reader.amount(), unallocatedMinor: try reader.amount())
    }
}
