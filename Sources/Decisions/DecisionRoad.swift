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

    let stores: Stores
    let journal: Journal

    /// The projections to read, and the journal whose progress dates the reading.
    public init(stores: Stores, journal: Journal) {
        self.stores = stores
        self.journal = journal
    }

    /// Decides one application.
    ///
    /// `raw` is the request as it came, which the record keeps; `labels` are the credential's.
    /// `retry` says what the sequencer answered to an earlier plan of the same application.
    /// Errors: `RoadFault`, before anything is proposed.
    public func decide(
        _ request: EvaluateRequest, raw: [UInt8], in room: TenantRoom, nowMicros: Int64,
        labels: [NamedLabel] = [], retry: Retry? = nil, scratch: DecisionScratch
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
            look(at: request.subject, of: tenant, nowMicros: nowMicros, scratch, into: &draft)

            // Policy: every rule, the grade, the offer.
            draft.settle(bound.policy.evaluate(values: scratch.policyValues, request: asked))
            if asked.amountMinor < request.amount.amountMinor { draft.offerLess() }
        }

        // Labels: what the decision says of its subject, where portfolio limits may ask for it.
        let subjectLabels = subjectLabels(draft.grade, request.subject, room, retry, scratch)

        // Reply and proposal: one record, with the hold in it. A record that opens a line carries
        // the product's name for the product book, and the words of its labels for the label book.
        let holdLabels = labels + (request.hold?.labels ?? [])
        let label = subjectLabels.map {
            LedgerOperation.labelSubject(request.subject, labels: $0.map(\.label))
        }
        let holding = operations(
            draft, request, terms: room.terms(of: request.product),
            labels: holdLabels.map(\.label), nowMicros: nowMicros)
        let opensLine = request.hold?.target == .openLine && !holding.isEmpty
        let product = opensLine ? room.products[request.product] : nil
        let words = (subjectLabels ?? []) + (holding.isEmpty ? [] : holdLabels)
        return PlannedDecision(
            alternative: Alternative(
                type: .decision, subject: request.subject,
                operations: (label.map { [$0] } ?? []) + holding,
                body: scratch.codec.recordBody(
                    request: raw, response: scratch.codec.evaluateReply(draft.reply()),
                    change: product.map { Array($0.utf8) } ?? [],
                    inputs: draft.inputs(
                        scratch, readSequence: readSequence, nowMicros: nowMicros, asked: asked),
                    labelNames: LabelWords.encode(stores.labels.unknown(words, tenant: tenant)))),
            guards: guards(request.subject, tenant, readSequence, retry))
    }

    /// What the graph knows of a subject: its signals, and its warning if there is one.
    private func look(
        at subject: SubjectID, of tenant: TenantID, nowMicros: Int64, _ scratch: DecisionScratch,
        into draft: inout DecisionDraft
    ) {
        let person = Entity(kind: .person, id: subject.hash)
        let signals = stores.graph.signals(
            tenant: tenant, subject: person, limits: Self.graphLimits, nowMicros: nowMicros,
            scratch: scratch.graph)
        draft.take(signals, scratch)
        draft.warning = GraphWarnings(
            graph: stores.graph, tenant: tenant, nowMicros: nowMicros
        ).warning(of: signals, subject: person)
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

    private func gather(
        _ bound: BoundPolicy, _ subject: SubjectID, _ tenant: TenantID, _ scratch: DecisionScratch
    ) throws(RoadFault) {
        scratch.prepare(featureCount: bound.featureIDs.count, slotCount: bound.sources.count)
        let outcome = stores.features.gather(
            tenant: tenant, subject: subject, ids: bound.featureIDs, into: &scratch.values)
        if outcome == .unknownSubject { throw .subjectUnknown }
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
