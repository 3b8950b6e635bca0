internal import Domain

/// A band of a model's answer and what a borrower in it may have.
struct GradeBand: Sendable {
    let grade: String
    /// Probability of default below this, or points of at least this; nil takes the rest.
    let bound: Double?
    let maxAmountMinor: Int64
    let maxTermMonths: Int
    let nominalRatePpm: Int64
    /// What the band says when it does not approve; nil when it does.
    let rule: FiredRule?
}

/// The bands of one model, best first.
struct GradeTable: Sendable {
    let slot: Int
    /// True for points (more is better), false for probabilities of default (less is better).
    let isByPoints: Bool
    let bands: [GradeBand]
    /// What is said when the model gave no answer.
    let missingRule: FiredRule
    let amountRule: FiredRule
    let termRule: FiredRule

    /// The band of an answer; nil when there is none.
    func band(for value: Double) -> GradeBand? {
        guard !value.isNaN else { return nil }
        return bands.first { band in
            guard let bound = band.bound else { return true }
            return isByPoints ? value >= bound : value < bound
        }
    }
}

/// What no offer may exceed or fall short of.
struct OfferCap: Sendable {
    let maxEffectiveRatePpm: Int64
    let maxAmountMinor: Int64
    let minAmountMinor: Int64
    /// Reduced amounts are whole multiples of this.
    let amountStepMinor: Int64
    let rateRule: FiredRule
    let minimumRule: FiredRule
}

/// How much of an income instalments may take.
struct AffordabilityCheck: Sendable {
    let incomeSlot: Int
    let debtSlot: Int?
    /// Share of the income for all instalments together, 1% is 10,000.
    let sharePpm: Int64
    let missingRule: FiredRule
    let reducedRule: FiredRule
    let declinedRule: FiredRule

    /// What a new instalment may be at most, minor units; nil when income or debt is not known.
    ///
    /// Income is rounded down and debt up to whole minor units: doubles hold those exactly.
    func instalmentMinorMax(_ values: [Double]) -> Int64? {
        guard let income = Self.minor(values[incomeSlot].rounded(.down)) else { return nil }
        var debt: Int64 = 0
        if let debtSlot {
            guard let known = Self.minor(values[debtSlot].rounded(.up)) else { return nil }
            debt = known
        }
        let allowed = Int128(income) * Int128(sharePpm) / 1_000_000 - Int128(debt)
        return Int64(max(allowed, 0))
    }

    private static func minor(_ value: Double) -> Int64? {
        guard value >= 0, value <= 9_007_199_254_740_992 else { return nil }
        return Int64(value)
    }
}
