internal import Domain
internal import Ground

/// What a line grants and costs, and the times that it waits for.
extension Ledger {
    mutating func performOnTerms(_ operation: LedgerOperation) -> LedgerStep {
        switch operation {
        case .changeLimit(let id, let limitMinor, let currency):
            precondition(limitMinor >= 0, "a limit is not negative")
            return changeTerms(id, currency) { $0.limitMinor = limitMinor }
        case .setTemporaryLimit(let id, let amountMinor, let currency, let endsAtMicros):
            precondition(amountMinor >= 0, "a temporary limit is not negative")
            let endsMicros = amountMinor > 0 ? endsAtMicros : nil
            return changeTerms(id, currency, endsAtMicros: endsMicros) { line in
                line.edit { terms in
                    terms.temporaryMinor = amountMinor
                    terms.temporaryEndsAtMicros = endsAtMicros
                }
            }
        case .renew(let id, let renewalDay, let limitMinor):
            precondition(limitMinor >= 0, "a limit is not negative")
            return changeTerms(id, nil, isAlwaysBlocked: true) { line in
                line.renewalDay = renewalDay
                if limitMinor > 0 { line.limitMinor = limitMinor }
            }
        case .reprice(let id, let price):
            return withOpenLine(id, nil) { ledger, line, slot in
                if price.effectiveAtMicros <= ledger.work.stamp.timeMicros {
                    ledger.begin(price, &line, slot)
                } else {
                    line.edit { $0.pendingPrice = price }
                }
                return .done
            }
        case .lineTimeCame(let id): return lineTimeCame(id)
        default: preconditionFailure("not about terms")
        }
    }

    /// Changes what is granted: blocks and portfolio limits look at more, and at less nothing does.
    private mutating func changeTerms(
        _ id: LineID, _ currency: Currency?, isAlwaysBlocked: Bool = false,
        endsAtMicros: Int64? = nil, _ change: (inout LineImage) -> Void
    ) -> LedgerStep {
        guard let slot = lineSlot(id) else { return LedgerStep(outcome: .lineUnknown) }
        let line = rows.lines.image(slot)
        func refused(_ outcome: LedgerOutcome) -> LedgerStep {
            LedgerStep(outcome: outcome, line: slot)
        }
        guard line.status == .open else { return refused(.lineClosed) }
        var changed = line
        change(&changed)
        let temporaryMinor = changed.details?.temporaryMinor ?? 0
        let (granted, overflows) = changed.limitMinor.addingReportingOverflow(temporaryMinor)
        let isMore = overflows || granted > line.grantedMinor
        guard !(isMore || isAlwaysBlocked) || !isBlocked(line, by: nil) else {
            return refused(.lineBlocked)
        }
        if let currency, currency != line.currency { return refused(.currencyMismatch) }
        var ofPortfolio = LedgerOutcome.done
        if isMore && !overflows {
            let moreMinor = granted - line.grantedMinor
            ofPortfolio = expose(
                ExposureChange(
                    .granted, line.labels, amountMinor: moreMinor, flowMinor: moreMinor,
                    placedSeconds: work.stamp.seconds),
                of: line, slot)
        }
        if ofPortfolio == .done || ofPortfolio == .portfolioLimitExceeded {
            if overflows { return refused(.amountOverflow) }
            if let endsAtMicros, endsAtMicros <= work.stamp.expiryMicros {
                return refused(.timePassed)
            }
        }
        guard ofPortfolio == .done else { return refused(ofPortfolio) }
        if granted < line.grantedMinor {
            exposeUnrefused(
                ExposureChange(.granted, line.labels, amountMinor: granted - line.grantedMinor),
                of: line, slot)
        }
        write(slot, changed)
        return LedgerStep(outcome: .done, line: slot)
    }

    /// A price begins: of new drawings, or of the open ones too.
    ///
    /// Of a line with more of them than a record may touch the rest follows: the price stays
    /// pending, due already, until records of its time have reached all.
    private mutating func begin(_ price: PendingPrice, _ line: inout LineImage, _ slot: Int) {
        line.nominalRatePpm = price.nominalRatePpm
        line.edit { $0.pendingPrice = nil }
        guard price.appliesToAll else { return }
        for place in drawingSlots(slot) {
            var drawing = book.drawings[place].image
            guard drawing.nominalRatePpm != price.nominalRatePpm else { continue }
            guard work.drawings.count < Self.drawingsAtOnceCountMax else {
                return line.edit { $0.pendingPrice = price }
            }
            drawing.nominalRatePpm = price.nominalRatePpm
            write(place, drawing, line: slot)
        }
    }

    private mutating func lineTimeCame(_ id: LineID) -> LedgerStep {
        guard let slot = lineSlot(id) else {
            preconditionFailure("a line whose time comes is there")
        }
        var line = rows.lines.image(slot)
        let now = work.stamp.expiryMicros
        precondition(
            line.nextTimeMicros.map { $0 <= now } ?? false, "a line's time has come")
        let grantedMinor = line.grantedMinor
        line.edit { terms in
            if terms.temporaryEndsAtMicros <= now { terms.temporaryMinor = 0 }
            terms.blocks.removeAll { $0.untilMicros <= now }
        }
        if line.grantedMinor < grantedMinor {
            exposeUnrefused(
                ExposureChange(
                    .granted, line.labels, amountMinor: line.grantedMinor - grantedMinor),
                of: line, slot)
        }
        if let price = line.details?.pendingPrice, price.effectiveAtMicros <= now {
            begin(price, &line, slot)
        }
        write(slot, line)
        return LedgerStep(outcome: .done, line: slot)
    }
}
