internal import Domain
internal import Ground

extension Ledger {
    /// One operation: all of it, or a refusal that changed nothing.
    mutating func perform(_ operation: LedgerOperation) -> LedgerStep {
        switch operation {
        case .openLine(let opening): open(opening)
        case .reserve(let line, let amountMinor, let currency, let expiresAtMicros, let labels):
            reserve(line, amountMinor, currency, until: expiresAtMicros, labels)
        case .commit(let hold, let amountMinor, let currency, let keepsRest):
            commit(hold, amountMinor, currency, keepsRest: keepsRest)
        case .release(let hold): release(hold)
        case .extend(let hold, let expiresAtMicros): extend(hold, until: expiresAtMicros)
        case .expire(let hold): expire(hold)
        case .repay(let line, let amountMinor, let currency, let waterfall):
            repay(line, amountMinor, currency, waterfall)
        case .postCharge(let line, let component, let age, let amountMinor, let currency):
            charge(line, component, age, amountMinor, currency)
        case .reclassify(let line, let component, let from, let to, let amountMinor, let currency):
            reclassify(line, component, from: from, to: to, amountMinor, currency)
        case .reverse(let entry, let amountMinor): reverse(entry, amountMinor)
        case .writeOff(let line): writeOff(line)
        case .closeLine(let line): close(line)
        case .changeLimit, .setTemporaryLimit, .renew, .reprice, .lineTimeCame:
            performOnTerms(operation)
        case .freeze, .unfreeze, .setGroup, .labelSubject, .subjectTimeCame:
            performOnSubject(operation)
        case .setPortfolioLimit, .pausePortfolioLimit, .setExchangeRate, .countPortfolioLimit:
            performOnPortfolio(operation)
        }
    }

    private mutating func open(_ opening: LineOpening) -> LedgerStep {
        precondition(opening.limitMinor > 0, "a limit is positive")
        let stamp = work.stamp
        guard !rows.lines.isFull(RowKey(stamp.tenant, work.number)) else {
            return LedgerStep(outcome: .tooMany)
        }
        let subject = subject(stamp.tenant, opening.subject)
        guard let labels = labels(opening.labels, of: subject) else {
            return LedgerStep(outcome: .tooMany)
        }
        let line = LineImage(
            id: LineID(work.number), tenant: stamp.tenant, subject: opening.subject,
            product: opening.product, currency: opening.currency, kind: opening.kind,
            chargesUseLimit: opening.chargesUseLimit, status: .open, version: 0,
            limitMinor: opening.limitMinor, heldMinor: 0, principalMinor: 0,
            openedAtMicros: stamp.timeMicros, labels: labels,
            nominalRatePpm: opening.nominalRatePpm, renewalDay: opening.renewalDay,
            lastSequence: 0)
        let slot = insert(line)
        let refusal = expose(
            ExposureChange(
                .granted, labels, amountMinor: line.limitMinor, count: 1,
                flowMinor: line.limitMinor, flowCount: 1, placedSeconds: stamp.seconds),
            of: line, slot)
        if refusal != .done {
            takeBackOpening(slot)
            return LedgerStep(outcome: refusal)
        }
        work.opened = slot
        return LedgerStep(outcome: .done, line: slot)
    }

    /// Takes the opening of the newest line back, because a portfolio limit refuses it.
    private mutating func takeBackOpening(_ slot: Int) {
        rows.unlinkFromSubject(slot)
        rows.lines.stripe(slot).undoInsert(slot &>> 6)
        work.lines.removeLast()
        if work.keepsUndo { work.undo.lines.removeLast() }
    }

    // MARK: What stops an operation

    /// Whether a block of the line or of its subject, whose time is not over, has such a scope.
    func isBlocked(_ line: LineImage, by scope: BlockScope?) -> Bool {
        func stops(_ block: Block) -> Bool {
            (block.scope == .all || block.scope == scope)
                && block.untilMicros > work.stamp.expiryMicros
        }
        if line.details?.blocks.contains(where: stops) ?? false { return true }
        return subject(line.tenant, line.subject)?.blocks.contains(where: stops) ?? false
    }
}
