internal import Domain
internal import Ground

/// What a line owes: repayments, charges, ages, and the ends of a line.
extension Ledger {
    mutating func repay(
        _ id: LineID, _ amountMinor: Int64, _ currency: Currency, _ waterfall: Waterfall
    ) -> LedgerStep {
        precondition(amountMinor > 0, "an amount is positive")
        guard let slot = lineSlot(id) else { return LedgerStep(outcome: .lineUnknown) }
        var line = rows.lines.image(slot)
        var step = LedgerStep(outcome: .done, line: slot)
        let overflows = work.unallocatedMinor.addingReportingOverflow(amountMinor).overflow
        if line.status == .closed {
            step.outcome = .lineClosed
        } else if currency != line.currency {
            step.outcome = .currencyMismatch
        } else if !canFree(min(amountMinor, line.principalMinor), slot) {
            step.outcome = .tooMany
        } else if overflows && unallocated(amountMinor, line, waterfall) == nil {
            step.outcome = .amountOverflow
        }
        guard step.outcome == .done else { return step }
        var left = amountMinor
        var principal: Int64 = 0
        // A line that was written off owes nothing: all of it is a recovery.
        for way in waterfall.steps where left > 0 {
            let paid = min(left, line.owed(way.component, way.age))
            guard paid > 0 else { continue }
            left -= paid
            line.addOwed(way.component, way.age, -paid)
            if way.component == .principal { principal += paid }
            note(way.component, way.age, paid)
        }
        free(principal, of: line, slot)
        if line.kind == .instalment { lower(&line, by: principal, slot) }
        work.unallocatedMinor += left
        step.unallocatedMinor = left
        write(slot, line)
        return step
    }

    /// What the record's repayments leave with this one; nil when it does not fit 64 bits.
    private func unallocated(
        _ amountMinor: Int64, _ line: LineImage, _ waterfall: Waterfall
    ) -> Int64? {
        var left = amountMinor
        for way in waterfall.steps { left -= min(left, line.owed(way.component, way.age)) }
        let (sum, overflows) = work.unallocatedMinor.addingReportingOverflow(left)
        return overflows ? nil : sum
    }

    /// Keeps what a repayment paid, or a counter-entry took back.
    mutating func note(_ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64) {
        guard amountMinor > 0 else { return }
        work.parts.append(
            ReversibleEntry.Part(step: WaterfallStep(component, age), amountMinor: amountMinor))
    }

    /// Repaid principal of an instalment line does not return: its limit falls with it.
    private mutating func lower(_ line: inout LineImage, by principalMinor: Int64, _ slot: Int) {
        let lowered = min(line.limitMinor, principalMinor)
        guard lowered > 0 else { return }
        line.limitMinor -= lowered
        exposeUnrefused(
            ExposureChange(.granted, line.labels, amountMinor: -lowered), of: line, slot)
    }

    /// Whether the record may touch all the drawings, oldest first, that hold so much principal.
    /// Looked at for the most that a repayment can free, before anything moves.
    private func canFree(_ principalMinor: Int64, _ slot: Int) -> Bool {
        var left = principalMinor
        var room = Self.drawingsAtOnceCountMax - work.drawings.count
        var next = rows.lines[slot, \.firstDrawing]
        while left > 0, next != Link.none {
            guard room > 0 else { return false }
            room -= 1
            left -= book.drawings[Int(next)].image.principalMinor
            next = book.drawings[Int(next)].next
        }
        return true
    }

    /// Frees the line's drawings, oldest first, of so much principal.
    private mutating func free(_ principalMinor: Int64, of line: LineImage, _ slot: Int) {
        var left = principalMinor
        while left > 0 {
            let first = rows.lines[slot, \.firstDrawing]
            precondition(first != Link.none, "drawings add up to the principal")
            var drawing = book.drawings[Int(first)].image
            let freed = min(left, drawing.principalMinor)
            left -= freed
            drawing.principalMinor -= freed
            writeFreed(Int(first), drawing, by: freed, of: line, slot)
        }
    }

    /// Writes a drawing of which principal was freed, and gives that back to the portfolio limits.
    mutating func writeFreed(
        _ drawingSlot: Int, _ drawing: DrawingImage, by freedMinor: Int64, of line: LineImage,
        _ slot: Int
    ) {
        exposeUnrefused(
            ExposureChange(
                .used, drawing.labels, amountMinor: -freedMinor,
                count: drawing.principalMinor == 0 ? -1 : 0,
                placedSeconds: drawing.placedSeconds),
            of: line, slot)
        write(drawingSlot, drawing, line: slot)
    }

    mutating func charge(
        _ id: LineID, _ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64,
        _ currency: Currency
    ) -> LedgerStep {
        precondition(amountMinor > 0 && component != .principal, "a charge is positive")
        return withOpenLine(id, currency) { ledger, line, _ in
            guard Self.fits(line, plus: amountMinor) else { return .amountOverflow }
            line.addOwed(component, age, amountMinor)
            return .done
        }
    }

    /// Whether everything that a line owes and holds still fits 64 bits with this.
    static func fits(_ line: LineImage, plus amountMinor: Int64) -> Bool {
        let (owed, overflows) = line.owedMinor.addingReportingOverflow(amountMinor)
        return !overflows && !owed.addingReportingOverflow(line.heldMinor).overflow
    }

    mutating func reclassify(
        _ id: LineID, _ component: DebtComponent, from: DebtAge, to: DebtAge,
        _ amountMinor: Int64, _ currency: Currency
    ) -> LedgerStep {
        precondition(amountMinor > 0, "an amount is positive")
        return withOpenLine(id, currency) { _, line, _ in
            guard amountMinor <= line.owed(component, from) else { return .amountExceedsDebt }
            line.addOwed(component, from, -amountMinor)
            line.addOwed(component, to, amountMinor)
            return .done
        }
    }

    mutating func close(_ id: LineID) -> LedgerStep {
        withOpenLine(id, nil) { ledger, line, slot in
            guard line.owedMinor == 0 && line.heldMinor == 0 else { return .balanceOpen }
            ledger.endGranting(line, slot)
            line.status = .closed
            return .done
        }
    }

    mutating func writeOff(_ id: LineID) -> LedgerStep {
        withOpenLine(id, nil) { ledger, line, slot in
            let countMax = Self.endedAtOnceCountMax
            guard let holds = ledger.rows.openHolds(line: slot, countMax: countMax) else {
                return .tooMany
            }
            let drawings = ledger.drawingSlots(slot)
            guard holds.count + drawings.count <= countMax else { return .tooMany }
            for hold in holds.reversed() { ledger.end(hold, as: .released, &line, slot) }
            for step in Waterfall.usual.steps {
                let given = line.owed(step.component, step.age)
                ledger.note(step.component, step.age, given)
                line.addOwed(step.component, step.age, -given)
            }
            for place in drawings {
                var drawing = ledger.book.drawings[place].image
                let freed = drawing.principalMinor
                drawing.principalMinor = 0
                ledger.writeFreed(place, drawing, by: freed, of: line, slot)
            }
            ledger.endGranting(line, slot)
            line.status = .writtenOff
            return .done
        }
    }

    /// The line grants nothing any more.
    private mutating func endGranting(_ line: LineImage, _ slot: Int) {
        exposeUnrefused(
            ExposureChange(.granted, line.labels, amountMinor: -line.grantedMinor, count: -1),
            of: line, slot)
    }

    /// Finds an open line, refuses in the documented order, and writes what `change` made of it.
    mutating func withOpenLine(
        _ id: LineID, _ currency: Currency?,
        _ change: (inout Ledger, inout LineImage, Int) -> LedgerOutcome
    ) -> LedgerStep {
        guard let slot = lineSlot(id) else { return LedgerStep(outcome: .lineUnknown) }
        var line = rows.lines.image(slot)
        var step = LedgerStep(outcome: .done, line: slot)
        if line.status != .open {
            step.outcome = .lineClosed
        } else if let currency, currency != line.currency {
            step.outcome = .currencyMismatch
        } else {
            step.outcome = change(&self, &line, slot)
        }
        if step.outcome == .done { write(slot, line) }
        return step
    }
}
