internal import Domain
internal import Limits

extension NaiveLedger {
    /// Operations on what a line owes.
    mutating func performOnDebt(_ operation: LedgerOperation, stamp: LedgerStamp) -> Step {
        switch operation {
        case .repay(let id, let amountMinor, let currency, let waterfall):
            return repay(id, amountMinor, currency, waterfall, stamp: stamp)
        case .postCharge(let id, let component, let age, let amountMinor, let currency):
            return withOpenLine(id, currency, stamp) { account in
                guard Self.fits(account.line, plus: amountMinor) else { return .amountOverflow }
                Self.edit(&account.line) { $0.debt[component, age] += amountMinor }
                return .done
            }
        case .reclassify(let id, let component, let from, let to, let amountMinor, let currency):
            return withOpenLine(id, currency, stamp) { account in
                guard amountMinor <= account.line.debt(component, from) else {
                    return .amountExceedsDebt
                }
                account.line.addDebt(component, from, -amountMinor)
                account.line.addDebt(component, to, amountMinor)
                return .done
            }
        case .reverse(let entry, let amountMinor):
            return reverse(entry, amountMinor, stamp: stamp)
        case .writeOff(let id): return writeOff(id, stamp: stamp)
        case .closeLine(let id):
            return withOpenLine(id, nil, stamp) { account in
                guard account.line.owedMinor == 0 && account.line.heldMinor == 0 else {
                    return .balanceOpen
                }
                account.line.status = .closed
                return .done
            }
        default: preconditionFailure("not about a debt")
        }
    }

    /// Whether everything owed and held still fits 64 bits with this.
    static func fits(_ line: LineImage, plus amountMinor: Int64) -> Bool {
        Int128(line.owedMinor) + Int128(line.heldMinor) + Int128(amountMinor)
            <= Int128(Int64.max)
    }

    /// Whether the record's unallocated amounts still fit 64 bits with this.
    private func unallocatedFits(_ amountMinor: Int64) -> Bool {
        !touched.unallocatedMinor.addingReportingOverflow(amountMinor).overflow
    }

    /// Closed, then currency, then what `change` finds.
    mutating func withOpenLine(
        _ id: LineID, _ currency: Currency?, _ stamp: LedgerStamp,
        _ change: (inout OracleAccount) -> LedgerOutcome
    ) -> Step {
        guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
        var account = found
        guard account.line.status == .open else { return refused(.lineClosed, line: key) }
        if let currency, currency != account.line.currency {
            return refused(.currencyMismatch, line: key)
        }
        let outcome = change(&account)
        guard outcome == .done else { return refused(outcome, line: key) }
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key)
    }

    private mutating func repay(
        _ id: LineID, _ amountMinor: Int64, _ currency: Currency, _ waterfall: Waterfall,
        stamp: LedgerStamp
    ) -> Step {
        guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
        var account = found
        guard account.line.status != .closed else { return refused(.lineClosed, line: key) }
        guard currency == account.line.currency else {
            return refused(.currencyMismatch, line: key)
        }
        let parts = touched.parts
        var left = amountMinor
        var principal: Int64 = 0
        // A line that was written off owes nothing: all of it is a recovery.
        for step in waterfall.steps {
            let paid = min(left, account.line.debt(step.component, step.age))
            guard paid > 0 else { continue }
            left -= paid
            account.line.addDebt(step.component, step.age, -paid)
            if step.component == .principal {
                principal += paid
                // Future principal is what is left of the sum, so the sum follows at once.
                account.line.principalMinor -= paid
            }
            touched.parts.append(ReversibleEntry.Part(step: step, amountMinor: paid))
        }
        guard unallocatedFits(left) else {
            touched.parts = parts
            return refused(.amountOverflow, line: key)
        }
        free(principal, of: &account)
        if account.line.kind == .instalment {
            account.line.limitMinor = max(0, account.line.limitMinor - principal)
        }
        touched.unallocatedMinor += left
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, unallocatedMinor: left)
    }

    /// Frees drawings, the oldest first.
    private mutating func free(_ amountMinor: Int64, of account: inout OracleAccount) {
        var left = amountMinor
        for id in account.drawings.keys.sorted() where left > 0 {
            guard var drawing = account.drawings[id] else { continue }
            let freed = min(left, drawing.principalMinor)
            drawing.principalMinor -= freed
            left -= freed
            put(drawing, into: &account)
        }
    }

    private mutating func put(_ drawing: DrawingImage, into account: inout OracleAccount) {
        account.drawings[drawing.id] = drawing.principalMinor > 0 ? drawing : nil
        touched.drawings[OracleKey(drawing.tenant, drawing.id)] = drawing
    }

    private mutating func reverse(
        _ entry: ReversibleEntry, _ amountMinor: Int64, stamp: LedgerStamp
    ) -> Step {
        guard let (key, found) = account(entry.line, stamp) else {
            return .refused(.lineUnknown)
        }
        var account = found
        guard account.line.status == .open else { return refused(.lineClosed, line: key) }
        let own = OracleKey(stamp.tenant, entry.entry)
        var reversal =
            reversals[own]
            ?? ReversalImage(entry: entry.entry, tenant: stamp.tenant, reversedMinor: 0)
        guard amountMinor <= entry.totalMinor - reversal.reversedMinor else {
            return refused(.amountExceedsEntry, line: key)
        }
        // At most all of it meets no debt.
        guard unallocatedFits(amountMinor) else { return refused(.amountOverflow, line: key) }
        var moved: Int64 = 0
        switch entry.kind {
        case .drawing:
            moved = reverseDrawing(entry.entry, amountMinor, of: &account)
        case .repayment(let paid, let drawings):
            guard Self.fits(account.line, plus: amountMinor),
                !account.line.grantedMinor.addingReportingOverflow(amountMinor).overflow
            else { return refused(.amountOverflow, line: key) }
            moved = reverseRepayment(
                paid, drawings, amountMinor, alreadyMinor: reversal.reversedMinor,
                unloweredMinor: entry.unloweredMinor, of: &account)
        case .charge(let component, let age):
            moved = min(amountMinor, account.line.debt(component, age))
            account.line.addDebt(component, age, -moved)
            note(component, age, moved)
        }
        reversal.reversedMinor += amountMinor
        reversals[own] = reversal
        touched.reversals.insert(own)
        touched.unallocatedMinor += amountMinor - moved
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, unallocatedMinor: amountMinor - moved)
    }

    private mutating func note(_ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64) {
        guard amountMinor > 0 else { return }
        touched.parts.append(
            ReversibleEntry.Part(
                step: WaterfallStep(component, age), amountMinor: amountMinor))
    }

    /// A purchase is taken back: what is left of its drawing falls, future principal first.
    private mutating func reverseDrawing(
        _ id: UInt64, _ amountMinor: Int64, of account: inout OracleAccount
    ) -> Int64 {
        guard var drawing = account.drawings[id] else { return 0 }
        let moved = min(amountMinor, drawing.principalMinor)
        drawing.principalMinor -= moved
        put(drawing, into: &account)
        var left = moved
        for age in [DebtAge.future, .due, .overdue] {
            let part = min(left, account.line.debt(.principal, age))
            account.line.addDebt(.principal, age, -part)
            account.line.principalMinor -= part
            note(.principal, age, part)
            left -= part
        }
        return moved
    }

    /// A payment came back: what it paid is owed again, what was paid last first.
    private mutating func reverseRepayment(
        _ paid: [ReversibleEntry.Part], _ drawings: [DrawingImage], _ amountMinor: Int64,
        alreadyMinor: Int64, unloweredMinor: Int64, of account: inout OracleAccount
    ) -> Int64 {
        var skip = alreadyMinor
        var left = amountMinor
        var skippedPrincipal: Int64 = 0
        var principal: Int64 = 0
        for part in paid.reversed() {
            let gone = min(skip, part.amountMinor)
            skip -= gone
            let put = min(left, part.amountMinor - gone)
            left -= put
            if part.step.component == .principal {
                skippedPrincipal += gone
                principal += put
                account.line.principalMinor += put
            }
            account.line.addDebt(part.step.component, part.step.age, put)
            note(part.step.component, part.step.age, put)
        }
        if account.line.kind == .instalment {
            let unraised = max(0, min(principal, unloweredMinor - skippedPrincipal))
            account.line.limitMinor += principal - unraised
        }
        for freed in drawings.reversed() {
            let gone = min(skippedPrincipal, freed.principalMinor)
            skippedPrincipal -= gone
            let again = min(principal, freed.principalMinor - gone)
            principal -= again
            guard again > 0 else { continue }
            var drawing = account.drawings[freed.id] ?? freed
            drawing.principalMinor =
                (account.drawings[freed.id]?.principalMinor ?? 0) + again
            put(drawing, into: &account)
        }
        // An entry that does not say which drawings the rest was freed from: the newest one.
        if principal > 0, let newest = drawings.last {
            var drawing = account.drawings[newest.id] ?? newest
            drawing.principalMinor =
                (account.drawings[newest.id]?.principalMinor ?? 0) + principal
            put(drawing, into: &account)
        }
        return amountMinor - left
    }

    private mutating func writeOff(_ id: LineID, stamp: LedgerStamp) -> Step {
        guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
        var account = found
        guard account.line.status == .open else { return refused(.lineClosed, line: key) }
        guard account.holds.count + account.drawings.count <= Self.releasedHoldCountMax else {
            return refused(.tooMany, line: key)
        }
        for number in account.holds.keys.sorted() {
            if var hold = account.holds[number] { close(&hold, as: .released, of: &account) }
        }
        for step in Waterfall.usual.steps {
            let given = account.line.debt(step.component, step.age)
            note(step.component, step.age, given)
            account.line.addDebt(step.component, step.age, -given)
            if step.component == .principal { account.line.principalMinor -= given }
        }
        for number in account.drawings.keys.sorted() {
            guard var drawing = account.drawings[number] else { continue }
            drawing.principalMinor = 0
            put(drawing, into: &account)
        }
        account.line.status = .writtenOff
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key)
    }
}

extension LineImage {
    /// What is owed of one kind; future principal is what is neither due nor overdue.
    func debt(_ component: DebtComponent, _ age: DebtAge) -> Int64 {
        let debt = details?.debt ?? Debt()
        guard component == .principal && age == .future else { return debt[component, age] }
        return principalMinor - debt[.principal, .due] - debt[.principal, .overdue]
    }

    /// Adds to a kind of debt; future principal follows from the others and is not kept.
    mutating func addDebt(_ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64) {
        guard component != .principal || age != .future else { return }
        NaiveLedger.edit(&self) { $0.debt[component, age] += amountMinor }
    }
}
