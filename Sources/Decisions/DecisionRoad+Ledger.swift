internal import Domain
internal import Features
internal import Journal
internal import Messages
internal import Policy

/// What a decision asks of the ledger and does to it.
extension DecisionRoad {
    /// The line of the wish; nil when no existing line is meant.
    func line(
        for request: EvaluateRequest, tenant: TenantID
    ) throws(RoadFault) -> LineImage? {
        guard case .line(let id)? = request.hold?.target else { return nil }
        guard let line = journal.ledger.line(tenant, id), line.subject == request.subject else {
            throw .lineUnknown
        }
        return line
    }

    /// Why the line itself, or a portfolio limit, forbids the hold, before any policy is asked.
    ///
    /// What is about the customer's line declines. What is about the lender's book, or about how
    /// it is set up, is not the customer's fault: a person decides.
    func lineRefusal(
        _ line: LineImage?, _ lineRoom: Int64?, _ request: EvaluateRequest, _ retry: Retry?
    ) -> PolicyResult? {
        if let retry, retry.count >= Self.planCountMax {
            return .ledger(.refer, code: "CONTENDED", "What the decision relied on kept changing")
        }
        // Looked at here too: what is offered short of a hold, the sequencer never checks.
        let isClosed = line.map { $0.status != .open } ?? false
        if isClosed || retry?.refusal == .lineClosed {
            return .ledger(.decline, code: "LINE_CLOSED", "The credit line is closed")
        }
        let isOtherCurrency = line.map { $0.currency != request.amount.currency } ?? false
        if isOtherCurrency || retry?.refusal == .currencyMismatch {
            return .ledger(
                .decline, code: "CURRENCY_MISMATCH", "The credit line has another currency")
        }
        switch retry?.refusal {
        case .lineBlocked:
            return .ledger(.decline, code: "LINE_BLOCKED", "The credit line is blocked")
        case .portfolioLimitExceeded:
            return .ledger(
                .refer, code: "PORTFOLIO_LIMIT_EXCEEDED", "A limit of the lender's book is reached")
        case .labelMissing:
            return .ledger(
                .refer, code: "LABEL_MISSING", "A limit of the lender's book needs a label")
        case .exchangeRateMissing:
            return .ledger(
                .refer, code: "EXCHANGE_RATE_MISSING",
                "A limit of the lender's book is in a currency without an exchange rate")
        case .tooManyLimits, .tooMany:
            return .ledger(
                .refer, code: "TOO_MANY_LIMITS", "The hold matches more limits than can be kept")
        default: break
        }
        guard let lineRoom, lineRoom < 1 else { return nil }
        return .ledger(.decline, code: "LIMIT_EXCEEDED", "The credit line is used up")
    }

    /// What an approval does to the ledger: nothing without a wish, else one hold, on a line that
    /// is there or on one that this very record opens.
    func operations(
        _ draft: DecisionDraft, _ request: EvaluateRequest, terms: ProductTerms, labels: [Label],
        nowMicros: Int64
    ) -> [LedgerOperation] {
        guard let wish = request.hold, let offer = draft.approvedOffer else { return [] }
        let currency = request.amount.currency
        func reserve(_ line: LineReference) -> LedgerOperation {
            .reserve(
                line: line, amountMinor: offer.amountMinor, currency: currency,
                expiresAtMicros: nowMicros + wish.durationMicros, labels: labels)
        }
        switch wish.target {
        case .line(let id):
            return [reserve(.existing(id))]
        case .openLine:
            let opening = LineOpening(
                subject: request.subject, product: request.product, currency: currency,
                limitMinor: offer.amountMinor, kind: terms.kind,
                chargesUseLimit: terms.chargesUseLimit,
                nominalRatePpm: UInt32(clamping: offer.nominalRatePpm), labels: labels)
            return [.openLine(opening), reserve(.openedHere)]
        }
    }

    /// Region, segment and grade of the subject as this decision sees them; nil when there is
    /// nothing to record.
    ///
    /// A subject with labels costs a row, and a decision that changes them an operation. So they
    /// are recorded only where they can matter (the tenant has portfolio limits, or asks for
    /// region or segment in its configuration), and only when they are not what the journal has.
    /// What is not recorded for want of a limit is recorded by the subject's next decision: a limit
    /// that is set later refuses LABEL_MISSING until then. A plan that was refused because there
    /// are too many label sets leaves them out, so that it can be recorded at all.
    func subjectLabels(
        _ grade: String?, _ subject: SubjectID, _ room: TenantRoom, _ retry: Retry?,
        _ scratch: DecisionScratch
    ) -> [NamedLabel]? {
        let tenant = room.definition.tenant
        let sources = room.plan.labelSources
        guard !sources.isEmpty || journal.ledger.hasPortfolioLimits(tenant),
            retry?.refusal != .tooMany
        else { return nil }
        let key = room.definition.identifierKey
        var labels: [NamedLabel] = []
        scratch.prepare(labelCount: sources.count)
        let ids = sources.map(\.feature)
        _ = stores.features.gather(
            tenant: tenant, subject: subject, ids: ids, into: &scratch.labelValues)
        for (place, source) in sources.enumerated() {
            let value = room.plan.registry.category(
                of: scratch.labelValues[place], in: source.feature)
            guard let value, !value.isEmpty else { continue }
            labels.append(NamedLabel(name: source.name, value: value, key: key))
        }
        if let grade, !grade.isEmpty {
            labels.append(NamedLabel(name: "grade", value: grade, key: key))
        }
        labels.sort { $0.label < $1.label }
        let set = journal.ledger.subject(tenant, subject)?.labels ?? .none
        let known = stores.labels.members(of: set)
        return known == labels.map(\.label) ? nil : labels
    }
}
