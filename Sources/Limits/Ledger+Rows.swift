internal import Domain
internal import Ground

/// How operations write rows: every write is checked, remembered for the record, and can be taken
/// back while its chain lasts.
extension Ledger {
    mutating func beginChain(operationCount: Int) {
        work.beginChain(operationCount: operationCount)
        portfolio.begin()
    }

    func lineSlot(_ id: LineID) -> Int? {
        rows.lines.slot(RowKey(work.stamp.tenant, id.rawValue))
    }

    func holdSlot(_ id: HoldID) -> Int? {
        rows.holds.slot(RowKey(work.stamp.tenant, id.rawValue))
    }

    /// The line that a hold takes from.
    func lineSlot(of hold: HoldImage) -> Int {
        guard let slot = rows.lines.slot(RowKey(hold.tenant, hold.line.rawValue)) else {
            preconditionFailure("a hold's line is always there")
        }
        return slot
    }

    // MARK: Lines

    /// Adds a line that the record opens.
    mutating func insert(_ image: LineImage) -> Int {
        precondition(work.lineNumber != work.number, "one number makes one line at most")
        work.lineNumber = work.number
        var line = image
        line.version = 1
        line.lastSequence = work.stamp.sequence
        Self.check(line)
        let slot = rows.lines.insert(LineRow(line))
        rows.linkToSubject(slot)
        work.lines.append((UInt32(truncatingIfNeeded: slot), 0))
        if work.keepsUndo { work.undo.lines.append((UInt32(truncatingIfNeeded: slot), nil)) }
        return slot
    }

    /// Writes a line that an operation changed: settles what follows from the change, and stamps it
    /// when it is the record's first change of it.
    ///
    /// `hold` is the slot of one just placed, which is hung into the line's list: both changes take
    /// the stripe's lock once.
    mutating func write(_ slot: Int, _ changed: consuming LineImage, placing hold: Int? = nil) {
        var line = changed
        if line.details != nil || line.overLimitMinor > 0 { settleDetails(&line) }
        if let details = line.details { blockCountMax = max(blockCountMax, details.blocks.count) }
        Self.check(line)
        let previousSequence = rows.lines[slot, \.image.lastSequence]
        let version = rows.lines[slot, \.image.version]
        let hasOtherTimes =
            rows.lines[slot, \.image.details] !== line.details
            || rows.lines[slot, \.image.status] != line.status
        let isFirst = previousSequence != work.stamp.sequence
        line.version = isFirst ? version + 1 : version
        line.lastSequence = work.stamp.sequence
        let link = UInt32(truncatingIfNeeded: slot)
        if isFirst { work.lines.append((link, previousSequence)) }
        if hasOtherTimes { work.times.append(link) }
        if work.keepsUndo { work.undo.lines.append((link, rows.lines.image(slot))) }
        rows.write(line, at: slot, isFirst: isFirst, placing: hold)
    }

    /// Due and overdue principal are never more than principal, due falling first; being over the
    /// limit has a beginning.
    private func settleDetails(_ line: inout LineImage) {
        let isOver = line.overLimitMinor > 0
        let debt = line.details?.debt ?? Debt()
        let late = debt[.principal, .due] + debt[.principal, .overdue]
        let since = line.details?.overLimitSinceMicros ?? 0
        guard late > line.principalMinor || isOver != (since != 0) || line.details?.isEmpty == true
        else { return }
        let principalMinor = line.principalMinor
        line.edit { terms in
            var excess = max(0, late - principalMinor)
            for age in [DebtAge.due, .overdue] {
                let cut = min(excess, terms.debt[.principal, age])
                terms.debt[.principal, age] -= cut
                excess -= cut
            }
            if !isOver {
                terms.overLimitSinceMicros = 0
            } else if terms.overLimitSinceMicros == 0 {
                terms.overLimitSinceMicros = work.stamp.timeMicros
            }
        }
    }

    /// The invariant of every line after every write: nothing is negative, and so available -
    /// over_limit + held + drawn is what is granted; due principal is part of principal.
    static func check(_ line: LineImage) {
        precondition(
            line.heldMinor >= 0 && line.principalMinor >= 0 && line.limitMinor >= 0,
            "line \(line.id.rawValue): an amount is negative")
        guard let details = line.details else { return }
        let debt = details.debt
        precondition(details.temporaryMinor >= 0, "a temporary limit is negative")
        for component in [DebtComponent.interest, .fee, .penalty] {
            precondition(
                debt[component, .overdue] >= 0 && debt[component, .due] >= 0
                    && debt[component, .future] >= 0,
                "line \(line.id.rawValue): a debt is negative")
        }
        precondition(
            debt[.principal, .due] >= 0 && debt[.principal, .overdue] >= 0
                && debt[.principal, .due] + debt[.principal, .overdue] <= line.principalMinor,
            "line \(line.id.rawValue): more principal is due than there is")
    }

    // MARK: Holds

    /// Adds a hold that the record places on a line, which is written next and takes it in.
    mutating func insert(_ image: HoldImage) -> Int {
        precondition(work.holdNumber != work.number, "one number makes one hold at most")
        work.holdNumber = work.number
        var hold = image
        hold.lastSequence = work.stamp.sequence
        let slot = rows.holds.insert(HoldRow(hold))
        work.holds.append(UInt32(truncatingIfNeeded: slot))
        if work.keepsUndo { work.undo.holds.append((UInt32(truncatingIfNeeded: slot), nil)) }
        return slot
    }

    /// Writes a hold that an operation changed.
    mutating func write(_ slot: Int, _ changed: HoldImage) {
        var hold = changed
        precondition(
            hold.committedMinor >= 0 && hold.committedMinor <= hold.amountMinor,
            "hold \(hold.id.rawValue): more is committed than there was")
        let before = rows.holds.image(slot)
        let isFirst = before.lastSequence != work.stamp.sequence
        hold.lastSequence = work.stamp.sequence
        if isFirst {
            work.holds.append(UInt32(truncatingIfNeeded: slot))
        }
        if before.state == .held && hold.state != .held {
            work.endings.append(UInt32(truncatingIfNeeded: slot))
        }
        if work.keepsUndo { work.undo.holds.append((UInt32(truncatingIfNeeded: slot), before)) }
        rows.holds.stripe(slot).write(hold, at: slot &>> 6, isFirst: isFirst)
    }

    // MARK: Subjects

    /// Changes what is known of a subject, of which nothing may be known yet.
    mutating func edit(_ id: SubjectID, _ change: (inout SubjectImage) -> Void) {
        let key = RowKey(work.stamp.tenant, id)
        if let slot = rows.subjects.slot(key) {
            let before = rows.subjects.image(slot)
            var subject = before
            change(&subject)
            let isFirst = before.lastSequence != work.stamp.sequence
            if isFirst {
                subject.lastSequence = work.stamp.sequence
                work.subjects.append(UInt32(truncatingIfNeeded: slot))
            }
            noteTimes(of: slot)
            if work.keepsUndo {
                work.undo.subjects.append((UInt32(truncatingIfNeeded: slot), before))
            }
            rows.subjects.stripe(slot).write(subject, at: slot &>> 6, isFirst: isFirst)
        } else {
            var subject = SubjectImage(
                id: id, tenant: work.stamp.tenant, lastSequence: work.stamp.sequence)
            change(&subject)
            let slot = rows.subjects.insert(SubjectRow(subject))
            subjectCount += 1
            work.subjects.append(UInt32(truncatingIfNeeded: slot))
            noteTimes(of: slot)
            if work.keepsUndo {
                work.undo.subjects.append((UInt32(truncatingIfNeeded: slot), nil))
            }
        }
    }

    private mutating func noteTimes(of subject: Int) {
        work.times.append(UInt32(truncatingIfNeeded: subject) | WaitingTimes.subjectMark)
    }

    // MARK: Undo

    /// From here on a record can be put back whole, or no longer.
    mutating func keepWholeRecord(_ keeps: Bool) {
        if keeps {
            work.undo.removeAll()
            portfolio.beginRecord()
        }
        work.keepsRecord = keeps
        portfolio.keepsRecord = keeps
    }

    /// Puts everything back as it was before the record, which must be kept whole.
    mutating func undoRecord() {
        precondition(work.keepsRecord, "the record is kept whole")
        portfolio.widenChain()
        work.widenChain()
        undoChain()
    }

    /// Puts every row back as it was when the chain began, newest write first.
    mutating func undoChain() {
        portfolio.undo()
        guard work.keepsUndo else { return }
        let marks = work.marks.undo
        for (slot, before) in work.undo.holds[marks.holds...].reversed() {
            let slot = Int(slot)
            if let before {
                rows.holds.stripe(slot).undoWrite(slot &>> 6, before)
            } else {
                rows.unlinkFromLine(slot, line: lineSlot(of: rows.holds.image(slot)))
                rows.holds.stripe(slot).undoInsert(slot &>> 6)
            }
        }
        for (slot, before) in work.undo.drawings[marks.drawings...].reversed() {
            undo(drawing: Int(slot), before)
        }
        for (slot, before) in work.undo.lines[marks.lines...].reversed() {
            let slot = Int(slot)
            if let before {
                rows.lines.stripe(slot).undoWrite(slot &>> 6, before)
            } else {
                rows.unlinkFromSubject(slot)
                rows.lines.stripe(slot).undoInsert(slot &>> 6)
            }
        }
        for (slot, before) in work.undo.subjects[marks.subjects...].reversed() {
            let slot = Int(slot)
            if let before {
                rows.subjects.stripe(slot).undoWrite(slot &>> 6, before)
            } else {
                rows.subjects.stripe(slot).undoInsert(slot &>> 6)
                subjectCount -= 1
            }
        }
        for (slot, before) in work.undo.reversals[marks.reversals...].reversed() {
            if let before {
                book.reversals[Int(slot)] = before
            } else {
                book.reversals.remove(Int(slot))
            }
        }
        work.dropChain()
    }
}
