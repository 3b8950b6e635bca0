internal import Domain
internal import Ground

/// Counter-entries: what an entry did is taken back, never more than it moved.
extension Ledger {
    mutating func reverse(_ entry: ReversibleEntry, _ amountMinor: Int64) -> LedgerStep {
        precondition(amountMinor > 0, "an amount is positive")
        let key = RowKey(work.stamp.tenant, entry.entry)
        let known = book.reversals.slot(key)
        let reversedMinor = known.map { book.reversals[$0].reversedMinor } ?? 0
        var moved: Int64 = 0
        var step = withOpenLine(entry.line, nil) { ledger, line, slot in
            guard ledger.hasRoom(for: entry, isKnown: known != nil) else { return .tooMany }
            guard amountMinor <= entry.totalMinor - reversedMinor else {
                return .amountExceedsEntry
            }
            // At most all of it meets no debt: a batch's sum of that must fit.
            guard !ledger.work.unallocatedMinor.addingReportingOverflow(amountMinor).overflow
            else { return .amountOverflow }
            switch entry.kind {
            case .drawing:
                moved = ledger.reverseDrawing(entry.entry, amountMinor, &line, slot)
            case .repayment(let paid, let drawings):
                guard Self.fits(line, plus: amountMinor),
                    !line.grantedMinor.addingReportingOverflow(amountMinor).overflow
                else { return .amountOverflow }
                moved = ledger.reverseRepayment(
                    paid, drawings, amountMinor, alreadyMinor: reversedMinor,
                    unloweredMinor: entry.unloweredMinor, &line, slot)
            case .charge(let component, let age):
                moved = min(amountMinor, line.owed(component, age))
                line.addOwed(component, age, -moved)
                ledger.note(component, age, moved)
            }
            return .done
        }
        guard step.outcome == .done else { return step }
        step.unallocatedMinor = amountMinor - moved
        work.unallocatedMinor += amountMinor - moved
        let image = ReversalImage(
            entry: entry.entry, tenant: work.stamp.tenant,
            reversedMinor: reversedMinor + amountMinor, lastSequence: work.stamp.sequence)
        write(image, at: known)
        return step
    }

    /// Whether the counter-entry's own row fits, and every drawing that it may bring back.
    private func hasRoom(for entry: ReversibleEntry, isKnown: Bool) -> Bool {
        guard isKnown || !book.reversals.isFull else { return false }
        guard case .repayment(_, let drawings) = entry.kind else { return true }
        return drawings.count <= book.drawings.room
    }

    private mutating func write(_ image: ReversalImage, at known: Int?) {
        guard let slot = known else {
            let slot = UInt32(truncatingIfNeeded: book.reversals.insert(image))
            work.reversals.append(slot)
            if work.keepsUndo { work.undo.reversals.append((slot, nil)) }
            return
        }
        let before = book.reversals[slot]
        if before.lastSequence != work.stamp.sequence {
            work.reversals.append(UInt32(truncatingIfNeeded: slot))
        }
        if work.keepsUndo {
            work.undo.reversals.append((UInt32(truncatingIfNeeded: slot), before))
        }
        book.reversals[slot] = image
    }

    /// A purchase is taken back: what is left of its drawing falls, future principal first. Says
    /// how much fell; the rest had been repaid.
    private mutating func reverseDrawing(
        _ id: UInt64, _ amountMinor: Int64, _ line: inout LineImage, _ slot: Int
    ) -> Int64 {
        guard let place = drawingSlot(id), book.drawings[place].image.principalMinor > 0 else {
            return 0
        }
        var drawing = book.drawings[place].image
        let moved = min(amountMinor, drawing.principalMinor)
        drawing.principalMinor -= moved
        writeFreed(place, drawing, by: moved, of: line, slot)
        var left = moved
        for age in [DebtAge.future, .due, .overdue] {
            let part = min(left, line.owed(.principal, age))
            line.addOwed(.principal, age, -part)
            note(.principal, age, part)
            left -= part
        }
        return moved
    }

    /// A payment came back: what it paid is owed again, what was paid last first, without what
    /// earlier counter-entries put back. Says how much is owed again; the rest had met no debt.
    private mutating func reverseRepayment(
        _ paid: [ReversibleEntry.Part], _ drawings: [DrawingImage], _ amountMinor: Int64,
        alreadyMinor: Int64, unloweredMinor: Int64, _ line: inout LineImage, _ slot: Int
    ) -> Int64 {
        var skip = alreadyMinor
        var left = amountMinor
        var skippedPrincipal: Int64 = 0
        var principal: Int64 = 0
        for part in paid.reversed() {
            let gone = min(skip, part.amountMinor)
            skip -= gone
            let again = min(left, part.amountMinor - gone)
            left -= again
            if part.step.component == .principal {
                skippedPrincipal += gone
                principal += again
            }
            line.addOwed(part.step.component, part.step.age, again)
            note(part.step.component, part.step.age, again)
        }
        // What lowered no limit was repaid last, so it comes back first and raises none.
        let raised =
            max(0, skippedPrincipal + principal - unloweredMinor)
            - max(0, skippedPrincipal - unloweredMinor)
        if line.kind == .instalment && raised > 0 {
            line.limitMinor += raised
            exposeUnrefused(
                ExposureChange(.granted, line.labels, amountMinor: raised), of: line, slot)
        }
        drawAgain(drawings, principal, skippedMinor: skippedPrincipal, line, slot)
        return amountMinor - left
    }

    /// Gives freed principal back to the drawings that it was freed from, the newest first.
    /// `principalMinor` of each is what the repayment freed of it.
    private mutating func drawAgain(
        _ freed: [DrawingImage], _ principalMinor: Int64, skippedMinor: Int64,
        _ line: LineImage, _ slot: Int
    ) {
        var skip = skippedMinor
        var left = principalMinor
        for drawing in freed.reversed() {
            let gone = min(skip, drawing.principalMinor)
            skip -= gone
            let again = min(left, drawing.principalMinor - gone)
            left -= again
            if again > 0 { draw(drawing, again, line, slot) }
        }
        guard left > 0 else { return }
        // The entry does not say which drawings the rest was freed from.
        precondition(!freed.isEmpty, "a repayment of principal freed drawings")
        draw(freed[freed.count - 1], left, line, slot)
    }

    private mutating func draw(
        _ drawing: DrawingImage, _ amountMinor: Int64, _ line: LineImage, _ slot: Int
    ) {
        let place = drawingSlot(drawing.id)
        let before = place.map { book.drawings[$0].image.principalMinor } ?? 0
        exposeUnrefused(
            ExposureChange(
                .used, drawing.labels, amountMinor: amountMinor, count: before == 0 ? 1 : 0,
                placedSeconds: drawing.placedSeconds),
            of: line, slot)
        // One of which nothing was left comes back as the entry has it, also in the same record.
        var image = before > 0 ? place.map { book.drawings[$0].image } ?? drawing : drawing
        image.principalMinor = before + amountMinor
        if let place {
            write(place, image, line: slot)
        } else {
            insert(image, line: slot)
        }
    }
}
