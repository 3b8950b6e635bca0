internal import Domain
internal import Ground

/// Blocks, groups of connected customers, and what the last decision said.
extension Ledger {
    mutating func performOnSubject(_ operation: LedgerOperation) -> LedgerStep {
        switch operation {
        case .freeze(let target, let cause, let scope, let untilMicros, let actor, let pending):
            // Commits are stopped too: of the scopes only `all` stops both.
            let stopsBoth = pending == .blockCommit && scope == .newHolds
            let block = Block(
                id: work.number, cause: cause, scope: stopsBoth ? .all : scope,
                untilMicros: untilMicros, actor: actor)
            switch target {
            case .line(let id): return freeze(id, block, releases: pending == .release)
            case .subject(let id): return freeze(id, block, releases: pending == .release)
            }
        case .unfreeze(.line(let id), let block): return unfreeze(id, block)
        case .unfreeze(.subject(let id), let block): return unfreeze(id, block)
        case .setGroup(let id, let group): return move(id, to: group)
        case .labelSubject(let id, let labels):
            guard hasRoom(for: id),
                let set = labels.isEmpty ? LabelSetID.none : intern(labels.sorted())
            else { return LedgerStep(outcome: .tooMany) }
            edit(id) { $0.labels = set }
            return LedgerStep(outcome: .done)
        case .subjectTimeCame(let id):
            let now = work.stamp.expiryMicros
            edit(id) { subject in subject.blocks.removeAll { $0.untilMicros <= now } }
            return LedgerStep(outcome: .done)
        default: preconditionFailure("not about a subject")
        }
    }

    private mutating func freeze(_ id: LineID, _ block: Block, releases: Bool) -> LedgerStep {
        withOpenLine(id, nil) { ledger, line, slot in
            guard (line.details?.blocks.count ?? 0) < Block.countMax else { return .tooMany }
            var holds: [Int] = []
            if releases {
                let countMax = Self.endedAtOnceCountMax
                guard let found = ledger.rows.openHolds(line: slot, countMax: countMax) else {
                    return .tooMany
                }
                holds = found
            }
            guard block.untilMicros > ledger.work.stamp.expiryMicros else { return .timePassed }
            line.edit { $0.blocks.append(block) }
            for hold in holds.reversed() { ledger.end(hold, as: .released, &line, slot) }
            return .done
        }
    }

    private mutating func freeze(_ id: SubjectID, _ block: Block, releases: Bool) -> LedgerStep {
        let key = RowKey(work.stamp.tenant, id)
        guard hasRoom(for: id), (subject(key.tenant, id)?.blocks.count ?? 0) < Block.countMax else {
            return LedgerStep(outcome: .tooMany)
        }
        var released: [(line: Int, holds: [Int])] = []
        if releases {
            var left = Self.endedAtOnceCountMax
            for line in rows.lineSlots(key) {
                guard let holds = rows.openHolds(line: line, countMax: left) else {
                    return LedgerStep(outcome: .tooMany)
                }
                left -= holds.count
                if !holds.isEmpty { released.append((line, holds)) }
            }
        }
        guard block.untilMicros > work.stamp.expiryMicros else {
            return LedgerStep(outcome: .timePassed)
        }
        edit(id) { $0.blocks.append(block) }
        for (slot, holds) in released.reversed() {
            var line = rows.lines.image(slot)
            for hold in holds.reversed() { end(hold, as: .released, &line, slot) }
            write(slot, line)
        }
        return LedgerStep(outcome: .done)
    }

    private mutating func unfreeze(_ id: LineID, _ block: UInt64) -> LedgerStep {
        guard let slot = lineSlot(id) else { return LedgerStep(outcome: .lineUnknown) }
        var line = rows.lines.image(slot)
        guard line.details?.blocks.contains(where: { $0.id == block }) ?? false else {
            return LedgerStep(outcome: .blockUnknown, line: slot)
        }
        guard line.status == .open else { return LedgerStep(outcome: .lineClosed, line: slot) }
        line.edit { terms in terms.blocks.removeAll { $0.id == block } }
        write(slot, line)
        return LedgerStep(outcome: .done, line: slot)
    }

    private mutating func unfreeze(_ id: SubjectID, _ block: UInt64) -> LedgerStep {
        let known = subject(work.stamp.tenant, id)?.blocks ?? []
        guard known.contains(where: { $0.id == block }) else {
            return LedgerStep(outcome: .blockUnknown)
        }
        edit(id) { subject in subject.blocks.removeAll { $0.id == block } }
        return LedgerStep(outcome: .done)
    }

    /// Whether something can be written about a subject, of whom nothing may be known yet.
    private func hasRoom(for id: SubjectID) -> Bool {
        let key = RowKey(work.stamp.tenant, id)
        return !rows.subjects.isFull(key) || rows.subjects.slot(key) != nil
    }

    /// Puts a subject into another group: what is out of it moves along.
    private mutating func move(_ id: SubjectID, to group: UInt64) -> LedgerStep {
        let key = RowKey(work.stamp.tenant, id)
        let old = subject(key.tenant, id)?.group ?? 0
        guard hasRoom(for: id) else { return LedgerStep(outcome: .tooMany) }
        if old != group && countsExposure {
            guard let slots = movedLines(of: key) else { return LedgerStep(outcome: .tooMany) }
            for slot in slots { moveGroup(slot, from: old, to: group) }
        }
        edit(id) { $0.group = group }
        return LedgerStep(outcome: .done)
    }

    /// The lines of a subject that moves; nil when they have more holds and drawings, or are more
    /// themselves, than one record moves.
    private func movedLines(of key: RowKey) -> [Int]? {
        var slots: [Int] = []
        var left = Self.movedAtOnceCountMax
        for slot in rows.lineSlots(key) {
            left -= 1
            guard left >= 0, let holds = rows.openHolds(line: slot, countMax: left) else {
                return nil
            }
            left -= holds.count
            var next = rows.lines[slot, \.firstDrawing]
            while next != Link.none {
                guard left > 0 else { return nil }
                left -= 1
                next = book.drawings[Int(next)].next
            }
            slots.append(slot)
        }
        return slots
    }
}
