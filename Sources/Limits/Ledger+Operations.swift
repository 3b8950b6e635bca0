internal import Domain

/// One operation's answer, and the rows it met.
struct Step {
    var outcome: LedgerOutcome
    var lineSlot: Int?
    var holdSlot: Int?
}

extension Ledger {
    mutating func perform(_ operation: LedgerOperation, stamp: LedgerStamp) -> Step {
        switch operation {
        case .openLine(let subject, let product, let currency, let limitMinor):
            precondition(limitMinor > 0, "a limit is positive")
            let slot = lines.insert(
                LineImage(
                    id: LineID(stamp.tenantSequence), tenant: stamp.tenant, subject: subject,
                    product: product, currency: currency, status: .open, version: 0,
                    limitMinor: limitMinor, heldMinor: 0, drawnMinor: 0,
                    openedAtMicros: stamp.timeMicros, lastSequence: 0))
            precondition(
                !changedLines.contains { $0.before == nil }, "one record opens one line at most")
            changedLines.append((slot, nil))
            return Step(outcome: .done, lineSlot: slot)
        case .reserve(let reference, let amountMinor, let currency, let expiresAtMicros):
            precondition(amountMinor > 0, "an amount is positive")
            guard let slot = lineSlot(reference, stamp: stamp) else {
                return Step(outcome: .lineUnknown)
            }
            return reserve(
                slot, amountMinor: amountMinor, currency: currency,
                expiresAtMicros: expiresAtMicros, stamp: stamp)
        case .commit(let id, let amountMinor, let currency, let keepsRest):
            precondition(amountMinor > 0, "an amount is positive")
            return withOpenHold(id, currency: currency, stamp: stamp) { line, hold in
                guard amountMinor <= hold.heldMinor else { return .amountExceedsHold }
                let rest = hold.heldMinor - amountMinor
                let staysHeld = keepsRest && rest > 0
                hold.committedMinor += amountMinor
                hold.heldMinor = staysHeld ? rest : 0
                hold.state = staysHeld ? .held : .committed
                line.heldMinor -= staysHeld ? amountMinor : amountMinor + rest
                line.drawnMinor += amountMinor
                return .done
            }
        case .release(let id):
            return withOpenHold(id, stamp: stamp) { line, hold in
                line.heldMinor -= hold.heldMinor
                hold.heldMinor = 0
                hold.state = .released
                return .done
            }
        case .repay(let id, let amountMinor, let currency):
            precondition(amountMinor > 0, "an amount is positive")
            return repay(id, amountMinor: amountMinor, currency: currency, stamp: stamp)
        case .expire(let id):
            return expire(id, stamp: stamp)
        }
    }

    private func lineSlot(_ reference: LineReference, stamp: LedgerStamp) -> Int? {
        switch reference {
        case .existing(let id):
            return lines.slot(tenant: stamp.tenant, number: id.rawValue)
        case .openedHere:
            guard let opened = changedLines.first(where: { $0.before == nil }) else {
                preconditionFailure("openedHere needs a line opened in the same record")
            }
            return opened.slot
        }
    }

    private mutating func reserve(
        _ slot: Int, amountMinor: Int64, currency: Currency, expiresAtMicros: Int64,
        stamp: LedgerStamp
    ) -> Step {
        var line = lines[slot]
        func refused(_ outcome: LedgerOutcome) -> Step { Step(outcome: outcome, lineSlot: slot) }
        guard line.status == .open else { return refused(.lineClosed) }
        guard currency == line.currency else { return refused(.currencyMismatch) }
        guard expiresAtMicros > stamp.expiryMicros else { return refused(.holdExpired) }
        guard amountMinor <= line.availableMinor else { return refused(.limitExceeded) }
        precondition(
            !changedHolds.contains { $0.before == nil }, "one record places one hold at most")
        rememberLine(slot, line)
        // Cannot overflow: held + drawn + amount is at most the limit, which is an Int64.
        line.heldMinor += amountMinor
        Self.check(line)
        lines.replace(slot, with: line)
        let holdSlot = holds.insert(
            HoldImage(
                id: HoldID(stamp.tenantSequence), tenant: stamp.tenant, line: line.id,
                state: .held, amountMinor: amountMinor, committedMinor: 0, heldMinor: amountMinor,
                expiresAtMicros: expiresAtMicros))
        changedHolds.append((holdSlot, nil))
        return Step(outcome: .done, lineSlot: slot, holdSlot: holdSlot)
    }

    /// Finds a hold and its line, refuses in the documented order, and stores what `change` made
    /// of both.
    private mutating func withOpenHold(
        _ id: HoldID, currency: Currency? = nil, stamp: LedgerStamp,
        _ change: (inout LineImage, inout HoldImage) -> LedgerOutcome
    ) -> Step {
        guard let holdSlot = holds.slot(tenant: stamp.tenant, number: id.rawValue) else {
            return Step(outcome: .holdUnknown)
        }
        var hold = holds[holdSlot]
        guard let slot = lines.slot(tenant: stamp.tenant, number: hold.line.rawValue) else {
            preconditionFailure("a hold's line is always there")
        }
        var line = lines[slot]
        var step = Step(outcome: .done, lineSlot: slot, holdSlot: holdSlot)
        step.outcome = Self.refusal(
            line: line, hold: hold, currency: currency, expiryMicros: stamp.expiryMicros)
        if step.outcome == .done { step.outcome = change(&line, &hold) }
        guard step.outcome == .done else { return step }
        rememberLine(slot, lines[slot])
        if !changedHolds.contains(where: { $0.slot == holdSlot }) {
            changedHolds.append((holdSlot, holds[holdSlot]))
        }
        Self.check(line)
        lines.replace(slot, with: line)
        holds.replace(holdSlot, with: hold)
        return step
    }

    /// Why an operation on this hold is refused before its amount is looked at.
    private static func refusal(
        line: LineImage, hold: HoldImage, currency: Currency?, expiryMicros: Int64
    ) -> LedgerOutcome {
        if line.status != .open { return .lineClosed }
        if let currency, currency != line.currency { return .currencyMismatch }
        switch hold.state {
        case .committed, .released: return .holdEnded
        case .expired: return .holdExpired
        case .held: return hold.expiresAtMicros <= expiryMicros ? .holdExpired : .done
        }
    }

    private mutating func repay(
        _ id: LineID, amountMinor: Int64, currency: Currency, stamp: LedgerStamp
    ) -> Step {
        guard let slot = lines.slot(tenant: stamp.tenant, number: id.rawValue) else {
            return Step(outcome: .lineUnknown)
        }
        var line = lines[slot]
        func refused(_ outcome: LedgerOutcome) -> Step { Step(outcome: outcome, lineSlot: slot) }
        guard line.status == .open else { return refused(.lineClosed) }
        guard currency == line.currency else { return refused(.currencyMismatch) }
        let paid = min(amountMinor, line.drawnMinor)
        let (unallocated, overflows) = unallocatedMinor.addingReportingOverflow(amountMinor - paid)
        guard !overflows else { return refused(.amountOverflow) }
        rememberLine(slot, line)
        unallocatedMinor = unallocated
        line.drawnMinor -= paid
        Self.check(line)
        lines.replace(slot, with: line)
        return Step(outcome: .done, lineSlot: slot)
    }

    private mutating func expire(_ id: HoldID, stamp: LedgerStamp) -> Step {
        guard let holdSlot = holds.slot(tenant: stamp.tenant, number: id.rawValue) else {
            preconditionFailure("the sequencer expires holds that are there")
        }
        var hold = holds[holdSlot]
        precondition(
            hold.state == .held && hold.expiresAtMicros <= stamp.expiryMicros,
            "the sequencer expires holds that are due")
        guard let slot = lines.slot(tenant: stamp.tenant, number: hold.line.rawValue) else {
            preconditionFailure("a hold's line is always there")
        }
        var line = lines[slot]
        rememberLine(slot, line)
        changedHolds.append((holdSlot, hold))
        line.heldMinor -= hold.heldMinor
        hold.heldMinor = 0
        hold.state = .expired
        Self.check(line)
        lines.replace(slot, with: line)
        holds.replace(holdSlot, with: hold)
        return Step(outcome: .done, lineSlot: slot, holdSlot: holdSlot)
    }

    private mutating func rememberLine(_ slot: Int, _ before: LineImage) {
        if !changedLines.contains(where: { $0.slot == slot }) {
            changedLines.append((slot, before))
        }
    }
}
