import Domain
import Policy
import Scoring

/// The demo's policy written a second time, as a person would apply it from paper.
///
/// Reasons are those that a channel may read: its own text, else the borrower's.
struct NaivePolicy {
    struct Answer {
        var outcome: Outcome
        var grade = ""
        var rules: [(code: String, text: String)] = []
        var offer: Offer?
        /// Whether models were asked.
        var isScored = true
        /// Whether the grade or its terms made the outcome: then the scorecard's reasons are true.
        var isGraded = false
    }

    private struct Rule {
        var outcome: Outcome
        var code = ""
        var text = ""
    }

    let scorecard: Model
    let trees: Model

    private static let bands: [(String, below: Double, amount: Int64, term: Int, rate: Int64)] = [
        ("A", 0.08, 2_000_000, 72, 59_000), ("B", 0.16, 1_500_000, 60, 79_000),
        ("C", 0.27, 1_000_000, 48, 99_000), ("D", 0.40, 500_000, 36, 129_000),
    ]
    /// The gravest first.
    private static let gravity: [Outcome] = [.decline, .needsData, .refer, .stepUp, .counterOffer]

    func probability(_ applicant: Applicant, _ model: Model) -> Double {
        let values = applicant.values(for: model)
        return model.score(values.span).probability
    }

    func decide(
        _ applicant: Applicant, amount: Int64, months: Int, hopsToFlagged: Int?, deviceSharers: Int
    ) -> Answer {
        let early = early(applicant)
        guard early.isEmpty else {
            var answer = settle(early)
            answer.isScored = false
            return answer
        }
        let pd = probability(applicant, scorecard)
        var rules = rules(applicant, amount, hopsToFlagged, deviceSharers)
        if pd < 0.4, probability(applicant, trees) > 0.5 {
            rules.append(
                Rule(
                    outcome: .refer, code: "MODELS_DISAGREE",
                    text: "Your application is checked by one of our staff."))
        }
        guard let band = Self.bands.first(where: { pd < $0.below }) else {
            let isBorderline = pd < 0.55
            let own = Rule(
                outcome: isBorderline ? .refer : .decline,
                code: isBorderline ? "SCORE_BORDERLINE" : "SCORE_TOO_LOW",
                text: isBorderline
                    ? "Your application is checked by one of our staff."
                    : "Our assessment of the information you gave shows too high a risk of "
                        + "non-payment.")
            var answer = settle(rules + [own])
            answer.isGraded = answer.outcome == own.outcome
            answer.grade = isBorderline ? "E" : "F"
            return answer
        }
        var answer = rules.isEmpty ? offer(band, amount, months) : settle(rules)
        answer.grade = band.0
        return answer
    }

    private func early(_ applicant: Applicant) -> [Rule] {
        var rules: [Rule] = []
        for name in ["checking_status", "credit_history"] where applicant.answers[name] == nil {
            rules.append(
                Rule(
                    outcome: .needsData, code: "APPLICATION_INCOMPLETE",
                    text: "The application is incomplete."))
        }
        let poor: [Applicant.Answer] = [
            .category("... < 100 DM"), .category("unknown/ no savings account"),
        ]
        if applicant.answers["checking_status"] == .category("... < 0 DM"),
            applicant.answers["employment_since"] == .category("unemployed"),
            let savings = applicant.answers["savings_status"], poor.contains(savings)
        {
            rules.append(
                Rule(
                    outcome: .decline, code: "NO_MEANS_TO_REPAY",
                    text: "Your account is overdrawn and we see neither income from work nor "
                        + "savings."))
        }
        return rules
    }

    private func rules(
        _ applicant: Applicant, _ amount: Int64, _ hops: Int?, _ deviceSharers: Int
    ) -> [Rule] {
        var rules: [Rule] = []
        if case .number(let credits)? = applicant.answers["existing_credits"], credits >= 4,
            case .number(let share)? = applicant.answers["instalment_rate_percent"], share >= 4
        {
            rules.append(
                Rule(
                    outcome: .refer, code: "MANY_RUNNING_CREDITS",
                    text: "You have several running credits with high instalments."))
        }
        if amount > 1_800_000 {
            rules.append(
                Rule(
                    outcome: .refer, code: "LARGE_AMOUNT",
                    text: "The amount is checked by the lender's staff."))
        }
        if hops == 0 {
            rules.append(
                Rule(
                    outcome: .decline, code: "SUBJECT_FLAGGED",
                    text: "The lender does not lend to this applicant."))
        }
        if hops == 1 {
            rules.append(
                Rule(
                    outcome: .refer, code: "LINKED_TO_FRAUD",
                    text: "The application is checked by the lender's staff."))
        }
        if deviceSharers >= 5 {
            rules.append(
                Rule(
                    outcome: .stepUp, code: "DEVICE_SHARED",
                    text: "The applicant must confirm their identity."))
        }
        return rules
    }

    private func settle(_ rules: [Rule]) -> Answer {
        let outcome = Self.gravity.first { gravest in
            rules.contains { $0.outcome == gravest }
        }
        return Answer(
            outcome: outcome ?? .approve,
            rules: rules.filter { $0.outcome == outcome && !$0.text.isEmpty }
                .map { ($0.code, $0.text) })
    }

    private func offer(
        _ band: (String, below: Double, amount: Int64, term: Int, rate: Int64), _ asked: Int64,
        _ months: Int
    ) -> Answer {
        var answer = Answer(outcome: .approve)
        var amount = asked
        if asked > band.amount {
            amount = band.amount
            answer.rules.append(("AMOUNT_ABOVE_GRADE", "A smaller amount is offered."))
        }
        if months > band.term {
            answer.rules.append(("TERM_ABOVE_GRADE", "A shorter term is offered."))
        }
        guard amount >= 20_000,
            let offer = try? Offer(
                amountMinor: amount, termMonths: min(months, band.term), nominalRatePpm: band.rate)
        else {
            return Answer(
                outcome: .decline,
                rules: [("AMOUNT_BELOW_MINIMUM", "The amount is below the lender's minimum.")])
        }
        guard offer.effectiveRatePpm <= 150_000 else { return Answer(outcome: .decline) }
        if !answer.rules.isEmpty {
            answer.outcome = .counterOffer
            answer.isGraded = true
        }
        answer.offer = offer
        return answer
    }
}
