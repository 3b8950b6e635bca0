internal import Domain
internal import Journal
internal import Messages

/// A line's entries in pages, read from the journal: along its back-pointers, newest first, or
/// forward from a cursor.
///
/// Forward reading walks back to the cursor first and remembers the records on the way: 8 bytes
/// each, at most 65,536; what lies behind them is walked for again when they are read. Nothing is
/// left out and nothing comes twice, because a record names the one before it.
/// Thread: one at a time, off the workers: it reads the disk.
final class LineHistory {
    /// Records remembered of a walk. Reason: half a megabyte for each stream.
    static let rememberedMax = 65_536
    /// Entries of one message. Reason: some 20 KiB, well below the room of a stream.
    static let pageCount = 64

    private let journal: Journal
    private let tenant: TenantID
    private let line: LineID
    private let rememberedMax: Int
    /// The tenant's number of the last entry given, or the cursor.
    private(set) var cursor: UInt64
    /// Records to give, the next one last.
    private var waiting: [UInt64] = []
    /// The line before the next record to give; meaningful while records wait.
    private var before: LineImage?
    /// Newest first: where the walk goes on; nil is at the newest.
    private var next: UInt64?

    /// Tests remember less.
    init(
        journal: Journal, tenant: TenantID, line: LineID, cursor: UInt64,
        rememberedMax: Int = LineHistory.rememberedMax
    ) {
        self.rememberedMax = rememberedMax
        self.journal = journal
        self.tenant = tenant
        self.line = line
        self.cursor = cursor
    }

    /// The next entries behind the cursor in order of time; empty when there are none as yet.
    func forward(_ countMax: Int) throws(JournalError) -> [StatementEntry] {
        if waiting.isEmpty { try look() }
        var entries: [StatementEntry] = []
        while entries.count < min(countMax, Self.pageCount), let sequence = waiting.popLast() {
            let record = try record(sequence)
            let entry = StatementEntry(record: record, line: line, before: before)
            before = entry.after
            cursor = record.tenantSequence
            entries.append(entry)
        }
        return entries
    }

    /// The newest entry there is, and from there on forward.
    func newest() throws(JournalError) -> [StatementEntry] {
        var found: [DurableRecord] = []
        _ = try journal.walkBack(tenant: tenant, line: line, countMax: 2) { record in
            found.append(record)
            return .goOn
        }
        guard let newest = found.first else { return [] }
        cursor = newest.tenantSequence
        return [
            StatementEntry(
                record: newest, line: line, before: found.dropFirst().first.map(image))
        ]
    }

    /// The next entries, newest first, with numbers below the cursor if it is not 0.
    func backward(_ countMax: Int) throws(JournalError) -> [StatementEntry] {
        guard next != 0 else { return [] }
        let wanted = min(countMax, Self.pageCount)
        var records: [DurableRecord] = []
        var older: DurableRecord?
        var skipped = 0
        let end = try journal.walkBack(
            tenant: tenant, line: line, from: next, countMax: rememberedMax
        ) { record in
            if cursor != 0, record.tenantSequence >= cursor {
                skipped += 1
                return .goOn
            }
            guard records.count == wanted else {
                records.append(record)
                return .goOn
            }
            older = record
            return .stop
        }
        next = older?.sequence ?? end
        if records.isEmpty, skipped > 0, end != 0 { return try backward(countMax) }
        // The walk ended for its length: what the last one changed is seen against the next older.
        if older == nil, end != 0 { older = try record(end) }
        let lines = records.map(image)
        return records.indices.map { place in
            let before =
                place + 1 < records.count ? lines[place + 1] : older.map(image)
            return StatementEntry(record: records[place], line: line, before: before)
        }
    }

    /// Walks back from the newest record to the cursor.
    private func look() throws(JournalError) {
        var found: [UInt64] = []
        var atCursor: DurableRecord?
        var from: UInt64?
        repeat {
            let end = try journal.walkBack(
                tenant: tenant, line: line, from: from, countMax: rememberedMax
            ) { record in
                guard record.tenantSequence > cursor else {
                    atCursor = record
                    return .stop
                }
                found.append(record.sequence)
                return .goOn
            }
            // The newest are found again later.
            if found.count > rememberedMax {
                found.removeFirst(found.count - rememberedMax)
            }
            from = atCursor == nil && end != 0 ? end : nil
        } while from != nil
        waiting = found
        before = atCursor.map(image)
    }

    /// A record that a walk came to. Durable lines are seen before every projection has applied the
    /// record, so it may be newer than what `Journal.read` gives.
    private func record(_ sequence: UInt64) throws(JournalError) -> DurableRecord {
        var found: DurableRecord?
        _ = try journal.walkBack(tenant: tenant, line: line, from: sequence, countMax: 1) {
            found = $0
            return .stop
        }
        guard let found else { throw .recordUnknown(sequence) }
        return found
    }

    private func image(_ record: DurableRecord) -> LineImage {
        StatementEntry(record: record, line: line, before: nil).after
    }
}
