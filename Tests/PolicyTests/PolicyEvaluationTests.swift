import Domain
import Policy
import Testing

/// A small policy, and what it says case by case.
@Suite struct PolicyEvaluationTests {
    static let vocabulary = PolicyVocabulary(
        features: [
            "job": PolicyFeature(kind: .category(dictionary: ["none", "clerk", "driver"])),
            "arrears_days": PolicyFeature(kind: .number),
            "is_resident": PolicyFeature(kind: .boolean),
            "income_minor": PolicyFeature(kind: .number),
            "debt_minor": PolicyFeature(kind: .number),
            "sex": PolicyFeature(
                kind: .category(dictionary: ["f", "m"]), isProhibited: true),
        ],
        models: ["card"])

    static let yaml = """
        policy: small
        version: 3
        products: [cash, instalment]
        currency: EUR
        inputs: [job, arrears_days, is_resident, income_minor, debt_minor,
          graph.hops_to_flagged, model.card.pd]
        knock_outs:
          - {name: in arrears, when: [{input: arrears_days, is: above, value: 30}],
             outcome: DECLINE, reason: ARREARS, text: more than 30 days behind}
          - {name: foreign driver, when: [{input: job, is: one_of, values: [driver, none]},
             {input: is_resident, is: equals, value: false}],
             outcome: REFER, reason: LOOK, text: a person looks at it}
          - {name: no job given, when: [{input: job, is: missing}],
             outcome: NEEDS_DATA, reason: MORE, text: job is not known}
          - {name: long, when: [{input: request.term_months, is: at_least, value: 100}],
             outcome: STEP_UP, reason: LOOK, text: long terms need a signature}
          - {name: linked, when: [{input: graph.hops_to_flagged, is: at_most, value: 1}],
             outcome: REFER, reason: LINKED, text: one step from fraud}
          - {name: hopeless, when: [{input: model.card.pd, is: at_least, value: 900000}],
             outcome: DECLINE, reason: SCORE, text: hopeless}
        grades:
          input: model.card.pd
          when_missing: {outcome: REFER, reason: LOOK}
          amount_reason: LESS
          term_reason: LESS
          bands:
            - {grade: A, below_pd_ppm: 100000, outcome: APPROVE, max_amount_minor: 1000000,
               max_term_months: 48, nominal_rate_ppm: 60000}
            - {grade: B, below_pd_ppm: 300000, outcome: APPROVE, max_amount_minor: 300000,
               max_term_months: 24, nominal_rate_ppm: 120000}
            - {grade: C, below_pd_ppm: 500000, outcome: REFER, reason: LOOK}
            - {grade: D, outcome: DECLINE, reason: SCORE}
        cap: {max_effective_rate_ppm: 130000, max_amount_minor: 800000, min_amount_minor: 10000,
          amount_step_minor: 1000, rate_reason: SCORE, minimum_reason: LESS}
        affordability: {income: income_minor, debt: debt_minor, share_ppm: 400000,
          when_missing: {outcome: NEEDS_DATA, reason: MORE}, reason: INCOME}
        reasons:
          ARREARS: {BORROWER: You are behind with a payment., INTERNAL: in arrears}
          LOOK: {INTERNAL: a person looks}
          MORE: {BORROWER: Please complete it., CHANNEL: incomplete, INTERNAL: incomplete}
          LINKED: {INTERNAL: linked to fraud}
          SCORE: {BORROWER: The risk is too high., INTERNAL: score}
          LESS: {BORROWER: We can offer less., INTERNAL: limits of the grade}
          INCOME: {BORROWER: Your income is too low., INTERNAL: affordability}
        """

    static func policy() throws -> CompiledPolicy {
        try .compile(yaml: yaml, vocabulary: vocabulary)
    }

    struct Case: CustomStringConvertible {
        var name: String
        var job = 1.0
        var arrears = 0.0
        var resident = 1.0
        var income = 500_000.0
        var debt = 0.0
        var hops = Double.nan
        var pd = 0.05
        var amount: Int64 = 200_000
        var months = 24
        var outcome: Outcome
        var grade: String?
        var fired: [String] = []
        var offered: Int64?
        var offeredMonths: Int?
        var description: String { name }
    }

    static let cases: [Case] = [
        Case(name: "good", outcome: .approve, grade: "A", offered: 200_000, offeredMonths: 24),
        Case(name: "just A", pd: 0.099_999, outcome: .approve, grade: "A", offered: 200_000),
        Case(name: "the edge is B", pd: 0.1, outcome: .approve, grade: "B", offered: 200_000),
        Case(
            name: "above grade B", pd: 0.2, amount: 300_001, outcome: .counterOffer, grade: "B",
            fired: ["grade"], offered: 300_000, offeredMonths: 24),
        Case(
            name: "too long for B", pd: 0.2, months: 36, outcome: .counterOffer, grade: "B",
            fired: ["grade"], offered: 200_000, offeredMonths: 24),
        Case(
            name: "above the lender's cap", amount: 900_000, months: 48, outcome: .counterOffer,
            grade: "A", fired: ["grade"], offered: 800_000, offeredMonths: 48),
        Case(name: "C is referred", pd: 0.4, outcome: .refer, grade: "C", fired: ["grade C"]),
        Case(name: "D is declined", pd: 0.5, outcome: .decline, grade: "D", fired: ["grade D"]),
        Case(
            name: "hopeless", pd: 0.9, outcome: .decline, grade: "D",
            fired: ["hopeless", "grade D"]),
        Case(
            name: "30 days are allowed", arrears: 30, outcome: .approve, grade: "A",
            offered: 200_000),
        Case(
            name: "31 are not", arrears: 31, outcome: .decline, grade: "A",
            fired: ["in arrears"]),
        Case(
            name: "unknown arrears are not held against anybody", arrears: .nan,
            outcome: .approve, grade: "A", offered: 200_000),
        Case(name: "linked", hops: 1, outcome: .refer, grade: "A", fired: ["linked"]),
        Case(name: "two hops are far", hops: 2, outcome: .approve, grade: "A", offered: 200_000),
        Case(
            name: "a decline is graver than a referral", arrears: 60, hops: 0,
            outcome: .decline, grade: "A", fired: ["in arrears", "linked"]),
        Case(
            name: "both conditions must hold", job: 2, resident: 0, outcome: .refer, grade: "A",
            fired: ["foreign driver"]),
        Case(name: "one does not do", job: 2, outcome: .approve, grade: "A", offered: 200_000),
        Case(
            name: "no job", job: .nan, outcome: .needsData, grade: "A", fired: ["no job given"]),
        Case(name: "step up", months: 100, outcome: .stepUp, grade: "A", fired: ["long"]),
        Case(name: "no score", pd: .nan, outcome: .refer, fired: ["grade"]),
        Case(
            name: "below the least", amount: 9_999, outcome: .decline, grade: "A",
            fired: ["cap"]),
        Case(
            name: "zero is below the least", amount: 0, outcome: .decline, grade: "A",
            fired: ["cap"]),
        Case(
            name: "negative is below the least", amount: .min, outcome: .decline, grade: "A",
            fired: ["cap"]),
        Case(
            name: "no term", months: 0, outcome: .decline, grade: "A", fired: ["cap"]),
        Case(
            name: "the largest number there is", amount: .max, months: 48,
            outcome: .counterOffer, grade: "A", fired: ["grade"], offered: 800_000),
        Case(
            name: "income carries less", income: 20_000, outcome: .counterOffer, grade: "A",
            fired: ["affordability"], offered: 180_000, offeredMonths: 24),
        Case(
            name: "income carries nothing", income: 20_000, debt: 8_000, outcome: .decline,
            grade: "A", fired: ["affordability"]),
        Case(
            name: "income unknown", income: .nan, outcome: .needsData, grade: "A",
            fired: ["affordability"]),
        Case(
            name: "debt unknown", debt: .nan, outcome: .needsData, grade: "A",
            fired: ["affordability"]),
        Case(
            name: "absurd income is not known", income: 1e30, outcome: .needsData, grade: "A",
            fired: ["affordability"]),
    ]

    @Test(arguments: cases)
    func saysWhatTheTableSays(row: Case) throws {
        let policy = try Self.policy()
        let values = [row.job, row.arrears, row.resident, row.income, row.debt, row.hops, row.pd]
        let request = PolicyRequest(amountMinor: row.amount, termMonths: row.months)
        let result = policy.evaluate(values: values, request: request)
        #expect(result.outcome == row.outcome)
        #expect(result.grade == row.grade)
        #expect(result.fired.map(\.name) == row.fired)
        let offer = result.offer ?? result.counterOffer
        #expect(offer?.amountMinor == row.offered)
        if let months = row.offeredMonths { #expect(offer?.termMonths == months) }
        #expect((result.offer != nil) == (row.outcome == .approve))
        #expect((result.counterOffer != nil) == (row.outcome == .counterOffer))
        if let offer, row.income.isFinite {
            let most = max(offer.instalmentMinor, offer.lastInstalmentMinor)
            #expect(Double(most) + row.debt <= row.income * 0.4)
        }
        // What stops early must be what the whole policy says, and needs no model or graph.
        let blind = Array(values[..<5]) + [.nan, .nan]
        if let early = policy.evaluateKnockOutsBeforeModels(values: blind, request: request) {
            #expect(early.outcome == result.outcome)
            #expect(early.grade == nil)
            #expect(Set(early.fired.map(\.name)).isSubset(of: Set(row.fired)))
        } else {
            #expect(!result.fired.contains { ["in arrears", "no job given"].contains($0.name) })
        }
    }

    @Test func inputsAreSlotsInTheirOrder() throws {
        let policy = try Self.policy()
        #expect(policy.inputs.map(\.name).suffix(2) == ["graph.hops_to_flagged", "model.card.pd"])
        #expect(policy.inputs[5].source == .graph(.hopsToFlagged))
        #expect(policy.inputs[6].source == .modelProbability(model: "card"))
        #expect(policy.models == ["card"] && policy.readsGraph)
        #expect(policy.name == "small" && policy.version == 3 && policy.currency.code == "EUR")
        #expect(policy.products == ["cash", "instalment"])
    }

    @Test func aReasonIsLeftOutForThoseItIsNotFor() throws {
        let policy = try Self.policy()
        let linked = try #require(policy.reasons["LINKED"])
        #expect(linked.text(for: .borrower) == nil && linked.text(for: .channel) == nil)
        #expect(linked.text(for: .staff) == "linked to fraud")
    }

    @Test func theRateCapDeclinesWhatRoundingPushesAboveIt() throws {
        let text = Self.yaml.replacing(
            "max_effective_rate_ppm: 130000", with: "max_effective_rate_ppm: 126900"
        )
        .replacing("min_amount_minor: 10000", with: "min_amount_minor: 100")
        let policy = try CompiledPolicy.compile(yaml: text, vocabulary: Self.vocabulary)
        func outcome(_ amount: Int64) -> PolicyResult {
            policy.evaluate(
                values: [1, 0, 1, 500_000, 0, .nan, 0.2],
                request: PolicyRequest(amountMinor: amount, termMonths: 12))
        }
        // 12% nominal is 12.6825% effective: a round loan passes, a tiny one may not.
        let results = (1_000...1_200 as ClosedRange<Int64>).map(outcome)
        #expect(outcome(300_000).outcome == .approve)
        #expect(results.contains { $0.outcome == .decline && $0.fired[0].name == "cap" })
        #expect(
            results.allSatisfy { ($0.offer?.effectiveRatePpm ?? 0) <= 126_900 })
    }
}
