public import Domain
internal import Features
internal import FraudGraph
internal import Ground
public import Journal
public import Messages
internal import Policy
internal import Scoring

/// The road of a decision, from a checked application to a proposal:
///
///     policy -> line -> features -> knock-outs -> score -> graph -> policy -> reply -> proposal
///
/// Reads only memory: the projections, and the tenant's plan. Decides nothing twice: what it read
/// is guarded, so the sequencer refuses a decision that something overtook.
/// Thread: any; each caller brings its own scratch.
public struct DecisionRoad: Sendable {
    /// Plans of one application. Reason: what changes three times in a row is left to a person.
    public static let planCountMax = 3

    private static let graphLimits = GraphLimits()

    private let stores: Stores
    private let journal: Journal

    /// The projections to read, and the journal whose progress dates the reading.
    public init(stores: Stores, journal: Journal) {
        self.stores = stores
        self.journal = journal
    }

    /// Decides one application.
    ///
    /// `raw` is the request as it came, which the record keeps. `retry` says what the sequencer
    /// answered to an earlier plan of the same application.
    /// Errors: `RoadFault`, before anything is proposed.
    public func decide(
        _ request: EvaluateRequest, raw: [UInt8], in room: TenantRoom, nowMicros: Int64,
        retry: Retry? = nil, scratch: DecisionScratch
    ) throws(RoadFault) -> PlannedDecision {
        let tenant = room.definition.tenant

        // Dated before anything is read: whatever is applied meanwhile fails a guard.
        let readSequence = journal.appliedSequence

        // Policy: the product says which, and in which currency.
        let bound = try policy(for: request, in: room)

        // Line: a hold on an existing line can take at most what is available there.
        let line = try line(for: request, tenant: tenant)
        let lineRoom = line.map { retry?.availableMinor ?? $0.availableMinor }

        // Features: read everything once.
        try gather(bound, request.subject, tenant, scratch)
        var draft = DecisionDraft(bound: bound, scratch: scratch)
        let asked = PolicyRequest(
            amountMinor: min(request.amount.amountMinor, lineRoom ?? .max),
            termMonths: request.termMonths)

        // Knock-outs that need neither models nor the graph end the road early.
        draft.fillFeatures(scratch)
        if let refusal = lineRefusal(line, lineRoom, request, retry) {
            draft.settle(refusal)
        } else if let early = bound.policy.evaluateKnockOutsBeforeModels(
            values: scratch.policyValues, request: asked)
        {
            draft.settle(early)
        } else {
            // Score: every model that the policy reads.
            draft.score(scratch)

            // Graph: who is linked to whom.
            let person = Entity(kind: .person, id: request.subject.hash)
            let signals = stores.graph.signals(
                tenant: tenant, subject: person, limits: Self.graphLimits, nowMicros: nowMicros,
                scratch: scratch.graph)
            draft.take(signals, scratch)
            draft.warning = GraphWarnings(
                graph: stores.graph, tenant: tenant, nowMicros: nowMicros
            ).warning(of: signals, subject: person)

            // Policy: every rule, the grade, the offer.
            draft.settle(bound.policy.evaluate(values: scratch.policyValues, request: asked))
            if asked.amountMinor < request.amount.amountMinor { draft.offerLess() }
        }

        // Reply and proposal: one record, with the hold in it. A record that opens a line carries
        // the product's name for the product book.
        let operations = operations(draft, request, nowMicros: nowMicros)
        let opensLine = request.hold?.target == .openLine && !operations.isEmpty
        let product = opensLine ? room.products[request.product] : nil
        return PlannedDecision(
            alternative: Alternative(
                type: .decision, subject: request.subject, operations: operations,
                body: scratch.codec.recordBody(
                    request: raw, response: scratch.codec.evaluateReply(draft.reply()),
                    change: product.map { Array($0.utf8) } ?? [],
                    inputs: draft.inputs(
                        scratch, readSequence: readSequence, nowMicros: nowMicros, asked: asked))),
            guards: guards(request.subject, tenant, readSequence, retry))
    }

    /// What must not have changed since it was read. The last plan of a contended application
    /// relies on nothing: it goes to a person.
    private func guards(
        _ subject: SubjectID, _ tenant: TenantID, _ readSequence: UInt64, _ retry: Retry?
    ) -> [Guard] {
        if let retry, retry.count >= Self.planCountMax { return [] }
        return [
            Guard(key: GuardKeys.subject(subject), seenSequence: readSequence),
            Guard(key: GuardKeys.marks(tenant), seenSequence: readSequence),
            // The plan was bound to it: a category learnt meanwhile would read as missing.
            Guard(key: GuardKeys.registry(tenant), seenSequence: readSequence),
        ]
    }

    private func policy(
        for request: EvaluateRequest, in room: TenantRoom
    ) throws(RoadFault) -> BoundPolicy {
        guard let result = room.plan.policies[request.product] else { throw .productUnknown }
        switch result {
        case .failure(let fault):
            throw .policyNotBound(fault.description)
        case .success(let bound):
            guard bound.policy.currency == request.amount.currency else {
                throw .currencyNotOffered(bound.policy.currency)
            }
            return bound
        }
    }

    /// The line of the wish; nil when no existing line is meant.
    private func line(
        for request: EvaluateRequest, tenant: TenantID
    ) throws(RoadFault) -> LineImage? {
        guard case .line(let id)? = request.hold?.target else { return nil }
        guard let line = journal.ledger.line(tenant, id), line.subject == request.subject else {
            throw .lineUnknown
        }
        return line
    }

    /// Why the line itself forbids the hold, before any policy is asked.
    private func lineRefusal(
        _ line: LineImage?, _ lineRoom: Int64?, _ request: EvaluateRequest, _ retry: Retry?
    ) -> PolicyResult? {
        if let retry, retry.count >= Self.planCountMax {
            return .ledger(.refer, code: "CONTENDED", "What the decision relied on kept changing")
        }
        // Looked at here too: what is offered short of a hold, the sequencer never checks.
        if line?.status == .closed || retry?.refusal == .lineClosed {
            return .ledger(.decline, code: "LINE_CLOSED", "The credit line is closed")
        }
        if retry?.refusal == .lineBlocked {
            return .ledger(.decline, code: "LINE_BLOCKED", "The credit line is blocked")
        }
        let isOtherCurrency = line.map { $0.currency != request.amount.currency } ?? false
        if isOtherCurrency || retry?.refusal == .currencyMismatch {
            return .ledger(
                .decline, code: "CURRENCY_MISMATCH", "The credit line has another currency")
        }
        guard let lineRoom, lineRoom < 1 else { return nil }
        return .ledger(.decline, code: "LIMIT_EXCEEDED", "The credit line is used up")
    }

    private func gather(
        _ bound: BoundPolicy, _ subject: SubjectID, _ tenant: TenantID, _ scratch: DecisionScratch
    ) throws(RoadFault) {
        scratch.prepare(featureCount: bound.featureIDs.count, slotCount: bound.sources.count)
        let outcome = stores.features.gather(
            tenant: tenant, subject: subject, ids: bound.featureIDs, into: &scratch.values)
        if outcome == .unknownSubject { throw .subjectUnknown }
    }

    /// What an approval does to the ledger: nothing without a wish, else one hold, on a line that
    /// is there or on one that this very record opens.
    private func operations(
        _ draft: DecisionDraft, _ request: EvaluateRequest, nowMicros: Int64
    ) -> [LedgerOperation] {
        guard let wish = request.hold, let offer = draft.approvedOffer else { return [] }
        let currency = request.amount.currency
        func reserve(_ line: LineReference) -> LedgerOperation {
            .reserve(
                line: line, amountMinor: offer.amountMinor, currency: currency,
                expiresAtMicros: nowMicros + wish.durationMicros)
        }
        switch wish.target {
        case .line(let id):
            return [reserve(.existing(id))]
        case .openLine:
            return [
                .openLine(
                    subject: request.subject, product: request.product, currency: currency,
                    limitMinor: offer.amountMinor), reserve(.openedHere),
            ]
        }
    }
}

/// Why an application is not decided: a status error, nothing is recorded.
public enum RoadFault: Error, Sendable, Equatable {
    case productUnknown
    case subjectUnknown
    case lineUnknown
    case policyNotBound(String)
    case currencyNotOffered(Currency)
}

/// What the sequencer answered to an earlier plan.
public struct Retry: Sendable {
    /// Plans made so far.
    public var count: Int
    /// Why the ledger refused; nil when a guard failed.
    public var refusal: LedgerOutcome?
    /// What the line had available then, minor units.
    public var availableMinor: Int64?

    /// All fields as given.
    public init(count: Int, refusal: LedgerOutcome?, availableMinor: Int64?) {
        self.count = count
        self.refusal = refusal
        self.availableMinor = availableMinor
    }
}

/// A decision ready to be proposed.
public struct PlannedDecision: Sendable {
    public let alternative: Alternative
    public let guards: [Guard]
}
