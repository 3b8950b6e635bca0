internal import CMessages
public import Domain

/// One entry of a statement: a record that changed the line, and the line before it.
public struct StatementEntry: Sendable {
    public var record: DurableRecord
    public var line: LineID
    /// The line before the record; nil when the record opened it.
    public var before: LineImage?

    /// All fields as given; the record has an image of the line.
    public init(record: DurableRecord, line: LineID, before: LineImage?) {
        self.record = record
        self.line = line
        self.before = before
    }

    /// The line after the record. Errors: a bug when the record did not touch it.
    public var after: LineImage {
        guard let image = record.effects.lines.last(where: { $0.id == line }) else {
            preconditionFailure("an entry's record has its line")
        }
        return image
    }
}

extension Codec {
    /// ListStatementResponse. Errors: `MessageFault` when a stored body is damaged.
    public func statementReply(_ entries: [StatementEntry]) throws(MessageFault) -> [UInt8] {
        let facts = try entryFacts(entries)
        return unsafe encode(Schemas.listStatementResponse) { reply in
            unsafe reply.n_entries = entries.count
            unsafe reply.entries = list(entries.count) { unsafe entry(entries[$0], facts[$0]) }
        }
    }

    /// WatchLineResponse. Errors: `MessageFault` when a stored body is damaged.
    public func watchReply(_ entries: [StatementEntry]) throws(MessageFault) -> [UInt8] {
        let facts = try entryFacts(entries)
        return unsafe encode(Schemas.watchLineResponse) { reply in
            unsafe reply.n_entries = entries.count
            unsafe reply.entries = list(entries.count) { unsafe entry(entries[$0], facts[$0]) }
        }
    }

    /// The requests of the entries, in the arena until the reply is encoded.
    private func entryFacts(
        _ entries: [StatementEntry]
    ) throws(MessageFault) -> [RequestFacts] {
        var facts: [RequestFacts] = []
        for entry in entries {
            let request = try RecordBody.part(.request, of: entry.record.body)
            facts.append(try self.facts(entry.record.type, request))
        }
        return facts
    }

    private func entry(
        _ entry: StatementEntry, _ facts: RequestFacts
    ) -> UnsafeMutablePointer<Creditrisk__V1__StatementEntry>? {
        let (record, before, after) = (entry.record, entry.before, entry.after)
        return unsafe make(Schemas.statementEntry) { message in
            unsafe message.entry_id = Int64(record.tenantSequence)
            unsafe message.time_micros = record.timeMicros
            unsafe message.kind = Self.kind(record.type)
            unsafe message.version = Int64(after.version)
            let holds = record.effects.holds.filter { $0.line == entry.line }
            if holds.count == 1 { unsafe message.hold_id = Int64(holds[0].id.rawValue) }
            unsafe message.reversed_entry_id = facts.reversedEntry
            unsafe message.reversal_kind = Creditrisk__V1__ReversalKind(
                rawValue: facts.reversalKind)
            unsafe message.limit_change_minor = after.limitMinor - (before?.limitMinor ?? 0)
            unsafe message.temporary_change_minor =
                (after.details?.temporaryMinor ?? 0) - (before?.details?.temporaryMinor ?? 0)
            unsafe message.held_change_minor = after.heldMinor - (before?.heldMinor ?? 0)
            let changes = DebtMessage.changes(from: before, to: after)
            unsafe message.n_debt_changes = changes.count
            unsafe message.debt_changes = debts(changes)
            unsafe fillBalances(&message, after)
            unsafe message.attribution = facts.attribution
            if let reference = unsafe facts.reference { unsafe message.reference = reference }
            guard record.type == .batchApplied else {
                unsafe message.unallocated_minor = record.effects.unallocatedMinor
                return
            }
            unsafe fillOperations(&message, entry, facts)
        }
    }

    private func fillBalances(
        _ message: inout Creditrisk__V1__StatementEntry, _ line: LineImage
    ) {
        unsafe message.limit_minor = line.limitMinor
        unsafe message.held_minor = line.heldMinor
        unsafe message.drawn_minor = line.drawnMinor
        unsafe message.principal_minor = line.principalMinor
        unsafe message.charges_minor = line.details?.debt.chargesMinor ?? 0
        unsafe message.available_minor = line.availableMinor
        unsafe message.over_limit_minor = line.overLimitMinor
    }

    /// The operations of a batch that met this line and took effect.
    private func fillOperations(
        _ message: inout Creditrisk__V1__StatementEntry, _ entry: StatementEntry,
        _ facts: RequestFacts
    ) {
        let results = entry.record.effects.rare.results
        let places = results.indices.filter {
            results[$0].outcome == .done && results[$0].line == entry.line
                && $0 < facts.operations.count
        }
        unsafe message.unallocated_minor = places.reduce(0) { $0 + results[$1].unallocatedMinor }
        unsafe message.n_operations = places.count
        unsafe message.operations = list(places.count) { index in
            let place = places[index]
            return unsafe make(Schemas.entryOperation) { operation in
                unsafe operation.entry_id =
                    Int64(entry.record.tenantSequence) + Int64(place)
                unsafe operation.action = Creditrisk__V1__BatchAction(
                    rawValue: facts.operations[place].action)
                unsafe operation.amount_minor = facts.operations[place].amountMinor
                unsafe operation.hold_id = Int64(results[place].hold.rawValue)
            }
        }
    }

    /// Records that never change a line have no kind.
    private static func kind(_ type: RecordType) -> Creditrisk__V1__EntryKind {
        switch type {
        case .lineOpened: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_OPENED
        case .holdPlaced: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_RESERVED
        case .holdCommitted: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_COMMITTED
        case .holdReleased: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_RELEASED
        case .holdExpired: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_EXPIRED
        case .holdExtended: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_EXTENDED
        case .charged: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_CHARGED
        case .reclassified: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_RECLASSIFIED
        case .repaid: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_REPAID
        case .entryReversed: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_REVERSED
        case .limitChanged: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_LIMIT_CHANGED
        case .temporaryLimitSet: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_TEMPORARY_LIMIT_SET
        case .repriced: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_REPRICED
        case .renewed: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_RENEWED
        case .frozen: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_FROZEN
        case .unfrozen: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_UNFROZEN
        case .writtenOff: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_WRITTEN_OFF
        case .lineClosed: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_CLOSED
        case .batchApplied: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_BATCH
        case .lineTimeCame, .subjectTimeCame:
            CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_TIME_CAME
        case .decision: CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_DECIDED
        case .featuresRegistered, .featuresPut, .linksPut, .entityMarked, .portfolioLimitSet,
            .portfolioLimitPaused, .exchangeRateSet, .groupSet, .portfolioCounted:
            CREDITRISK__V1__ENTRY_KIND__ENTRY_KIND_UNSPECIFIED
        }
    }
}
