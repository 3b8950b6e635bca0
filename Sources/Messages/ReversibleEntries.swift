internal import CMessages
public import Domain
internal import Ground

/// What a counter-entry takes back, as its record has it.
public struct StoredEntry: Sendable {
    /// Of a repayment: the drawings as they were after the record, the oldest first.
    public var entry: ReversibleEntry
    /// Of a repayment in a batch: the principal that earlier ones of the batch paid on the line.
    public var principalPaidBeforeMinor: Int64 = 0
    /// Of a batch: what each drawing was that it made, by number.
    public var madeHere: [UInt64: Int64] = [:]

    /// Of a repayment: the principal that it paid.
    public var principalPaidMinor: Int64 {
        guard case .repayment(let paid, _) = entry.kind else { return 0 }
        return Self.principal(of: paid)
    }

    static func principal(of parts: [ReversibleEntry.Part]) -> Int64 {
        parts.reduce(0) { $0 + ($1.step.component == .principal ? $1.amountMinor : 0) }
    }
}

/// Reads out of a record what a counter-entry takes back.
extension Codec {
    /// The entry with this number in its record; nil when the record was refused, or is nothing
    /// that can be taken back.
    ///
    /// Errors: `MessageFault` when the stored body is damaged.
    public func storedEntry(
        _ number: UInt64, in record: DurableRecord
    ) throws(MessageFault) -> StoredEntry? {
        guard record.outcome == .done, let line = record.effects.lines.last?.id else { return nil }
        switch record.type {
        case .holdCommitted:
            return drawing(number, in: record).map { StoredEntry(entry: $0) }
        case .repaid:
            return StoredEntry(
                entry: Self.repayment(number, line, record.effects.rare.parts, in: record))
        case .charged:
            defer { arena.reset() }
            let request = try RecordBody.part(.request, of: record.body)
            guard let charge = try facts(record.type, request).charge else { return nil }
            return Self.charge(number, line, charge).map { StoredEntry(entry: $0) }
        case .batchApplied:
            return try entryOfBatch(number, in: record)
        default:
            return nil
        }
    }

    private func drawing(_ number: UInt64, in record: DurableRecord) -> ReversibleEntry? {
        guard let drawing = record.effects.drawings.first(where: { $0.id == number }) else {
            return nil
        }
        return ReversibleEntry(
            entry: number, line: drawing.line, totalMinor: drawing.principalMinor,
            kind: .drawing(labels: drawing.labels, placedSeconds: drawing.placedSeconds))
    }

    private static func repayment(
        _ number: UInt64, _ line: LineID, _ parts: [ReversibleEntry.Part],
        in record: DurableRecord
    ) -> ReversibleEntry {
        ReversibleEntry(
            entry: number, line: line, totalMinor: parts.reduce(0) { $0 + $1.amountMinor },
            kind: .repayment(
                paid: parts,
                drawings: record.effects.drawings.filter { $0.line == line }
                    .sorted { $0.id < $1.id }))
    }

    private static func charge(
        _ number: UInt64, _ line: LineID, _ charge: RequestFacts.Operation
    ) -> ReversibleEntry? {
        guard let component = DebtComponent(rawValue: UInt8(truncatingIfNeeded: charge.component)),
            let age = DebtAge(rawValue: UInt8(truncatingIfNeeded: charge.age))
        else { return nil }
        return ReversibleEntry(
            entry: number, line: line, totalMinor: charge.amountMinor,
            kind: .charge(component, age))
    }

    private func entryOfBatch(
        _ number: UInt64, in record: DurableRecord
    ) throws(MessageFault) -> StoredEntry? {
        let results = record.effects.rare.results
        guard number >= record.tenantSequence,
            let place = Int(exactly: number - record.tenantSequence), place < results.count,
            results[place].outcome == .done
        else { return nil }
        defer { arena.reset() }
        let request = try RecordBody.part(.request, of: record.body)
        let batch = BatchParts(
            record: record, operations: try facts(record.type, request).operations)
        let line = results[place].line
        switch batch.action(place) {
        case .commit:
            // The amount asked for: the image is of the batch's end, when later operations may
            // have paid some of it back.
            guard var entry = drawing(number, in: record) else { return nil }
            entry.totalMinor = batch.operations[place].amountMinor
            return StoredEntry(entry: entry)
        case .postCharge:
            return Self.charge(number, line, batch.operations[place]).map {
                StoredEntry(entry: $0)
            }
        case .repay:
            let entry = Self.repayment(number, line, batch.parts(place), in: record)
            return StoredEntry(
                entry: entry,
                principalPaidBeforeMinor: batch.principalPaid(before: place, on: line),
                madeHere: batch.drawingsMade())
        case .reserve, .release, .extendHold, .reclassify, .openLine, nil:
            return nil
        }
    }
}

/// The repayments of a batch, told apart: its record lists what they paid one after another.
private struct BatchParts {
    let record: DurableRecord
    let operations: [RequestFacts.Operation]

    func action(_ place: Int) -> BatchAction? {
        guard place < operations.count, record.effects.rare.results[place].outcome == .done else {
            return nil
        }
        return BatchAction(rawValue: UInt8(truncatingIfNeeded: operations[place].action))
    }

    /// What a repayment paid: its parts come behind those of the repayments before it, and their
    /// sum is its amount less what met no debt.
    func parts(_ wanted: Int) -> [ReversibleEntry.Part] {
        split { place, _ in place == wanted }.first ?? []
    }

    /// The principal that earlier repayments of the batch paid on a line.
    func principalPaid(before wanted: Int, on line: LineID) -> Int64 {
        split { place, other in place < wanted && other == line }
            .reduce(0) { $0 + StoredEntry.principal(of: $1) }
    }

    /// What each drawing was that the batch made.
    func drawingsMade() -> [UInt64: Int64] {
        var made: [UInt64: Int64] = [:]
        for place in operations.indices where action(place) == .commit {
            made[record.tenantSequence + UInt64(place)] = operations[place].amountMinor
        }
        return made
    }

    private func split(
        _ isWanted: (_ place: Int, _ line: LineID) -> Bool
    ) -> [[ReversibleEntry.Part]] {
        let rare = record.effects.rare
        var next = 0
        var found: [[ReversibleEntry.Part]] = []
        for place in operations.indices where action(place) == .repay {
            var left = operations[place].amountMinor - rare.results[place].unallocatedMinor
            var parts: [ReversibleEntry.Part] = []
            while left > 0, next < rare.parts.count {
                parts.append(rare.parts[next])
                left -= rare.parts[next].amountMinor
                next += 1
            }
            if isWanted(place, rare.results[place].line) { found.append(parts) }
        }
        return found
    }
}

extension ReversalKind {
    /// Whether an entry of this sort can be taken back for this reason.
    public func suits(_ kind: ReversibleEntry.Kind) -> Bool {
        switch (self, kind) {
        case (.correction, _), (.refund, .drawing), (.refund, .charge),
            (.returnedPayment, .repayment), (.chargeback, .drawing):
            true
        case (.refund, .repayment), (.returnedPayment, _), (.chargeback, _): false
        }
    }
}
