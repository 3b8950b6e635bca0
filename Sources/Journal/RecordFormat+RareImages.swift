internal import Domain
internal import Ground

/// The images that few records have.
///
///     what follows u16: a bit each, in this order; each but the refusal is count v, items
///       reversal (1)    last u8   entry v   reversed v   last sequence v
///       subject (2)     last u8   id 16   labels v   group u64   blocks   last sequence v
///       label set (4)   id v   count v, each dimension v, value u64
///       limit (8)       last u8   id v   scope   measure u8   bound   period u8   currency u32
///                       zone   status u8   version v   last sequence v
///         scope         count v, each dimension v, is one value u8, value u64 if so
///         bound         1 amount v | 2 count v | 3 share v, book's floor v
///         zone          name text, count v, each from z, offset z
///       cell (16)       last u8   limit v   values u64 x 4   period z   currency u32   amount z
///                       count z   level u8   last sequence v or the record before v
///       rate (32)       last u8   from u32   to u32   rate v   last sequence v
///       part (64)       component u8   age u8   amount v
///       refusal (128)   limit v   available z   dimension v
///       result (256)    outcome v   line v   hold v   available v   unallocated v
///
/// `last` is 64 and the last sequence follows when the record did not change the image, else 0 and
/// it is the record's; a changed cell says which record changed it before.
extension RecordFormat {
    /// Which lists a record's rare images have.
    enum Rare {
        static let reversals: UInt16 = 1
        static let subjects: UInt16 = 2
        static let labelSets: UInt16 = 4
        static let limits: UInt16 = 8
        static let cells: UInt16 = 16
        static let rates: UInt16 = 32
        static let parts: UInt16 = 64
        static let refusal: UInt16 = 128
        static let results: UInt16 = 256
        static let known: UInt16 = 511
    }

    /// Kinds of bounds.
    enum BoundKind: UInt8 {
        case amount = 1
        case count = 2
        case share = 3
    }

    /// Bounds of lengths, as those of usual images.
    static let rareFrameBytesMax = 2 + 9 * 10 + 3 * 10
    static let cellBytesMax = 2 + 32 + 4 + 5 * 10
    static let labelSetBytesMax = 20 + LabelSetImage.countMax * 18
    static let partBytesMax = 12
    static let resultBytesMax = 5 * 10

    /// See `byteCountMax`.
    static func rareBytesMax(_ rare: RareEffects) -> Int {
        var count = rareFrameBytesMax
        count += rare.reversals.count * (1 + 3 * 10)
        for subject in rare.subjects {
            count += 1 + 16 + 8 + 3 * 10 + subject.blocks.count * blockBytesMax
        }
        for set in rare.labelSets { count += 20 + set.labels.count * 18 }
        for limit in rare.limits {
            count += 8 + 7 * 10 + limit.scope.count * 19
            count += 10 + limit.zone.name.utf8.count + limit.zone.steps.count * 20
        }
        count += rare.cells.count * cellBytesMax
        count += rare.rates.count * (1 + 8 + 2 * 10)
        count += rare.parts.count * partBytesMax
        return count + rare.results.count * resultBytesMax
    }

    static func appendRare(
        _ rare: RareEffects, _ previous: PreviousSequences, in context: ImageContext,
        to writer: PackedWriter
    ) {
        var lists: UInt16 = 0
        if !rare.reversals.isEmpty { lists |= Rare.reversals }
        if !rare.subjects.isEmpty { lists |= Rare.subjects }
        if !rare.labelSets.isEmpty { lists |= Rare.labelSets }
        if !rare.limits.isEmpty { lists |= Rare.limits }
        if !rare.cells.isEmpty { lists |= Rare.cells }
        if !rare.rates.isEmpty { lists |= Rare.rates }
        if !rare.parts.isEmpty { lists |= Rare.parts }
        if rare.refusal != nil { lists |= Rare.refusal }
        if !rare.results.isEmpty { lists |= Rare.results }
        writer.fixed(lists)
        func list<Item>(_ items: [Item], _ append: (Item) -> Void) {
            guard !items.isEmpty else { return }
            writer.varint(items.count)
            for item in items { append(item) }
        }
        list(rare.reversals) { append($0, in: context, to: writer) }
        list(rare.subjects) { append($0, in: context, to: writer) }
        list(rare.labelSets) { append($0, to: writer) }
        list(rare.limits) { append($0, in: context, to: writer) }
        if !rare.cells.isEmpty {
            writer.varint(rare.cells.count)
            for place in rare.cells.indices {
                append(
                    rare.cells[place], previous: previous.cells[place], in: context, to: writer)
            }
        }
        list(rare.rates) { append($0, in: context, to: writer) }
        list(rare.parts) { part in
            writer.fixed(part.step.component.rawValue)
            writer.fixed(part.step.age.rawValue)
            writer.varint(part.amountMinor)
        }
        if let refusal = rare.refusal {
            writer.varint(refusal.limit.rawValue)
            writer.zigzag(refusal.available)
            writer.varint(refusal.missingDimension)
        }
        list(rare.results) { result in
            writer.varint(UInt64(result.outcome.rawValue))
            writer.varint(result.line.rawValue)
            writer.varint(result.hold.rawValue)
            writer.varint(result.availableMinor)
            writer.varint(result.unallocatedMinor)
        }
    }

    /// The flag in front of an image; says whether the record changed it.
    private static func begin(
        lastSequence: UInt64, in context: ImageContext, _ writer: PackedWriter
    ) -> Bool {
        let isChanged = lastSequence == context.sequence
        writer.fixed(isChanged ? 0 : Flag.unchanged)
        return isChanged
    }

    static func append(
        _ reversal: ReversalImage, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = begin(lastSequence: reversal.lastSequence, in: context, writer)
        writer.varint(reversal.entry)
        writer.varint(reversal.reversedMinor)
        if !isChanged { writer.varint(reversal.lastSequence) }
    }

    static func append(
        _ subject: SubjectImage, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = begin(lastSequence: subject.lastSequence, in: context, writer)
        writer.hash(subject.id.hash)
        writer.varint(subject.labels.rawValue)
        writer.fixed(subject.group)
        append(subject.blocks, to: writer)
        if !isChanged { writer.varint(subject.lastSequence) }
    }

    static func append(_ set: LabelSetImage, to writer: PackedWriter) {
        writer.varint(set.id.rawValue)
        writer.varint(set.labels.count)
        for label in set.labels {
            writer.varint(label.dimension)
            writer.fixed(label.value)
        }
    }

    static func append(
        _ limit: PortfolioLimit, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = begin(lastSequence: limit.lastSequence, in: context, writer)
        writer.varint(limit.id.rawValue)
        writer.varint(limit.scope.count)
        for term in limit.scope {
            writer.varint(term.dimension)
            writer.fixed(term.value == nil ? 0 : 1 as UInt8)
            if let value = term.value { writer.fixed(value) }
        }
        writer.fixed(limit.measure.rawValue)
        switch limit.bound {
        case .amount(let amount):
            writer.fixed(BoundKind.amount.rawValue)
            writer.varint(amount)
        case .count(let count):
            writer.fixed(BoundKind.count.rawValue)
            writer.varint(count)
        case .share(let ppm, let floor):
            writer.fixed(BoundKind.share.rawValue)
            writer.varint(ppm)
            writer.varint(floor)
        }
        writer.fixed(limit.period.rawValue)
        writer.fixed(limit.currency.packed)
        writer.text(limit.zone.name)
        writer.varint(limit.zone.steps.count)
        for step in limit.zone.steps {
            writer.zigzag(step.fromSeconds)
            writer.zigzag(Int64(step.offsetSeconds))
        }
        writer.fixed(limit.status.rawValue)
        writer.varint(limit.version)
        if !isChanged { writer.varint(limit.lastSequence) }
    }

    static func append(
        _ cell: CellImage, previous: UInt64, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = begin(lastSequence: cell.lastSequence, in: context, writer)
        writer.varint(cell.key.limit.rawValue)
        for place in cell.key.values.indices { writer.fixed(cell.key.values[place]) }
        writer.zigzag(Int64(cell.key.period))
        writer.fixed(cell.key.currency.packed)
        writer.zigzag(cell.amountMinor)
        writer.zigzag(cell.count)
        writer.fixed(cell.level)
        writer.varint(isChanged ? previous : cell.lastSequence)
    }

    static func append(
        _ rate: ExchangeRate, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = begin(lastSequence: rate.lastSequence, in: context, writer)
        writer.fixed(rate.from.packed)
        writer.fixed(rate.to.packed)
        writer.varint(rate.ratePpb)
        if !isChanged { writer.varint(rate.lastSequence) }
    }
}
