public import Domain
internal import Ground

extension Ledger {
    /// Rows a checkpoint block holds. Reason: one block is copied while the sequencer waits, and
    /// 256 rows take some 20 us.
    public static let blockRowCount = 256

    /// Blocks of line rows there are now.
    public var lineBlockCount: Int { Self.blocks(lines.slotCount) }

    /// Blocks of hold rows there are now.
    public var holdBlockCount: Int { Self.blocks(holds.slotCount) }

    /// The lines of one block; fewer than 256 at the end or where slots are vacant.
    public func lineBlock(_ index: Int) -> [LineImage] { Self.block(index, of: lines) }

    /// The holds of one block, ended ones included.
    public func holdBlock(_ index: Int) -> [HoldImage] { Self.block(index, of: holds) }

    /// Every line, in no particular order.
    public func forEachLine(_ body: (LineImage) -> Void) {
        for slot in 0..<lines.slotCount where lines[slot].number != 0 { body(lines[slot]) }
    }

    /// Every hold, in no particular order.
    public func forEachHold(_ body: (HoldImage) -> Void) {
        for slot in 0..<holds.slotCount where holds[slot].number != 0 { body(holds[slot]) }
    }

    /// Begins a rebuild from images; `apply` is forbidden until `finishRestoring`.
    public mutating func beginRestoring() {
        precondition(lines.slotCount == 0 && holds.slotCount == 0, "only an empty ledger")
        endedWhileRestoring = 0
    }

    /// Writes a line back as a checkpoint or record has it, unless a newer state is there.
    public mutating func restore(_ image: LineImage) {
        precondition(endedWhileRestoring != nil, "restoring was not begun")
        Self.check(image)
        guard let slot = lines.slot(tenant: image.tenant, number: image.number) else {
            _ = lines.insert(image)
            return
        }
        if image.lastSequence > lines[slot].lastSequence { lines.replace(slot, with: image) }
    }

    /// Writes a hold back as a checkpoint or record has it, unless a newer state is there.
    public mutating func restore(_ image: HoldImage) {
        guard let endedCount = endedWhileRestoring else {
            preconditionFailure("restoring was not begun")
        }
        var endings = image.state == .held ? 0 : 1
        if let slot = holds.slot(tenant: image.tenant, number: image.number) {
            guard image.lastSequence > holds[slot].lastSequence else { return }
            if holds[slot].state != .held { endings -= 1 }
            holds.replace(slot, with: image)
        } else {
            _ = holds.insert(image)
        }
        endedWhileRestoring = endedCount + endings
        // Whatever has as many younger ended holds above it is out for good; twice the bound keeps
        // the sorting rare.
        if endedCount + endings > 2 * endedHoldCountMax {
            endedWhileRestoring = keepYoungestEnded().count
        }
    }

    /// Ends a rebuild: drops the ended holds beyond the bound and sets the expiries.
    public mutating func finishRestoring() {
        for slot in keepYoungestEnded() { ended.append(UInt32(slot)) }
        for slot in 0..<holds.slotCount where holds[slot].number != 0 {
            let hold = holds[slot]
            if hold.state == .held {
                expiries.insert(slot: slot, dueMicros: hold.expiresAtMicros)
            }
        }
        endedWhileRestoring = nil
    }

    /// Removes all ended holds but the most recent ones; says their slots, oldest ending first.
    private mutating func keepYoungestEnded() -> [Int] {
        let slots = (0..<holds.slotCount)
            .filter { holds[$0].number != 0 && holds[$0].state != .held }
            .sorted { left, right in
                let (first, second) = (holds[left], holds[right])
                return first.lastSequence != second.lastSequence
                    ? first.lastSequence < second.lastSequence : first.number < second.number
            }
        let surplus = max(0, slots.count - endedHoldCountMax)
        for slot in slots.prefix(surplus) { holds.remove(slot) }
        return Array(slots.dropFirst(surplus))
    }

    private static func blocks(_ slots: Int) -> Int { (slots + blockRowCount - 1) / blockRowCount }

    private static func block<Row: LedgerRow>(_ index: Int, of table: RowTable<Row>) -> [Row] {
        let start = index * blockRowCount
        return (start..<max(start, min(start + blockRowCount, table.slotCount)))
            .map { table[$0] }.filter { $0.number != 0 }
    }
}

extension Ledger {
    /// The ended holds that are kept, oldest ending first.
    public var endedHolds: [HoldImage] {
        (ended.startNumber..<ended.endNumber).map { holds[Int(ended[$0])] }
    }
}
