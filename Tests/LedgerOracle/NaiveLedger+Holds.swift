internal import Domain
internal import Limits

extension NaiveLedger {
    /// One operation: all of it, or a refusal that changed nothing.
    mutating func perform(
        _ operation: LedgerOperation, number: UInt64, stamp: LedgerStamp
    ) -> Step {
        switch operation {
        case .openLine(let opening): return open(opening, number: number, stamp: stamp)
        case .reserve(let line, let amountMinor, let currency, let expiresAtMicros, let labels):
            return reserve(
                line, amountMinor, currency, expiresAtMicros, labels, number: number, stamp: stamp)
        case .commit(let hold, let amountMinor, let currency, let keepsRest):
            return commit(
                hold, amountMinor, currency, keepsRest: keepsRest, number: number, stamp: stamp)
        case .release(let hold): return end(hold, as: .released, stamp: stamp)
        case .expire(let hold): return end(hold, as: .expired, stamp: stamp)
        case .extend(let hold, let expiresAtMicros):
            return extend(hold, to: expiresAtMicros, stamp: stamp)
        case .repay, .postCharge, .reclassify, .reverse, .writeOff, .closeLine:
            return performOnDebt(operation, stamp: stamp)
        case .changeLimit, .setTemporaryLimit, .reprice, .renew, .lineTimeCame:
            return performOnTerms(operation, stamp: stamp)
        case .freeze, .unfreeze, .setGroup, .labelSubject, .subjectTimeCame:
            return performOnSubject(operation, number: number, stamp: stamp)
        case .setPortfolioLimit(let limit):
            return Step(outcome: portfolio.set(limit, number: number, stamp: stamp))
        case .pausePortfolioLimit(let id, let isPaused):
            return Step(
                outcome: portfolio.pause(
                    OracleKey(stamp.tenant, id.rawValue), isPaused: isPaused, stamp: stamp))
        case .setExchangeRate(let from, let to, let ratePpb):
            portfolio.setRate(tenant: stamp.tenant, from: from, to: to, ratePpb: ratePpb)
            return Step(outcome: .done)
        case .countPortfolioLimit:
            preconditionFailure("a scan is followed, see followCount")
        }
    }

    private mutating func open(
        _ opening: LineOpening, number: UInt64, stamp: LedgerStamp
    ) -> Step {
        let key = OracleKey(stamp.tenant, number)
        let owner = OracleSubject(tenant: stamp.tenant, subject: opening.subject)
        let merged = labels(opening.labels, of: owner)
        if merged.count > LabelSetImage.countMax { return .refused(.tooMany) }
        let line = LineImage(
            id: LineID(number), tenant: stamp.tenant, subject: opening.subject,
            product: opening.product, currency: opening.currency, kind: opening.kind,
            chargesUseLimit: opening.chargesUseLimit, status: .open, version: 0,
            limitMinor: opening.limitMinor, heldMinor: 0, principalMinor: 0,
            openedAtMicros: stamp.timeMicros, nominalRatePpm: opening.nominalRatePpm,
            renewalDay: opening.renewalDay, lastSequence: 0)
        let change = PortfolioChange(
            line: line, group: group(of: owner), labels: merged, measure: .granted,
            amountMinor: opening.limitMinor, count: 1, placedSeconds: stamp.seconds)
        if let refusal = portfolio.refusal(of: change) {
            return .refused(refusal)
        }
        var account = OracleAccount(line: line)
        account.line.labels = portfolio.intern(merged, tenant: stamp.tenant)
        portfolio.flow(change)
        store(account, stamp: stamp)
        touched.opened = key
        return Step(outcome: .done, line: key)
    }

    /// What a transaction carries: what the caller gave, and the last decision's.
    func labels(_ given: [Label], of owner: OracleSubject) -> [Label] {
        let decided = subjects[owner].map { portfolio.labels($0.labels, owner.tenant) } ?? []
        let added = given.filter { label in
            !decided.contains { $0.dimension == label.dimension }
        }
        return (decided + added).sorted()
    }

    private mutating func reserve(
        _ reference: LineReference, _ amountMinor: Int64, _ currency: Currency,
        _ expiresAtMicros: Int64, _ given: [Label], number: UInt64, stamp: LedgerStamp
    ) -> Step {
        let wanted: OracleKey? =
            switch reference {
            case .existing(let id): OracleKey(stamp.tenant, id.rawValue)
            case .openedHere: touched.opened
            }
        guard let key = wanted, var account = accounts[key] else { return .refused(.lineUnknown) }
        let line = account.line
        let owner = OracleSubject(tenant: stamp.tenant, subject: line.subject)
        let merged = labels(given, of: owner)
        let change = PortfolioChange(
            line: line, group: group(of: owner), labels: merged, measure: .used,
            amountMinor: amountMinor, count: 1, placedSeconds: stamp.seconds)
        // A transaction whose labels cannot be kept is not shown to the limits.
        let ofPortfolio: LedgerOutcome? =
            merged.count > LabelSetImage.countMax ? .tooMany : portfolio.refusal(of: change)
        let refusals: [LedgerOutcome?] = [
            line.status == .open ? nil : .lineClosed,
            isBlocked(line, by: [.newHolds, .all], stamp: stamp) ? .lineBlocked : nil,
            currency == line.currency ? nil : .currencyMismatch,
            ofPortfolio,
            Self.fits(line, plus: amountMinor) ? nil : .amountOverflow,
            expiresAtMicros > stamp.expiryMicros ? nil : .holdExpired,
            amountMinor <= line.availableMinor ? nil : .limitExceeded,
        ]
        if let first = LedgerOutcome.first(of: refusals) { return refused(first, line: key) }
        let hold = HoldImage(
            id: HoldID(number), tenant: stamp.tenant, line: line.id, state: .held,
            amountMinor: amountMinor, committedMinor: 0, expiresAtMicros: expiresAtMicros,
            labels: portfolio.intern(merged, tenant: stamp.tenant), placedSeconds: stamp.seconds)
        let own = OracleKey(stamp.tenant, number)
        account.holds[number] = hold
        lineOfHold[own] = key
        openCounts[stamp.tenant, default: 0] += 1
        touched.holds[own] = hold
        portfolio.flow(change)
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, hold: own)
    }

    /// A refusal by something other than the portfolio does not name a portfolio limit.
    mutating func refused(
        _ outcome: LedgerOutcome, line: OracleKey? = nil, hold: OracleKey? = nil
    ) -> Step {
        if ![.labelMissing, .portfolioLimitExceeded, .exchangeRateMissing].contains(outcome) {
            portfolio.refusal = nil
        }
        return .refused(outcome, line: line, hold: hold)
    }

    /// A hold with its account, and what refuses any operation on it.
    private func find(
        _ id: HoldID, _ stamp: LedgerStamp
    ) -> (own: OracleKey, key: OracleKey, account: OracleAccount, hold: HoldImage)? {
        let own = OracleKey(stamp.tenant, id.rawValue)
        guard let hold = hold(own) else { return nil }
        let key = OracleKey(stamp.tenant, hold.line.rawValue)
        return accounts[key].map { (own, key, $0, hold) }
    }

    private static func ending(_ hold: HoldImage, _ stamp: LedgerStamp) -> LedgerOutcome? {
        switch hold.state {
        case .committed, .released: .holdEnded
        case .expired: .holdExpired
        case .held: hold.expiresAtMicros <= stamp.expiryMicros ? .holdExpired : nil
        }
    }

    private mutating func commit(
        _ id: HoldID, _ amountMinor: Int64, _ currency: Currency, keepsRest: Bool, number: UInt64,
        stamp: LedgerStamp
    ) -> Step {
        guard let found = find(id, stamp) else {
            return .refused(.holdUnknown)
        }
        let (own, key) = (found.own, found.key)
        var (account, hold) = (found.account, found.hold)
        let line = account.line
        let left = hold.amountMinor - hold.committedMinor
        let refusals: [LedgerOutcome?] = [
            line.status == .open ? nil : .lineClosed,
            isBlocked(line, by: [.commits, .all], stamp: stamp) ? .lineBlocked : nil,
            currency == line.currency ? nil : .currencyMismatch,
            amountMinor <= left ? nil : .amountExceedsHold,
            Self.ending(hold, stamp),
        ]
        if let first = LedgerOutcome.first(of: refusals) {
            return refused(first, line: key, hold: own)
        }
        hold.committedMinor += amountMinor
        let rest = left - amountMinor
        if keepsRest && rest > 0 {
            account.holds[hold.id.rawValue] = hold
        } else {
            hold.state = .committed
            account.holds[hold.id.rawValue] = nil
            lineOfHold[own] = nil
            openCounts[stamp.tenant, default: 0] -= 1
            portfolio.giveBack(hold, rest, line, group: groupOf(line), keepsCount: true)
        }
        touched.holds[own] = hold
        let drawing = DrawingImage(
            id: number, tenant: stamp.tenant, line: line.id, principalMinor: amountMinor,
            labels: hold.labels, placedSeconds: hold.placedSeconds,
            nominalRatePpm: line.nominalRatePpm, lastSequence: 0)
        account.drawings[number] = drawing
        touched.drawings[OracleKey(stamp.tenant, number)] = drawing
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, hold: own)
    }

    func groupOf(_ line: LineImage) -> UInt64 {
        group(of: OracleSubject(tenant: line.tenant, subject: line.subject))
    }

    /// Release by a caller, or the end of its time.
    private mutating func end(_ id: HoldID, as state: HoldState, stamp: LedgerStamp) -> Step {
        guard let found = find(id, stamp) else {
            return .refused(.holdUnknown)
        }
        let (own, key) = (found.own, found.key)
        var (account, hold) = (found.account, found.hold)
        if state == .released {
            let refusals: [LedgerOutcome?] = [
                account.line.status == .open ? nil : .lineClosed, Self.ending(hold, stamp),
            ]
            if let first = LedgerOutcome.first(of: refusals) {
                return refused(first, line: key, hold: own)
            }
        } else {
            precondition(
                hold.state == .held && hold.expiresAtMicros <= stamp.expiryMicros,
                "only what is due expires")
        }
        close(&hold, as: state, of: &account)
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, hold: own)
    }

    /// Ends one open hold of an account: what is left of it is free again.
    mutating func close(
        _ hold: inout HoldImage, as state: HoldState, of account: inout OracleAccount
    ) {
        let own = OracleKey(hold.tenant, hold.id.rawValue)
        portfolio.giveBack(
            hold, hold.heldMinor, account.line, group: groupOf(account.line),
            keepsCount: hold.committedMinor > 0)
        hold.state = state
        account.holds[hold.id.rawValue] = nil
        lineOfHold[own] = nil
        openCounts[hold.tenant, default: 0] -= 1
        touched.holds[own] = hold
    }

    private mutating func extend(
        _ id: HoldID, to expiresAtMicros: Int64, stamp: LedgerStamp
    ) -> Step {
        guard let found = find(id, stamp) else {
            return .refused(.holdUnknown)
        }
        let (own, key) = (found.own, found.key)
        var (account, hold) = (found.account, found.hold)
        let refusals: [LedgerOutcome?] = [
            account.line.status == .open ? nil : .lineClosed,
            isBlocked(account.line, by: [.all], stamp: stamp) ? .lineBlocked : nil,
            Self.ending(hold, stamp),
            expiresAtMicros > stamp.expiryMicros ? nil : .timePassed,
        ]
        if let first = LedgerOutcome.first(of: refusals) {
            return refused(first, line: key, hold: own)
        }
        hold.expiresAtMicros = expiresAtMicros
        account.holds[hold.id.rawValue] = hold
        touched.holds[own] = hold
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key, hold: own)
    }
}

extension LedgerOutcome {
    /// Of all reasons that apply, the one that the documented order puts first.
    static func first(of refusals: [LedgerOutcome?]) -> LedgerOutcome? {
        refusals.compactMap { $0 }.min { left, right in
            (precedence.firstIndex(of: left) ?? 0) < (precedence.firstIndex(of: right) ?? 0)
        }
    }
}

extension LedgerStamp {
    /// Journal time in whole seconds.
    var seconds: UInt32 { UInt32(clamping: timeMicros / 1_000_000) }
}
