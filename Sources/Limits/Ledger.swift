public import Domain
internal import Ground

/// The ledger as a pure state machine: no I/O, no clock, the same answer on every replay.
///
/// Lines, holds and known subjects stand in `rows`, which readers see as far as it is durable;
/// drawings, reversals, the wheel of expiries and the portfolio's counters are the sequencer's
/// alone. A copy of this value shares all of it: there is one owner.
///
/// Memory: see `LineRow` (147 to 152 bytes a line) and `HoldRow` (85 to 88 bytes an open hold,
/// 104 within the 65 ms before it expires).
///
/// Ended holds stay readable while they are among the `endedHoldCountMax` most recently ended ones
/// (one million by default, at most 97 MB); then they leave the table and are unknown to it. A
/// count, not an age, so that what the table holds follows from the journal alone.
///
/// Complexity: O(1) an operation, and as many rows as it changes. Thread: the sequencer.
public struct Ledger: Sendable {
    /// Reason: answers about holds that just ended come from memory, older ones are not asked.
    public static let endedHoldCountMaxDefault = 1_048_576
    /// Rows that one freeze or write-off may end. Reason: they share one record.
    public static let endedAtOnceCountMax = 4_096
    /// Lines, holds and drawings that one change of a group may move. Reason: some 0.5 us each for
    /// every limit that they match, for which everybody waits.
    public static let movedAtOnceCountMax = 65_536
    /// Drawings that one record may touch. Reason: each takes 20 to 71 bytes of the record, and
    /// some 0.3 us of the sequencer, for which everybody waits.
    public static let drawingsAtOnceCountMax = 65_536

    /// What readers on other threads see, as far as it is durable.
    public let rows: LedgerRows
    let book: LedgerBook
    var wheel: HoldWheel
    var waiting = WaitingTimes()
    /// Slots of ended holds, oldest ending first.
    var ended = SlidingRing<UInt32>()
    let endedHoldCountMax: Int
    /// While images are restored: ended holds seen, because wheel and ring are built at the end.
    var endedWhileRestoring: Int?
    /// While images are restored: lines that came after a younger line of their subject.
    var linesBehindYounger: [UInt32] = []
    var subjectCount = 0
    var work = LedgerWork()
    /// The most blocks that a line ever had: bounds what the lines of a batch carry.
    var blockCountMax = 0
    /// Portfolio limits and their counters.
    public internal(set) var portfolio = Portfolio()

    /// Starts empty.
    public init(endedHoldCountMax: Int = Ledger.endedHoldCountMaxDefault) {
        self.init(endedHoldCountMax: endedHoldCountMax, bookRowCountMax: SlotIndex.slotCountMax)
    }

    /// Likewise, with room for so many drawings and as many reversals, a multiple of 256.
    init(endedHoldCountMax: Int, bookRowCountMax: Int) {
        precondition(endedHoldCountMax > 0, "some ended holds must be kept")
        self.endedHoldCountMax = endedHoldCountMax
        rows = LedgerRows()
        book = LedgerBook(rowCountMax: bookRowCountMax)
        wheel = HoldWheel(rows.holds)
    }

    /// Lines held, of every status.
    public var lineCount: Int { rows.lines.count }

    /// Holds held, ended ones included.
    public var holdCount: Int { rows.holds.count }

    /// Open holds that wait for their expiry.
    public var openHoldCount: Int { wheel.count }

    /// Drawings of which something is left.
    public var drawingCount: Int { book.drawings.count }

    /// The tenant's line as it is now, in the sequencer's private state.
    public func line(_ tenant: TenantID, _ id: LineID) -> LineImage? {
        rows.lines.slot(RowKey(tenant, id.rawValue)).map { rows.lines.image($0) }
    }

    /// The tenant's hold as it is now, in the sequencer's private state.
    public func hold(_ tenant: TenantID, _ id: HoldID) -> HoldImage? {
        rows.holds.slot(RowKey(tenant, id.rawValue)).map { rows.holds.image($0) }
    }

    /// What is known of a subject now, in the sequencer's private state.
    public func subject(_ tenant: TenantID, _ id: SubjectID) -> SubjectImage? {
        guard subjectCount > 0 else { return nil }
        return rows.subjects.slot(RowKey(tenant, id)).map { rows.subjects.image($0) }
    }

    /// The line's drawings of which something is left, oldest first.
    public func drawings(_ tenant: TenantID, of line: LineID) -> [DrawingImage] {
        guard let slot = rows.lines.slot(RowKey(tenant, line.rawValue)) else { return [] }
        return drawingSlots(slot).map { book.drawings[$0].image }
    }

    /// Does all `operations` of one ordinary record, or none.
    ///
    /// All of them have the record's number, so one record makes at most one line, one hold and one
    /// drawing. Amounts must be positive where `LedgerOperation` says so. Refusals come in the
    /// order of `LedgerOutcome.precedence` for the first operation that is refused; `.tooMany`
    /// comes too when what the record would carry does not fit.
    public mutating func apply(
        _ operations: Few<LedgerOperation>, stamp: LedgerStamp,
        fits: (LedgerBulk) -> Bool = { _ in true }
    ) -> LedgerResult {
        begin(stamp)
        let isWeighed = countsExposure && operations.contains(where: \.countsManyExposures)
        if isWeighed { keepWholeRecord(true) }
        defer { if isWeighed { keepWholeRecord(false) } }
        work.number = stamp.tenantSequence
        beginChain(operationCount: operations.count)
        for place in operations.indices {
            let step = perform(operations[place])
            if step.outcome != .done { return refuse(step) }
        }
        guard !isWeighed || fits(bulk(resultCount: 0)) else {
            undoRecord()
            return LedgerResult(outcome: .tooMany)
        }
        return settle(results: [])
    }

    /// The same, the operations as an array.
    public mutating func apply(
        _ operations: [LedgerOperation], stamp: LedgerStamp
    ) -> LedgerResult {
        apply(Few(operations), stamp: stamp)
    }

    /// Does a batch: `chains` says how many operations each chain has, in order; each chain is all
    /// or nothing by itself. Operation n has the number `tenantSequence` + n. The outcome is
    /// `.done`, with one result an operation; or `.tooMany` when what the record would carry does
    /// not fit: then nothing was changed.
    public mutating func applyBatch(
        _ operations: [LedgerOperation], chains: [UInt16], stamp: LedgerStamp,
        fits: (LedgerBulk) -> Bool = { _ in true }
    ) -> LedgerResult {
        begin(stamp)
        let isWeighed = mayNotFit(operations, fits)
        keepWholeRecord(isWeighed)
        defer { keepWholeRecord(false) }
        var results: [OperationResult] = []
        results.reserveCapacity(operations.count)
        var start = 0
        var warmEnd = 0
        for chain in chains {
            let end = start + Int(chain)
            precondition(end <= operations.count, "chains and operations have one length")
            if start >= warmEnd {
                warm(operations, from: start)
                warmEnd = start + Self.warmCountMax
            }
            applyChain(operations, start..<end, &results)
            start = end
        }
        precondition(start == operations.count, "chains and operations have one length")
        guard !isWeighed || fits(bulk(resultCount: results.count)) else {
            undoRecord()
            return LedgerResult(outcome: .tooMany)
        }
        return settle(results: results)
    }

    private mutating func applyChain(
        _ operations: [LedgerOperation], _ range: Range<Int>,
        _ results: inout [OperationResult]
    ) {
        beginChain(operationCount: range.count)
        let first = results.count
        for place in range {
            work.number = work.stamp.tenantSequence + UInt64(place)
            let step = perform(operations[place])
            guard step.outcome != .done else {
                results.append(result(step))
                continue
            }
            var refused = result(step)
            undoChain()
            refused.availableMinor = available(step)
            results.removeLast(results.count - first)
            let broken = OperationResult(outcome: .chainBroken)
            results.append(contentsOf: repeatElement(broken, count: range.count))
            results[first + place - range.lowerBound] = refused
            return
        }
    }

    private mutating func begin(_ stamp: LedgerStamp) {
        precondition(endedWhileRestoring == nil, "restoring is not finished")
        work.begin(stamp)
    }

    /// What a batch tells about one operation.
    private func result(_ step: LedgerStep) -> OperationResult {
        OperationResult(
            outcome: step.outcome,
            line: step.line.map { rows.lines[$0, \.image.id] } ?? LineID(0),
            hold: step.hold.map { rows.holds[$0, \.image.id] } ?? HoldID(0),
            availableMinor: available(step), unallocatedMinor: step.unallocatedMinor)
    }

    /// What the line of a step has available; 0 when its opening was undone.
    private func available(_ step: LedgerStep) -> Int64 {
        guard let slot = step.line, rows.lines.holdsRow(slot) else { return 0 }
        return rows.lines[slot, \.image].availableMinor
    }

    /// Undoes what earlier operations of the record did and shows what the refusing one met.
    private mutating func refuse(_ step: LedgerStep) -> LedgerResult {
        let refusal = portfolio.refusal
        undoChain()
        var result = LedgerResult(outcome: step.outcome)
        switch step.outcome {
        case .labelMissing, .exchangeRateMissing, .portfolioLimitExceeded:
            var rare = RareEffects()
            rare.refusal = refusal
            result.effects.rare = rare
        default: break
        }
        if let slot = step.line, rows.lines.holdsRow(slot) {
            let line = rows.lines.image(slot)
            result.effects.lines = [line]
            result.previousOfLine = line.lastSequence
        }
        if let slot = step.hold, rows.holds.holdsRow(slot) {
            result.effects.holds = [rows.holds.image(slot)]
        }
        return result
    }
}

/// The rows that are the sequencer's alone.
final class LedgerBook: @unchecked Sendable {
    // Sendable because the one ledger that made it is its only owner.
    var drawings: RowTable<DrawingRow>
    var reversals: RowTable<ReversalImage>

    init(rowCountMax: Int) {
        drawings = RowTable(capacity: rowCountMax, partCountLog2: 8)
        reversals = RowTable(capacity: rowCountMax, partCountLog2: 4)
    }
}
