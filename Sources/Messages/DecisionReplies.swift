internal import CMessages
public import Domain

/// A reason as the wire shows it.
public struct ReasonMessage: Sendable, Hashable {
    public var code: String
    public var text: String
    /// Scorecard points; 0 for rules.
    public var pointsLost: Double

    /// All fields as given.
    public init(code: String, text: String, pointsLost: Double = 0) {
        self.code = code
        self.text = text
        self.pointsLost = pointsLost
    }
}

/// What a model said, as the wire shows it.
public struct ModelScoreMessage: Sendable, Hashable {
    public var model: String
    public var version: String
    public var probability: Double
    public var points: Double

    /// All fields as given.
    public init(model: String, version: String, probability: Double, points: Double) {
        self.model = model
        self.version = version
        self.probability = probability
        self.points = points
    }
}

/// Terms, as the wire shows them.
public struct OfferMessage: Sendable, Hashable {
    public var amount: Money
    public var termMonths: Int
    public var nominalRate: Rate
    public var effectiveRate: Rate
    public var instalmentMinor: Int64
    public var lastInstalmentMinor: Int64
    public var totalMinor: Int64

    /// All fields as given.
    public init(
        amount: Money, termMonths: Int, nominalRate: Rate, effectiveRate: Rate,
        instalmentMinor: Int64, lastInstalmentMinor: Int64, totalMinor: Int64
    ) {
        self.amount = amount
        self.termMonths = termMonths
        self.nominalRate = nominalRate
        self.effectiveRate = effectiveRate
        self.instalmentMinor = instalmentMinor
        self.lastInstalmentMinor = lastInstalmentMinor
        self.totalMinor = totalMinor
    }
}

/// EvaluateResponse without what the sequencer adds.
public struct EvaluateReply: Sendable {
    public var outcome: Outcome
    public var grade: String
    public var scores: [ModelScoreMessage]
    public var reasons: [ReasonMessage]
    public var warnings: [GraphWarningMessage]
    public var offer: OfferMessage?
    public var policy: String
    public var policyVersion: String

    /// All fields as given.
    public init(
        outcome: Outcome, grade: String, scores: [ModelScoreMessage], reasons: [ReasonMessage],
        warnings: [GraphWarningMessage], offer: OfferMessage?, policy: String,
        policyVersion: String
    ) {
        self.outcome = outcome
        self.grade = grade
        self.scores = scores
        self.reasons = reasons
        self.warnings = warnings
        self.offer = offer
        self.policy = policy
        self.policyVersion = policyVersion
    }
}

/// ScoreResponse's content.
public struct ScoreReply: Sendable {
    public var model: String
    public var version: String
    public var probability: Double
    public var margin: Double
    public var points: Double
    public var missingCount: Int
    public var reasons: [ReasonMessage]

    /// All fields as given.
    public init(
        model: String, version: String, probability: Double, margin: Double, points: Double,
        missingCount: Int, reasons: [ReasonMessage]
    ) {
        self.model = model
        self.version = version
        self.probability = probability
        self.margin = margin
        self.points = points
        self.missingCount = missingCount
        self.reasons = reasons
    }
}

extension Codec {
    /// EvaluateResponse without what the sequencer adds.
    public func evaluateReply(_ decision: EvaluateReply) -> [UInt8] {
        unsafe encode(Schemas.evaluateResponse) { reply in
            unsafe reply.outcome = Creditrisk__V1__Outcome(
                rawValue: UInt32(decision.outcome.rawValue))
            unsafe reply.grade = text(decision.grade)
            unsafe reply.n_scores = decision.scores.count
            unsafe reply.scores = list(decision.scores.count) { index in
                unsafe Optional(modelScore(decision.scores[index]))
            }
            unsafe reply.n_reasons = decision.reasons.count
            unsafe reply.reasons = reasons(decision.reasons)
            unsafe reply.n_warnings = decision.warnings.count
            unsafe reply.warnings = list(decision.warnings.count) { index in
                unsafe Optional(warning(decision.warnings[index]))
            }
            if let offer = decision.offer { unsafe reply.offer = self.offer(offer) }
            unsafe reply.policy = text(decision.policy)
            unsafe reply.policy_version = text(decision.policyVersion)
        }
    }

    private func modelScore(
        _ score: ModelScoreMessage
    ) -> UnsafeMutablePointer<Creditrisk__V1__ModelScore> {
        unsafe make(Schemas.modelScore) { message in
            unsafe message.model = text(score.model)
            unsafe message.model_version = text(score.version)
            unsafe message.probability = score.probability
            unsafe message.points = score.points
        }
    }

    private func offer(_ offer: OfferMessage) -> UnsafeMutablePointer<Creditrisk__V1__Offer> {
        unsafe make(Schemas.offer) { message in
            unsafe message.amount = make(Schemas.money) { money in
                unsafe money.amount_minor = offer.amount.amountMinor
                unsafe money.currency = text(offer.amount.currency.code)
            }
            unsafe message.term_months = Int32(offer.termMonths)
            unsafe message.nominal_rate_ppm = offer.nominalRate.ppm
            unsafe message.effective_rate_ppm = offer.effectiveRate.ppm
            unsafe message.instalment_minor = offer.instalmentMinor
            unsafe message.last_instalment_minor = offer.lastInstalmentMinor
            unsafe message.total_minor = offer.totalMinor
        }
    }

    private func reasons(
        _ reasons: [ReasonMessage]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Creditrisk__V1__Reason>?>? {
        unsafe list(reasons.count) { index in
            unsafe Optional(
                make(Schemas.reason) { message in
                    unsafe message.code = text(reasons[index].code)
                    unsafe message.text = text(reasons[index].text)
                    unsafe message.points_lost = reasons[index].pointsLost
                })
        }
    }

    /// ScoreResponse.
    public func scoreReply(_ score: ScoreReply) -> [UInt8] {
        unsafe encode(Schemas.scoreResponse) { reply in
            unsafe reply.model = text(score.model)
            unsafe reply.model_version = text(score.version)
            unsafe reply.probability = score.probability
            unsafe reply.margin = score.margin
            unsafe reply.points = score.points
            unsafe reply.missing_count = UInt32(score.missingCount)
            unsafe reply.n_reasons = score.reasons.count
            unsafe reply.reasons = reasons(score.reasons)
        }
    }
}
