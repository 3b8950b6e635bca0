public import Domain
internal import Ground

/// Lines and holds as a pure state machine: no I/O, no clock, the same answer on every replay.
///
/// Memory of a line: 104 bytes of row and 5 to 11 of index. Memory of an open hold: 64 bytes of
/// row, 5 to 11 of index, 16 of expiry heap and 4 of heap place: at most 95. An ended hold costs
/// 64 + 11 + 4 bytes until it leaves.
///
/// Ended holds stay readable while they are among the `endedHoldCountMax` most recently ended ones
/// (one million by default, at most 80 MB); then they leave the table and are unknown to it. A
/// count, not an age, so that what the table holds follows from the journal alone.
///
/// Complexity: O(1) an operation, O(log holds) where an expiry is set or called off.
/// Thread: the sequencer.
public struct Ledger: Sendable {
    /// Reason: answers about holds that just ended come from memory, older ones are not asked.
    public static let endedHoldCountMaxDefault = 1_048_576

    var lines = RowTable<LineImage>(partCountLog2: 8)
    var holds = RowTable<HoldImage>(partCountLog2: 8)
    var expiries = TimerHeap()
    /// Slots of ended holds, oldest ending first.
    var ended = SlidingRing<UInt32>()
    let endedHoldCountMax: Int
    /// While images are restored: ended holds seen, because heap and ring are built at the end.
    var endedWhileRestoring: Int?

    /// What the operations of the record in hand changed, to be undone on a refusal.
    var changedLines: [(slot: Int, before: LineImage?)] = []
    var changedHolds: [(slot: Int, before: HoldImage?)] = []

    /// Starts empty.
    public init(endedHoldCountMax: Int = Ledger.endedHoldCountMaxDefault) {
        precondition(endedHoldCountMax > 0, "some ended holds must be kept")
        self.endedHoldCountMax = endedHoldCountMax
    }

    /// Lines held.
    public var lineCount: Int { lines.count }

    /// Holds held, ended ones included.
    public var holdCount: Int { holds.count }

    /// Open holds that wait for their expiry.
    public var openHoldCount: Int { expiries.count }

    /// When the next open hold's time is over; nil when none is open.
    public var nextExpiryMicros: Int64? { expiries.first?.dueMicros }

    /// The tenant's line as it is now, in the sequencer's private state.
    public func line(_ tenant: TenantID, _ id: LineID) -> LineImage? {
        lines.slot(tenant: tenant, number: id.rawValue).map { lines[$0] }
    }

    /// The tenant's hold as it is now, in the sequencer's private state.
    public func hold(_ tenant: TenantID, _ id: HoldID) -> HoldImage? {
        holds.slot(tenant: tenant, number: id.rawValue).map { holds[$0] }
    }

    /// The hold that is due first at `micros`, with its line; nil when none is due.
    ///
    /// The sequencer writes an expiry record for it, at most 512 a slice, and asks again.
    public func firstDue(atMicros micros: Int64) -> (hold: HoldImage, line: LineImage)? {
        guard let first = expiries.first, first.dueMicros <= micros else { return nil }
        let hold = holds[first.slot]
        guard let line = line(hold.tenant, hold.line) else {
            preconditionFailure("a hold's line is always there")
        }
        return (hold, line)
    }

    /// Does all `operations` of one record, or none.
    ///
    /// Amounts must be positive (the caller refuses others before they become operations), and one
    /// record opens at most one line and places at most one hold. Refusals come in the order of
    /// `LedgerOutcome`'s raw values for the first operation that is refused.
    public mutating func apply(
        _ operations: [LedgerOperation], stamp: LedgerStamp
    ) -> LedgerResult {
        precondition(endedWhileRestoring == nil, "restoring is not finished")
        changedLines.removeAll(keepingCapacity: true)
        changedHolds.removeAll(keepingCapacity: true)
        unallocatedMinor = 0
        for operation in operations {
            let step = perform(operation, stamp: stamp)
            if step.outcome != .done { return refuse(step) }
        }
        return settle(stamp)
    }

    /// Undoes what earlier operations of the record did and shows what the refusing one met.
    private mutating func refuse(_ step: Step) -> LedgerResult {
        for change in changedHolds.reversed() {
            if let before = change.before {
                holds.replace(change.slot, with: before)
            } else {
                holds.remove(change.slot)
            }
        }
        for change in changedLines.reversed() {
            if let before = change.before {
                lines.replace(change.slot, with: before)
            } else {
                lines.remove(change.slot)
            }
        }
        var result = LedgerResult(
            outcome: step.outcome, effects: LedgerEffects(), previousOfLine: 0)
        if let slot = step.lineSlot, lines[slot].number != 0 {
            result.effects.lines = [lines[slot]]
            result.previousOfLine = lines[slot].lastSequence
        }
        if let slot = step.holdSlot, holds[slot].number != 0 {
            result.effects.holds = [holds[slot]]
        }
        return result
    }

    /// Stamps every row the record changed, and sets or calls off expiries.
    private mutating func settle(_ stamp: LedgerStamp) -> LedgerResult {
        var result = LedgerResult(outcome: .done, effects: LedgerEffects(), previousOfLine: 0)
        result.effects.unallocatedMinor = unallocatedMinor
        result.previousOfLine = changedLines.first?.before?.lastSequence ?? 0
        result.effects.lines.reserveCapacity(changedLines.count)
        result.effects.holds.reserveCapacity(changedHolds.count)
        for change in changedLines {
            var line = lines[change.slot]
            line.version += 1
            line.lastSequence = stamp.sequence
            Self.check(line)
            lines.replace(change.slot, with: line)
            result.effects.lines.append(line)
        }
        var endings = 0
        for change in changedHolds {
            var hold = holds[change.slot]
            hold.lastSequence = stamp.sequence
            holds.replace(change.slot, with: hold)
            result.effects.holds.append(hold)
            if change.before == nil {
                expiries.insert(slot: change.slot, dueMicros: hold.expiresAtMicros)
            }
            if hold.state != .held {
                expiries.remove(slot: change.slot)
                endings += 1
            }
        }
        if endings > 0 { keepEnded(endings) }
        return result
    }

    /// Queues the holds that the record ended and lets the oldest ended ones go.
    private mutating func keepEnded(_ endings: Int) {
        if endings == 1, let change = changedHolds.first(where: { holds[$0.slot].state != .held }) {
            ended.append(UInt32(change.slot))
        } else {
            // By id, so that a restored ledger, which sorts, queues them in the same order.
            let slots = changedHolds.map(\.slot).filter { holds[$0].state != .held }
            for slot in slots.sorted(by: { holds[$0].number < holds[$1].number }) {
                ended.append(UInt32(slot))
            }
        }
        while ended.count > endedHoldCountMax { holds.remove(Int(ended.removeFirst())) }
    }

    /// The part of this record's repayments that met no debt.
    var unallocatedMinor: Int64 = 0

    /// The invariant of every line after every record.
    static func check(_ line: LineImage) {
        precondition(
            line.heldMinor >= 0 && line.drawnMinor >= 0 && line.availableMinor >= 0,
            "line \(line.number): limit = available + held + drawn, none negative, is broken")
    }
}
