public import Domain
internal import Ground

/// What a checkpoint saves, in blocks of 256 slots, and what the state hash is taken of.
extension Ledger {
    /// Rows a checkpoint block holds at most. Reason: one block is copied while the sequencer
    /// waits, and 256 rows take some 20 us.
    public static let blockRowCount = 256

    /// Blocks of line rows there are now.
    public var lineBlockCount: Int { Self.blocks(rows.lines.slotCount) }
    /// Blocks of hold rows there are now.
    public var holdBlockCount: Int { Self.blocks(rows.holds.slotCount) }
    /// Blocks of subjects of which something is known.
    public var subjectBlockCount: Int { Self.blocks(rows.subjects.slotCount) }
    /// Blocks of drawings there are now.
    public var drawingBlockCount: Int { Self.blocks(book.drawings.slotCount) }
    /// Blocks of reversals there are now.
    public var reversalBlockCount: Int { Self.blocks(book.reversals.slotCount) }

    /// The lines of one block; fewer than 256 where slots are vacant.
    public func lineBlock(_ index: Int) -> [LineImage] { Self.block(index, of: rows.lines) }

    /// The holds of one block, ended ones included.
    public func holdBlock(_ index: Int) -> [HoldImage] { Self.block(index, of: rows.holds) }

    /// The subjects of one block.
    public func subjectBlock(_ index: Int) -> [SubjectImage] {
        Self.block(index, of: rows.subjects)
    }

    /// The drawings of one block.
    public func drawingBlock(_ index: Int) -> [DrawingImage] {
        Self.slots(index, of: book.drawings.slotCount)
            .filter { !book.drawings[$0].isVacant }.map { book.drawings[$0].image }
    }

    /// The reversals of one block.
    public func reversalBlock(_ index: Int) -> [ReversalImage] {
        Self.slots(index, of: book.reversals.slotCount)
            .filter { !book.reversals[$0].isVacant }.map { book.reversals[$0] }
    }

    /// Every line, in no particular order.
    public func forEachLine(_ body: (LineImage) -> Void) { Self.forEach(rows.lines, body) }

    /// Every hold, in no particular order.
    public func forEachHold(_ body: (HoldImage) -> Void) { Self.forEach(rows.holds, body) }

    /// Every subject of which something is known, in no particular order.
    public func forEachSubject(_ body: (SubjectImage) -> Void) { Self.forEach(rows.subjects, body) }

    /// Every drawing of which something is left, in no particular order.
    public func forEachDrawing(_ body: (DrawingImage) -> Void) {
        for index in 0..<drawingBlockCount { drawingBlock(index).forEach(body) }
    }

    /// Every entry of which something was taken back, in no particular order.
    public func forEachReversal(_ body: (ReversalImage) -> Void) {
        for index in 0..<reversalBlockCount { reversalBlock(index).forEach(body) }
    }

    /// The ended holds that are kept, oldest ending first.
    public var endedHolds: [HoldImage] {
        (ended.startNumber..<ended.endNumber).map { rows.holds.image(Int(ended[$0])) }
    }

    private static func blocks(_ slots: Int) -> Int { (slots + blockRowCount - 1) / blockRowCount }

    private static func slots(_ index: Int, of slotCount: Int) -> Range<Int> {
        let start = min(index * blockRowCount, slotCount)
        return start..<min(start + blockRowCount, slotCount)
    }

    private static func block<Row: StripedRow>(
        _ index: Int, of stripes: RowStripes<Row>
    ) -> [Row.Image] {
        slots(index, of: stripes.slotCount).filter(stripes.holdsRow).map(stripes.image)
    }

    private static func forEach<Row: StripedRow>(
        _ stripes: RowStripes<Row>, _ body: (Row.Image) -> Void
    ) {
        for slot in 0..<stripes.slotCount where stripes.holdsRow(slot) {
            body(stripes.image(slot))
        }
    }
}
