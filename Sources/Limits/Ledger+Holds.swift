internal import Domain
internal import Ground

/// The life of a hold: reserve, commit, release, extend, expire.
extension Ledger {
    mutating func reserve(
        _ reference: LineReference, _ amountMinor: Int64, _ currency: Currency,
        until expiresAtMicros: Int64, _ given: [Label]
    ) -> LedgerStep {
        precondition(amountMinor > 0, "an amount is positive")
        // The place of the new hold is far away: asked early, it comes while the line is found.
        rows.holds.prefetchHome(RowKey(work.stamp.tenant, work.number).mixed)
        let wanted =
            switch reference {
            case .existing(let id): lineSlot(id)
            case .openedHere: work.opened
            }
        guard let slot = wanted else { return LedgerStep(outcome: .lineUnknown) }
        var line = rows.lines.image(slot)
        func refused(_ outcome: LedgerOutcome) -> LedgerStep {
            LedgerStep(outcome: outcome, line: slot)
        }
        guard line.status == .open else { return refused(.lineClosed) }
        guard !isBlocked(line, by: .newHolds) else { return refused(.lineBlocked) }
        guard currency == line.currency else { return refused(.currencyMismatch) }
        let stamp = work.stamp
        guard !rows.holds.isFull(RowKey(stamp.tenant, work.number)),
            let labels = labels(given, of: subject(stamp.tenant, line.subject))
        else { return refused(.tooMany) }
        let ofPortfolio = expose(
            ExposureChange(
                .used, labels, amountMinor: amountMinor, count: 1, flowMinor: amountMinor,
                flowCount: 1, placedSeconds: stamp.seconds),
            of: line, slot)
        // What portfolio limits say comes before these, but for being full itself.
        if ofPortfolio == .done || ofPortfolio == .portfolioLimitExceeded {
            // Charges may be owed that do not use the limit.
            guard Self.fits(line, plus: amountMinor) else { return refused(.amountOverflow) }
            guard expiresAtMicros > stamp.expiryMicros else { return refused(.holdExpired) }
            guard amountMinor <= line.availableMinor else { return refused(.limitExceeded) }
        }
        guard ofPortfolio == .done else { return refused(ofPortfolio) }
        // Cannot overflow: held + drawn + amount is at most what is granted.
        line.heldMinor += amountMinor
        precondition(line.overLimitMinor == 0, "a new hold never takes more than is available")
        let hold = insert(
            HoldImage(
                id: HoldID(work.number), tenant: stamp.tenant, line: line.id, state: .held,
                amountMinor: amountMinor, committedMinor: 0, expiresAtMicros: expiresAtMicros,
                labels: labels, placedSeconds: stamp.seconds))
        write(slot, line, placing: hold)
        return LedgerStep(outcome: .done, line: slot, hold: hold)
    }

    mutating func commit(
        _ id: HoldID, _ amountMinor: Int64, _ currency: Currency, keepsRest: Bool
    ) -> LedgerStep {
        precondition(amountMinor > 0, "an amount is positive")
        guard let slot = holdSlot(id) else { return LedgerStep(outcome: .holdUnknown) }
        var hold = rows.holds.image(slot)
        let lineSlot = lineSlot(of: hold)
        var line = rows.lines.image(lineSlot)
        var step = LedgerStep(outcome: .done, line: lineSlot, hold: slot)
        let left = hold.amountMinor - hold.committedMinor
        if line.status != .open {
            step.outcome = .lineClosed
        } else if isBlocked(line, by: .commits) {
            step.outcome = .lineBlocked
        } else if currency != line.currency {
            step.outcome = .currencyMismatch
        } else if book.drawings.isFull {
            step.outcome = .tooMany
        } else if ending(hold) == .holdEnded {
            step.outcome = .holdEnded
        } else if amountMinor > left {
            step.outcome = .amountExceedsHold
        } else {
            step.outcome = ending(hold)
        }
        guard step.outcome == .done else { return step }
        let rest = left - amountMinor
        let staysHeld = keepsRest && rest > 0
        hold.committedMinor += amountMinor
        hold.state = staysHeld ? .held : .committed
        line.heldMinor -= staysHeld ? amountMinor : left
        line.principalMinor += amountMinor
        // The hold becomes a drawing: nothing moves, but for the rest that is given back.
        exposeUnrefused(
            ExposureChange(
                .used, hold.labels, amountMinor: staysHeld ? 0 : -rest, count: staysHeld ? 1 : 0,
                flowMinor: staysHeld ? 0 : -rest, flowCount: 0,
                placedSeconds: hold.placedSeconds),
            of: line, lineSlot)
        write(lineSlot, line)
        write(slot, hold)
        precondition(work.drawingNumber != work.number, "one number makes one drawing at most")
        work.drawingNumber = work.number
        insert(
            DrawingImage(
                id: work.number, tenant: line.tenant, line: line.id, principalMinor: amountMinor,
                labels: hold.labels, placedSeconds: hold.placedSeconds,
                nominalRatePpm: line.nominalRatePpm, lastSequence: 0),
            line: lineSlot)
        return step
    }

    mutating func release(_ id: HoldID) -> LedgerStep {
        guard let slot = holdSlot(id) else { return LedgerStep(outcome: .holdUnknown) }
        let hold = rows.holds.image(slot)
        let lineSlot = lineSlot(of: hold)
        var line = rows.lines.image(lineSlot)
        var step = LedgerStep(outcome: .done, line: lineSlot, hold: slot)
        step.outcome = line.status == .open ? ending(hold) : .lineClosed
        guard step.outcome == .done else { return step }
        end(slot, as: .released, &line, lineSlot)
        write(lineSlot, line)
        return step
    }

    mutating func extend(_ id: HoldID, until expiresAtMicros: Int64) -> LedgerStep {
        guard let slot = holdSlot(id) else { return LedgerStep(outcome: .holdUnknown) }
        var hold = rows.holds.image(slot)
        let lineSlot = lineSlot(of: hold)
        let line = rows.lines.image(lineSlot)
        var step = LedgerStep(outcome: .done, line: lineSlot, hold: slot)
        if line.status != .open {
            step.outcome = .lineClosed
        } else if isBlocked(line, by: nil) {
            step.outcome = .lineBlocked
        } else {
            step.outcome = ending(hold)
            if step.outcome == .done && expiresAtMicros <= work.stamp.expiryMicros {
                step.outcome = .timePassed
            }
        }
        guard step.outcome == .done else { return step }
        hold.expiresAtMicros = expiresAtMicros
        write(lineSlot, line)
        write(slot, hold)
        return step
    }

    mutating func expire(_ id: HoldID) -> LedgerStep {
        guard let slot = holdSlot(id) else {
            preconditionFailure("the sequencer expires holds that are there")
        }
        let hold = rows.holds.image(slot)
        precondition(
            hold.state == .held && hold.expiresAtMicros <= work.stamp.expiryMicros,
            "the sequencer expires holds that are due")
        let lineSlot = lineSlot(of: hold)
        var line = rows.lines.image(lineSlot)
        end(slot, as: .expired, &line, lineSlot)
        write(lineSlot, line)
        return LedgerStep(outcome: .done, line: lineSlot, hold: slot)
    }

    /// Ends an open hold and gives what is left of it back to the line, which the caller writes.
    mutating func end(
        _ slot: Int, as state: HoldState, _ line: inout LineImage, _ lineSlot: Int
    ) {
        var hold = rows.holds.image(slot)
        let left = hold.heldMinor
        line.heldMinor -= left
        hold.state = state
        exposeUnrefused(
            ExposureChange(
                .used, hold.labels, amountMinor: -left, count: -1, flowMinor: -left,
                flowCount: hold.committedMinor == 0 ? -1 : 0, placedSeconds: hold.placedSeconds),
            of: line, lineSlot)
        write(slot, hold)
    }

    /// Why nothing can be done with a hold any more.
    private func ending(_ hold: HoldImage) -> LedgerOutcome {
        switch hold.state {
        case .committed, .released: .holdEnded
        case .expired: .holdExpired
        case .held: hold.expiresAtMicros <= work.stamp.expiryMicros ? .holdExpired : .done
        }
    }
}
