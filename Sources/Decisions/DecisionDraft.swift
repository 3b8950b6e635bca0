internal import Domain
internal import FraudGraph
internal import Messages
internal import Policy
internal import Scoring

/// A decision while it is made: what the stages said so far.
///
/// The scratch holds the values; the draft fills the policy's slots from them stage by stage.
struct DecisionDraft {
    let bound: BoundPolicy
    private var scores: [ModelScoreMessage] = []
    private var ranked: [ReasonMessage] = []
    private var result = PolicyResult(outcome: .refer)
    var warning: GraphWarningMessage?

    init(bound: BoundPolicy, scratch: DecisionScratch) {
        self.bound = bound
        for slot in bound.sources.indices { scratch.policyValues[slot] = .nan }
    }

    /// Fills the slots that are features.
    func fillFeatures(_ scratch: DecisionScratch) {
        for (slot, source) in bound.sources.enumerated() {
            if case .feature(let position) = source {
                scratch.policyValues[slot] = scratch.values[position]
            }
        }
    }

    /// Runs every model and fills the slots that are scores.
    mutating func score(_ scratch: DecisionScratch) {
        for (index, model) in bound.models.enumerated() {
            scratch.modelValues.removeAll(keepingCapacity: true)
            for position in bound.modelPositions[index] {
                scratch.modelValues.append(scratch.values[position])
            }
            model.translate(&scratch.modelValues)
            let values = scratch.modelValues
            let result = model.model.score(values.span)
            let description = model.model.description
            scores.append(
                ModelScoreMessage(
                    model: description.name, version: description.version,
                    probability: result.probability, points: result.points ?? 0))
            if ranked.isEmpty { ranked = model.reasons(of: values.span) }
            for (slot, source) in bound.sources.enumerated() {
                switch source {
                case .probability(index): scratch.policyValues[slot] = result.probability
                case .points(index): scratch.policyValues[slot] = result.points ?? .nan
                default: break
                }
            }
        }
    }

    /// Fills the slots that are signals of the graph.
    func take(_ signals: GraphSignals, _ scratch: DecisionScratch) {
        for (slot, source) in bound.sources.enumerated() {
            guard case .graph(let signal) = source else { continue }
            scratch.policyValues[slot] =
                switch signal {
                case .hopsToFlagged:
                    signals.hopsToFlagged < 0 ? .nan : Double(signals.hopsToFlagged)
                case .personsWithin1: Double(signals.personsWithin1)
                case .personsWithin2: Double(signals.personsWithin2)
                case .hubCount: Double(signals.hubCount)
                case .budgetReached: signals.budgetReached ? 1 : 0
                case .sharers(let kind): Double(signals.sharers(through: kind))
                }
        }
    }

    /// What the policy said.
    mutating func settle(_ result: PolicyResult) {
        self.result = result
    }

    /// An approval of less than was asked, because the line has no more, is a counter-offer.
    mutating func offerLess() {
        guard result.outcome == .approve else { return }
        result.outcome = .counterOffer
        result.counterOffer = result.offer
        result.offer = nil
        result.fired.append(
            .ledger(
                .counterOffer, code: "LIMIT_EXCEEDED",
                "The credit line has less available than was asked for"))
    }

    /// The risk grade; nil when a knock-out ended the decision before.
    var grade: String? { result.grade }

    /// The offer that stands as asked.
    var approvedOffer: Offer? { result.outcome == .approve ? result.offer : nil }

    /// The reply, without what the sequencer adds.
    func reply() -> EvaluateReply {
        // A rule that asked for less than what came out did not cause it.
        let rules = result.fired.filter { $0.outcome == result.outcome }.compactMap { rule in
            // What a borrower may read, a channel may read.
            (rule.reason.text(for: .channel) ?? rule.reason.text(for: .borrower)).map { text in
                ReasonMessage(code: rule.reason.code, text: text)
            }
        }
        // Scorecard reasons are true only where the grade or its terms made the outcome.
        let isGraded =
            result.outcome == .counterOffer
            || result.fired.contains {
                $0.outcome == result.outcome && $0.name.hasPrefix("grade")
            }
        return EvaluateReply(
            outcome: result.outcome, grade: result.grade ?? "", scores: scores,
            reasons: isGraded ? rules + ranked : rules, warnings: warning.map { [$0] } ?? [],
            offer: (result.offer ?? result.counterOffer).map(message),
            policy: bound.policy.name, policyVersion: String(bound.policy.version))
    }

    private func message(_ offer: Offer) -> OfferMessage {
        OfferMessage(
            amount: Money(amountMinor: offer.amountMinor, currency: bound.policy.currency),
            termMonths: offer.termMonths, nominalRate: Rate(ppm: offer.nominalRatePpm),
            effectiveRate: Rate(ppm: offer.effectiveRatePpm),
            instalmentMinor: offer.instalmentMinor,
            lastInstalmentMinor: offer.lastInstalmentMinor, totalMinor: offer.totalMinor)
    }

    /// What was read, for the record.
    func inputs(
        _ scratch: DecisionScratch, readSequence: UInt64, nowMicros: Int64, asked: PolicyRequest
    ) -> DecisionInputs {
        var ids: [UInt32] = []
        var values: [Double] = []
        ids.reserveCapacity(bound.featureIDs.count)
        values.reserveCapacity(bound.featureIDs.count)
        for (position, id) in bound.featureIDs.enumerated()
        where !scratch.values[position].isNaN {
            ids.append(UInt32(id.rawValue))
            values.append(scratch.values[position])
        }
        return DecisionInputs(
            featureIDs: ids, values: values, policyHash: bound.hash,
            modelHashes: bound.models.map(\.hash), readSequence: readSequence,
            policyValues: Array(scratch.policyValues.prefix(bound.sources.count)),
            nowMicros: nowMicros, askedMinor: asked.amountMinor)
    }
}

extension FiredRule {
    /// What the line said, in the form of a rule.
    static func ledger(_ outcome: Outcome, code: String, _ text: String) -> FiredRule {
        FiredRule(
            name: "line", outcome: outcome,
            reason: ReasonText(code: code, borrower: text, channel: text, staff: text), text: text)
    }
}

extension PolicyResult {
    /// A result that the line alone decided.
    static func ledger(_ outcome: Outcome, code: String, _ text: String) -> PolicyResult {
        PolicyResult(outcome: outcome, fired: [.ledger(outcome, code: code, text)])
    }
}
