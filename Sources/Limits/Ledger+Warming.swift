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
    /// first on. `lastNumber` says a tenant's last number: from there on the proposals will most
    /// likely take theirs, and a number that another one takes has only been looked at in vain.
    /// Changes nothing.
    public mutating func warm(
        _ proposals: ArraySlice<Proposal>, after lastNumber: (TenantID) -> UInt64
    ) {
        work.warmLines.removeAll(keepingCapacity: true)
        work.warmHolds.removeAll(keepingCapacity: true)
        var tenant: TenantID?
        var number: UInt64 = 0
        for proposal in proposals.prefix(Self.warmCountMax) {
            if proposal.tenant != tenant {
                tenant = proposal.tenant
                number = lastNumber(proposal.tenant)
            }
            number += 1
            noteKeys(proposal.alternatives.first, tenant: proposal.tenant, number: number)
        }
        warmNoted()
    }

    /// Tenants and subjects of the lines that were brought in last, for whoever looks them up next.
    public var warmedSubjects: [(tenant: TenantID, subject: SubjectID)] { work.warmSubjects }

    private mutating func warmNoted() {
        for mixed in work.warmHolds { rows.holds.prefetchHome(mixed) }
        for mixed in work.warmLines { rows.lines.prefetchHome(mixed) }
        for mixed in work.warmHolds {
            if let slot = rows.holds.likelySlot(mixed) {
                rows.holds.prefetch(slot)
            } else {
                rows.holds.prefetchNext(mixed)
            }
        }
        for mixed in work.warmHolds {
            guard let slot = rows.holds.likelySlot(mixed) else { continue }
            let line = HoldRow.lineKey(rows.holds[slot, \.image]).mixed
            rows.lines.prefetchHome(line)
            work.warmLines.append(line)
        }
        warmLines()
    }

    /// Brings the lines of `work.warmLines`, whose places in the index were asked for, into the
    /// cache, then the newest hold of each: a new hold is hung in before it.
    mutating func warmLines() {
        work.warmSubjects.removeAll(keepingCapacity: true)
        for mixed in work.warmLines {
            if let slot = rows.lines.likelySlot(mixed) { rows.lines.prefetch(slot) }
        }
        for mixed in work.warmLines {
            guard let slot = rows.lines.likelySlot(mixed) else { continue }
            let stripe = rows.lines.stripe(slot)
            // The publisher takes ended holds off the list, and rows out of flight, under this
            // lock.
            let first = stripe.lock.withLock {
                stripe.prefetchNextInFlight(mixed)
                return rows.lines[slot, \.firstHold]
            }
            if first != Link.none { rows.holds.prefetch(Int(first)) }
            work.warmSubjects.append(
                (rows.lines[slot, \.image.tenant], rows.lines[slot, \.image.subject]))
        }
    }

    /// Brings rows that a long record touched into the cache again, `warmCountMax` of them from the
    /// place on: what came after them has pushed them out.
    mutating func warmTouched(from start: Int) {
        guard work.lines.count > Self.warmCountMax else { return }
        for place in start..<min(start + Self.warmCountMax, work.lines.count) {
            rows.lines.prefetch(Int(work.lines[place].slot))
        }
    }

    /// A function of its own, so that the alternative is lent and not copied list by list.
    @inline(never)
    private mutating func noteKeys(_ alternative: Alternative, tenant: TenantID, number: UInt64) {
        guard alternative.chains.isEmpty else { return }
        for place in alternative.operations.indices {
            noteKeys(alternative.operations[place], tenant: tenant, number: number)
        }
    }

    private mutating func noteKeys(
        _ operation: LedgerOperation, tenant: TenantID, number: UInt64
    ) {
        switch operation {
        case .reserve(.existing(let line), _, _, _, _):
            work.warmLines.append(RowKey(tenant, line.rawValue).mixed)
            // Where the new hold will be entered.
            work.warmHolds.append(RowKey(tenant, number).mixed)
        case .commit(let hold, _, _, _), .release(let hold), .extend(let hold, _):
            work.warmHolds.append(RowKey(tenant, hold.rawValue).mixed)
        case .repay(let line, _, _, _), .postCharge(let line, _, _, _, _),
            .reclassify(let line, _, _, _, _, _), .changeLimit(let line, _, _):
            work.warmLines.append(RowKey(tenant, line.rawValue).mixed)
        default: break
        }
    }
}

extension RowPlaces {
    /// Asks for the row in a slot that was appended.
    @inline(__always)
    func prefetch(_ slot: Int) { unsafe Prefetch.value(at: address(slot)) }
}
