internal import Domain
internal import Limits

extension NaiveLedger {
    /// Operations on what a line grants and costs, and the times that a line waits for.
    mutating func performOnTerms(_ operation: LedgerOperation, stamp: LedgerStamp) -> Step {
        switch operation {
        case .changeLimit(let id, let limitMinor, let currency):
            return changeTerms(id, currency, stamp) { line, _ in line.limitMinor = limitMinor }
        case .setTemporaryLimit(let id, let amountMinor, let currency, let endsAtMicros):
            return changeTerms(id, currency, stamp) { line, refusals in
                Self.edit(&line) { parts in
                    parts.temporaryMinor = amountMinor
                    parts.temporaryEndsAtMicros = amountMinor == 0 ? 0 : endsAtMicros
                }
                if amountMinor > 0 && endsAtMicros <= stamp.expiryMicros {
                    refusals.append(.timePassed)
                }
            }
        case .renew(let id, let renewalDay, let limitMinor):
            return changeTerms(id, nil, stamp, isBlockedAlways: true) { line, _ in
                line.renewalDay = renewalDay
                if limitMinor > 0 { line.limitMinor = limitMinor }
            }
        case .reprice(let id, let price):
            var drawings: [DrawingImage] = []
            let step = withOpenLine(id, nil, stamp) { account in
                if price.effectiveAtMicros <= stamp.timeMicros {
                    drawings = Self.take(price, &account)
                } else {
                    Self.edit(&account.line) { $0.pendingPrice = price }
                }
                return .done
            }
            for drawing in drawings {
                touched.drawings[OracleKey(drawing.tenant, drawing.id)] = drawing
            }
            return step
        case .lineTimeCame(let id): return lineTimeCame(id, stamp: stamp)
        default: preconditionFailure("not about terms")
        }
    }

    /// A price begins: of new drawings, or of the open ones too. Says which drawings changed.
    private static func take(
        _ price: PendingPrice, _ account: inout OracleAccount
    ) -> [DrawingImage] {
        account.line.nominalRatePpm = price.nominalRatePpm
        edit(&account.line) { $0.pendingPrice = nil }
        guard price.appliesToAll else { return [] }
        var changed: [DrawingImage] = []
        for (id, drawing) in account.drawings where drawing.nominalRatePpm != price.nominalRatePpm {
            var repriced = drawing
            repriced.nominalRatePpm = price.nominalRatePpm
            account.drawings[id] = repriced
            changed.append(repriced)
        }
        return changed
    }

    /// A change of what is granted: more is looked at by blocks and portfolio limits, less by none.
    private mutating func changeTerms(
        _ id: LineID, _ currency: Currency?, _ stamp: LedgerStamp, isBlockedAlways: Bool = false,
        _ change: (inout LineImage, inout [LedgerOutcome?]) -> Void
    ) -> Step {
        guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
        var account = found
        let line = account.line
        var refusals: [LedgerOutcome?] = [line.status == .open ? nil : .lineClosed]
        change(&account.line, &refusals)
        let (granted, overflows) = account.line.limitMinor.addingReportingOverflow(
            account.line.details?.temporaryMinor ?? 0)
        if overflows { refusals.append(.amountOverflow) }
        let isMore = overflows || granted > line.grantedMinor
        if isMore || isBlockedAlways, isBlocked(line, by: [.all], stamp: stamp) {
            refusals.append(.lineBlocked)
        }
        if let currency, currency != line.currency { refusals.append(.currencyMismatch) }
        var raise: PortfolioChange?
        if isMore && !overflows {
            let more = PortfolioChange(
                line: line, group: groupOf(line), labels: portfolio.labels(line),
                measure: .granted, amountMinor: granted - line.grantedMinor, count: 0,
                placedSeconds: stamp.seconds)
            refusals.append(portfolio.refusal(of: more))
            raise = more
        }
        if let first = LedgerOutcome.first(of: refusals) { return refused(first, line: key) }
        if let raise { portfolio.flow(raise) }
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key)
    }

    private mutating func lineTimeCame(_ id: LineID, stamp: LedgerStamp) -> Step {
        guard let (key, found) = account(id, stamp) else {
            preconditionFailure("a line whose time comes is there")
        }
        var account = found
        let now = stamp.expiryMicros
        var price: PendingPrice?
        Self.edit(&account.line) { parts in
            if parts.temporaryMinor > 0 && parts.temporaryEndsAtMicros <= now {
                parts.temporaryMinor = 0
            }
            parts.blocks.removeAll { $0.untilMicros <= now }
            if let pending = parts.pendingPrice, pending.effectiveAtMicros <= now {
                price = pending
            }
        }
        if let price {
            for drawing in Self.take(price, &account) {
                touched.drawings[OracleKey(drawing.tenant, drawing.id)] = drawing
            }
        }
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key)
    }
}
