internal import Domain
internal import Ground
internal import Limits

/// Images of lines, holds and drawings. `d` is a zigzag varint of the distance from the record's
/// number, `t` from the record's time; in a checkpoint both are 0.
///
///     line
///       0 flags u8: 1 status - 1 (two bits), 4 instalment, 8 charges use the limit, 16 details,
///         32 subject is the record's, 64 unchanged by the record
///       1 id v   subject 16 (not 32)   product 16   currency u32   limit v   held v
///         principal v   version v   opened at t   labels v   rate v   renewal day v
///         last sequence v (64), or the record before on this line v (neither 64 nor first)
///         details (16)
///     details
///       0 flags u8: 1 debts, 2 temporary limit, 4 over limit, 8 blocks, 16 price to come
///       1 kinds u16, amount v each (1)   amount v, ends at v (2)   since v (4)
///         blocks (8): count v, each id v, cause u8, scope u8, until v, actor text
///         rate v, effective at v, also open drawings u8 (16)
///     hold
///       0 flags u8: state (three bits), 64 unchanged
///       1 id d   line v   amount v   committed v   expires at t   labels v   placed seconds t
///         last sequence v (64)
///     drawing
///       0 flags u8: 64 unchanged
///       1 id v   line v   principal v   labels v   placed v   rate v   last sequence v (64)
extension RecordFormat {
    /// Flags of images.
    enum Flag {
        static let instalment: UInt8 = 4
        static let chargesUseLimit: UInt8 = 8
        static let details: UInt8 = 16
        static let subjectOfRecord: UInt8 = 32
        static let unchanged: UInt8 = 64
    }
    /// Flags of a line's details.
    enum Detail {
        static let debts: UInt8 = 1
        static let temporary: UInt8 = 2
        static let overLimit: UInt8 = 4
        static let blocks: UInt8 = 8
        static let price: UInt8 = 16
        static let known: UInt8 = 31
    }

    /// The kinds of debt in the order of their bits.
    static let debtKinds: [WaterfallStep] = DebtComponent.allCases.flatMap { component in
        DebtAge.allCases.map { WaterfallStep(component, $0) }
    }

    /// Bounds of lengths: ten bytes a varint.
    static let lineBytesMax = 1 + 16 + 16 + 4 + 9 * 10
    static let holdBytesMax = 1 + 8 * 10
    static let drawingBytesMax = 1 + 7 * 10
    static let blockBytesMax = 2 + 3 * 10 + blockActorBytesMax
    /// What the door lets through as a block's actor.
    static let blockActorBytesMax = 128
    static let detailsBytesMax = 1 + 2 + 12 * 10 + 5 * 10 + 1 + 10

    /// See `byteCountMax`.
    static func sectionBytesMax(_ effects: LedgerEffects) -> Int {
        var count = 2 + 16 + 32 + 10 + 3 * 10
        count += effects.lines.count * lineBytesMax + effects.holds.count * holdBytesMax
        count += effects.drawings.count * drawingBytesMax
        for line in effects.lines {
            if let details = line.details {
                count += detailsBytesMax + details.blocks.count * blockBytesMax
            }
        }
        return effects.isUsual ? count : count + rareBytesMax(effects.rare)
    }

    /// The same bound before there are images, from how many there will be.
    static func sectionBytesMax(_ bulk: LedgerBulk) -> Int {
        var count = 2 + 16 + 32 + 10 + 3 * 10 + rareFrameBytesMax
        count += bulk.lines * lineBytesMax + bulk.details * detailsBytesMax
        count += bulk.blocks * blockBytesMax
        count += bulk.holds * holdBytesMax + bulk.drawings * drawingBytesMax
        count += bulk.cells * cellBytesMax + bulk.parts * partBytesMax
        return count + bulk.labelSets * labelSetBytesMax + bulk.results * resultBytesMax
    }

    static func append(
        _ line: LineImage, previous: UInt64?, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = line.lastSequence == context.sequence
        let hasSubjectOfRecord = line.subject == context.subject && context.subject != .none
        var flags = line.status.rawValue - 1
        if line.kind == .instalment { flags |= Flag.instalment }
        if line.chargesUseLimit { flags |= Flag.chargesUseLimit }
        if line.details != nil { flags |= Flag.details }
        if hasSubjectOfRecord { flags |= Flag.subjectOfRecord }
        if !isChanged { flags |= Flag.unchanged }
        writer.fixed(flags)
        writer.varint(line.id.rawValue)
        if !hasSubjectOfRecord { writer.hash(line.subject.hash) }
        writer.hash(line.product)
        writer.fixed(line.currency.packed)
        writer.varint(line.limitMinor)
        writer.varint(line.heldMinor)
        writer.varint(line.principalMinor)
        writer.varint(line.version)
        writer.zigzag(context.distance(ofMicros: line.openedAtMicros))
        writer.varint(line.labels.rawValue)
        writer.varint(line.nominalRatePpm)
        writer.varint(line.renewalDay)
        if !isChanged {
            writer.varint(line.lastSequence)
        } else if let previous {
            writer.varint(previous)
        }
        if let details = line.details { append(details, to: writer) }
    }

    private static func append(_ details: LineDetails, to writer: PackedWriter) {
        let hasTemporary = details.temporaryMinor != 0 || details.temporaryEndsAtMicros != 0
        let hasDebts = details.debt != Debt()
        var flags: UInt8 = 0
        if hasDebts { flags |= Detail.debts }
        if hasTemporary { flags |= Detail.temporary }
        if details.overLimitSinceMicros != 0 { flags |= Detail.overLimit }
        if !details.blocks.isEmpty { flags |= Detail.blocks }
        if details.pendingPrice != nil { flags |= Detail.price }
        writer.fixed(flags)
        if hasDebts {
            var kinds: UInt16 = 0
            for (bit, kind) in debtKinds.enumerated()
            where details.debt[kind.component, kind.age] != 0 {
                kinds |= 1 << UInt16(bit)
            }
            writer.fixed(kinds)
            for (bit, kind) in debtKinds.enumerated() where kinds & 1 << UInt16(bit) != 0 {
                writer.varint(details.debt[kind.component, kind.age])
            }
        }
        if hasTemporary {
            writer.varint(details.temporaryMinor)
            writer.varint(details.temporaryEndsAtMicros)
        }
        if details.overLimitSinceMicros != 0 { writer.varint(details.overLimitSinceMicros) }
        if !details.blocks.isEmpty { append(details.blocks, to: writer) }
        if let price = details.pendingPrice {
            writer.varint(price.nominalRatePpm)
            writer.varint(price.effectiveAtMicros)
            writer.fixed(price.appliesToAll ? 1 : 0 as UInt8)
        }
    }

    static func append(_ blocks: [Block], to writer: PackedWriter) {
        writer.varint(blocks.count)
        for block in blocks {
            writer.varint(block.id)
            writer.fixed(block.cause.rawValue)
            writer.fixed(block.scope.rawValue)
            writer.varint(block.untilMicros)
            writer.text(block.actor)
        }
    }

    static func append(_ hold: HoldImage, in context: ImageContext, to writer: PackedWriter) {
        let isChanged = hold.lastSequence == context.sequence
        writer.fixed(hold.state.rawValue | (isChanged ? 0 : Flag.unchanged))
        writer.zigzag(context.distance(hold.id.rawValue))
        writer.varint(hold.line.rawValue)
        writer.varint(hold.amountMinor)
        writer.varint(hold.committedMinor)
        writer.zigzag(context.distance(ofMicros: hold.expiresAtMicros))
        writer.varint(hold.labels.rawValue)
        writer.zigzag(context.distance(ofSeconds: hold.placedSeconds))
        if !isChanged { writer.varint(hold.lastSequence) }
    }

    static func append(
        _ drawing: DrawingImage, in context: ImageContext, to writer: PackedWriter
    ) {
        let isChanged = drawing.lastSequence == context.sequence
        writer.fixed(isChanged ? 0 : Flag.unchanged)
        writer.varint(drawing.id)
        writer.varint(drawing.line.rawValue)
        writer.varint(drawing.principalMinor)
        writer.varint(drawing.labels.rawValue)
        writer.varint(drawing.placedSeconds)
        writer.varint(drawing.nominalRatePpm)
        if !isChanged { writer.varint(drawing.lastSequence) }
    }
}
