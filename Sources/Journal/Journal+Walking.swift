public import Domain

/// What a walk does after a record.
public enum WalkStep: Sendable {
    case goOn
    case stop
}

extension Journal {
    /// Visits the records that changed a line, newest first, and says with which to go on.
    ///
    /// `from` is the record to begin with, one that changed the line: what an earlier walk said;
    /// nil is the newest durable one. At most `countMax` are visited. Refusals changed nothing and
    /// are not visited. Returns the sequence of the next older record, 0 when there is none: the
    /// records behind it are visited by passing it as `from`. Reads the disk, so not on the road:
    /// some 10 us a record, less for records of one batch.
    ///
    /// Errors: `.damaged`, `.recordUnknown`, `.fileFailed`, `.closed`.
    public func walkBack(
        tenant: TenantID, line: LineID, from: UInt64? = nil, countMax: Int,
        _ body: (DurableRecord) -> WalkStep
    ) throws(JournalError) -> UInt64 {
        let newest = ledger.line(tenant, line)?.lastSequence ?? 0
        return try walkBack(tenant: tenant, from: from ?? newest, countMax: countMax, body) {
            stored in
            guard
                let place = stored.record.effects.lines.firstIndex(where: { $0.id == line })
            else { return nil }
            return stored.previous.ofLine(place)
        }
    }

    /// One chain of back-pointers; `previous` says the next older record, nil when the record is
    /// not of the chain.
    func walkBack(
        tenant: TenantID, from: UInt64, countMax: Int, _ body: (DurableRecord) -> WalkStep,
        previous: (SequencedRecord) -> UInt64?
    ) throws(JournalError) -> UInt64 {
        guard let running else { throw .closed }
        var next = from
        var batch: LoadedBatch?
        var count = 0
        while next != 0, count < countMax {
            let made = try running.reader.read(sequence: next, keeping: &batch).sequenced
            guard made.record.tenant == tenant, let older = previous(made), older < next else {
                throw .chainBroken(next)
            }
            count += 1
            next = older
            if body(made.record) == .stop { break }
        }
        return next
    }

    /// Calls back on the publisher's queue after records that changed what is watched were applied,
    /// with the sequence of the newest; once for each batch of records. Begin the watch, then read
    /// or walk: whatever came before the watch is seen by that, whatever comes later calls back.
    /// The callback must return at once. Returns nil when there are too many watches.
    public func watch(
        _ watched: Watched, onChange: @escaping @Sendable (_ sequence: UInt64) -> Void
    ) -> WatchToken? {
        running?.watchers.add(watched, onChange)
    }

    /// Ends a watch. A callback that is on its way may still come.
    public func unwatch(_ token: WatchToken) {
        running?.watchers.remove(token)
    }
}
