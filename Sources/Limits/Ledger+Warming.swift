public import Domain
internal import Ground

/// Reading ahead. A random row among millions is two or three cache misses away, one after the
/// other; the rows of 16 operations are as far as those of one when they are asked for together.
extension Ledger {
    /// Operations, or holds of a restored ledger, whose rows are read together. Reason: a core has
    /// about as many cache misses under way at once.
    static let warmCountMax = 16

    /// Brings what the operations from `start` on look for into the cache. Changes nothing.
    mutating func warm(_ operations: [LedgerOperation], from start: Int) {
        work.warmLines.removeAll(keepingCapacity: true)
        work.warmHolds.removeAll(keepingCapacity: true)
        for place in start..<min(start + Self.warmCountMax, operations.count) {
            noteKeys(
                operations[place], tenant: work.stamp.tenant,
                number: work.stamp.tenantSequence + UInt64(place))
        }
        warmNoted()
    }

    /// Brings what the next proposals look for into the cache: `warmCountMax` of them, from the
    /// first on. What they will make has no number yet. Changes nothing.
    public mutating func warm(_ proposals: ArraySlice<Proposal>) {
        work.warmLines.removeAll(keepingCapacity: true)
        work.warmHolds.removeAll(keepingCapacity: true)
        for proposal in proposals.prefix(Self.warmCountMax) {
            guard let alternative = proposal.alternatives.first, alternative.chains.isEmpty else {
                continue
            }
            for operation in alternative.operations {
                noteKeys(operation, tenant: proposal.tenant, number: nil)
            }
        }
        warmNoted()
    }

    private mutating func warmNoted() {
        work.warmth &+= rows.holds.warmHomes(work.warmHolds)
        for mixed in work.warmHolds {
            guard let slot = rows.holds.likelySlot(mixed) else { continue }
            work.warmth &+= rows.holds.with(slot) { $0.warmth }
            work.warmLines.append(rows.holds.with(slot) { $0.lineKey.mixed })
        }
        warmLines()
    }

    /// Brings the lines of `work.warmLines` into the cache, and then the newest hold of each: a new
    /// hold is hung in before it.
    mutating func warmLines() {
        work.warmth &+= rows.lines.warmHomes(work.warmLines)
        for mixed in work.warmLines {
            guard let slot = rows.lines.likelySlot(mixed) else { continue }
            work.warmth &+= rows.lines.with(slot) { $0.warmth }
        }
        for mixed in work.warmLines {
            guard let slot = rows.lines.likelySlot(mixed) else { continue }
            // The publisher takes ended holds off the list, under this lock.
            let first = rows.lines.stripe(slot).lock.withLock { _ in
                rows.lines.with(slot) { $0.firstHold }
            }
            if first != Link.none { work.warmth &+= rows.holds.with(Int(first)) { $0.warmth } }
        }
    }

    private mutating func noteKeys(
        _ operation: LedgerOperation, tenant: TenantID, number: UInt64?
    ) {
        switch operation {
        case .reserve(.existing(let line), _, _, _, _):
            work.warmLines.append(RowKey(tenant, line.rawValue).mixed)
            // Where the new hold will be entered.
            if let number { work.warmHolds.append(RowKey(tenant, number).mixed) }
        case .commit(let hold, _, _, _), .release(let hold), .extend(let hold, _):
            work.warmHolds.append(RowKey(tenant, hold.rawValue).mixed)
        case .repay(let line, _, _, _), .postCharge(let line, _, _, _, _),
            .reclassify(let line, _, _, _, _, _), .changeLimit(let line, _, _):
            work.warmLines.append(RowKey(tenant, line.rawValue).mixed)
        default: break
        }
    }
}

extension LineRow {
    /// Something of each cache line that the row lies in; the sum means nothing.
    fileprivate var warmth: UInt64 {
        image.id.rawValue &+ UInt64(bitPattern: image.principalMinor) &+ UInt64(nextOfSubject)
    }
}

extension HoldRow {
    /// Likewise.
    fileprivate var warmth: UInt64 { image.id.rawValue &+ UInt64(previousDue) }
}
