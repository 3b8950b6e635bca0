internal import Domain
internal import GRPC
internal import Journal
internal import Messages

/// Finds the entry that a counter-entry takes back. Reads the disk: not for a worker.
struct EntryReader {
    /// Records of a line that are looked at for what its drawings were before a repayment. Reason:
    /// a second of reading; behind them the newest drawing is taken to be the one that was freed.
    private static let walkCountMax = 100_000

    let journal: Journal
    let tenant: TenantID

    /// The tenant's entry with this number; nil when there is none that can be taken back.
    ///
    /// Errors: `JournalError`, `MessageFault` when a record cannot be read.
    func entry(_ number: UInt64, _ codec: Codec) throws -> ReversibleEntry? {
        guard number > 0, let record = try journal.read(tenant: tenant, tenantSequence: number),
            var stored = try codec.storedEntry(number, in: record)
        else { return nil }
        guard case .repayment(let paid, let drawings) = stored.entry.kind else {
            return stored.entry
        }
        let before = try balances(before: record, of: stored, drawings)
        stored.entry.kind = .repayment(
            paid: paid, drawings: Self.freed(drawings, before: before, stored))
        stored.entry.unloweredMinor = try unlowered(by: record, stored)
        return stored.entry
    }

    /// The principal of a repayment that lowered no limit: what was repaid beyond the limit that an
    /// instalment line had before. 0 where the limit did not come to 0.
    private func unlowered(by record: DurableRecord, _ stored: StoredEntry) throws -> Int64 {
        let line = stored.entry.line
        guard let after = record.effects.lines.first(where: { $0.id == line }),
            after.kind == .instalment, after.limitMinor == 0, stored.principalPaidMinor > 0
        else { return 0 }
        var before: LineImage?
        _ = try journal.walkBack(
            tenant: tenant, line: line, from: record.sequence, countMax: 2
        ) { older in
            guard older.sequence < record.sequence else { return .goOn }
            before = older.effects.lines.first { $0.id == line }
            return .stop
        }
        // A line that the same record opened had a limit that only it knows, and no cut.
        guard let before else { return 0 }
        let leftMinor = max(0, before.limitMinor - stored.principalPaidBeforeMinor)
        return max(0, stored.principalPaidMinor - leftMinor)
    }

    /// What each drawing had before the record, by number: a record keeps what is left only.
    private func balances(
        before record: DurableRecord, of stored: StoredEntry, _ drawings: [DrawingImage]
    ) throws -> [UInt64: Int64] {
        var before = stored.madeHere
        var wanted = Set(drawings.map(\.id)).subtracting(before.keys)
        guard !wanted.isEmpty else { return before }
        _ = try journal.walkBack(
            tenant: tenant, line: stored.entry.line, from: record.sequence,
            countMax: Self.walkCountMax
        ) { older in
            guard older.sequence < record.sequence else { return .goOn }
            for image in older.effects.drawings where wanted.remove(image.id) != nil {
                before[image.id] = image.principalMinor
            }
            return wanted.isEmpty ? .stop : .goOn
        }
        return before
    }

    /// The drawings as the entry freed them, oldest first: `principalMinor` is what it freed. Of a
    /// batch with several repayments of the line, each freed what the ones before it had left.
    private static func freed(
        _ drawings: [DrawingImage], before: [UInt64: Int64], _ stored: StoredEntry
    ) -> [DrawingImage] {
        var skip = stored.principalPaidBeforeMinor
        var left = stored.principalPaidMinor
        var freed: [DrawingImage] = []
        for drawing in drawings {
            let wholeMinor = max(0, (before[drawing.id] ?? 0) - drawing.principalMinor)
            let goneMinor = min(skip, wholeMinor)
            skip -= goneMinor
            var part = drawing
            part.principalMinor = min(left, wholeMinor - goneMinor)
            left -= part.principalMinor
            if part.principalMinor > 0 || drawings.count == 1 { freed.append(part) }
        }
        return freed.isEmpty ? drawings.suffix(1) : freed
    }
}
