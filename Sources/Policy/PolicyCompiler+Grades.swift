internal import Domain

extension PolicyCompiler {
    func cap(_ node: PolicyNode) throws(PolicyError) -> OfferCap {
        try node.checkFields([
            "max_effective_rate_ppm", "max_amount_minor", "min_amount_minor", "amount_step_minor",
            "rate_reason", "minimum_reason",
        ])
        let amounts = 1...Offer.amountMinorMax
        let maximum = try node.field("max_amount_minor").integer(in: amounts)
        let minimumNode = try node.field("min_amount_minor")
        let minimum = try minimumNode.integer(in: amounts)
        guard minimum <= maximum else {
            throw minimumNode.fail("must not be above max_amount_minor")
        }
        return OfferCap(
            maxEffectiveRatePpm: try node.field("max_effective_rate_ppm")
                .integer(in: 0...10_000_000),
            maxAmountMinor: maximum, minAmountMinor: minimum,
            amountStepMinor: try node.field(ifPresent: "amount_step_minor")?
                .integer(in: amounts) ?? 1,
            rateRule: FiredRule(
                name: "cap", outcome: .decline, reason: try reason(node.field("rate_reason")),
                text: "the effective annual rate would be above the cap"),
            minimumRule: FiredRule(
                name: "cap", outcome: .decline, reason: try reason(node.field("minimum_reason")),
                text: "what could be offered is below the least amount"))
    }

    func grades(_ node: PolicyNode, cap: OfferCap) throws(PolicyError) -> GradeTable {
        try node.checkFields([
            "input", "when_missing", "amount_reason", "term_reason", "bands",
        ])
        let inputNode = try node.field("input")
        let slot = try slot(inputNode)
        let isByPoints: Bool
        switch inputs[slot].source {
        case .modelPoints: isByPoints = true
        case .modelProbability: isByPoints = false
        case .feature, .graph: throw inputNode.fail("grades are bands of a model's answer")
        }
        let bandsNode = try node.field("bands")
        var bands: [GradeBand] = []
        for item in try bandsNode.items(max: Self.bandCountMax) {
            let band = try self.band(item, isByPoints: isByPoints)
            try Self.check(band, after: bands, isByPoints: isByPoints, at: item)
            bands.append(band)
        }
        guard let last = bands.last, last.bound == nil else {
            throw bandsNode.fail("the last band must have no bound, to take the rest")
        }
        try Self.check(bands, against: cap, at: bandsNode)
        return GradeTable(
            slot: slot, isByPoints: isByPoints, bands: bands,
            missingRule: try missingRule(node.field("when_missing"), name: "grade"),
            amountRule: FiredRule(
                name: "grade", outcome: .counterOffer,
                reason: try reason(node.field("amount_reason")),
                text: "the amount asked for is above the grade's or the lender's maximum"),
            termRule: FiredRule(
                name: "grade", outcome: .counterOffer,
                reason: try reason(node.field("term_reason")),
                text: "the term asked for is above the grade's maximum"))
    }

    private func band(_ node: PolicyNode, isByPoints: Bool) throws(PolicyError) -> GradeBand {
        try node.checkFields([
            "grade", "below_pd_ppm", "min_points", "outcome", "reason", "max_amount_minor",
            "max_term_months", "nominal_rate_ppm",
        ])
        let grade = try node.field("grade").text(max: 16)
        let other = isByPoints ? "below_pd_ppm" : "min_points"
        guard try node.field(ifPresent: other) == nil else {
            throw node.fail("\(other) does not fit the model answer that the grades read")
        }
        let bound: Double?
        if isByPoints {
            bound = try node.field(ifPresent: "min_points")?.number()
        } else {
            let ppm = try node.field(ifPresent: "below_pd_ppm")?.integer(in: 1...1_000_000)
            bound = ppm.map { Double($0) / 1_000_000 }
        }
        let outcome = try node.field("outcome").outcome(
            of: [.approve, .refer, .decline, .needsData, .stepUp])
        guard outcome == .approve else {
            return GradeBand(
                grade: grade, bound: bound, maxAmountMinor: 0, maxTermMonths: 0,
                nominalRatePpm: 0,
                rule: FiredRule(
                    name: "grade \(grade)", outcome: outcome,
                    reason: try reason(node.field("reason")),
                    text: "the model puts the application in grade \(grade)"))
        }
        return GradeBand(
            grade: grade, bound: bound,
            maxAmountMinor: try node.field("max_amount_minor").integer(
                in: 1...Offer.amountMinorMax),
            maxTermMonths: Int(
                try node.field("max_term_months").integer(in: 1...Int64(Offer.termMonthsMax))),
            nominalRatePpm: try node.field("nominal_rate_ppm").integer(
                in: 0...Offer.nominalRatePpmMax),
            rule: nil)
    }

    /// Each band must start where the one before ends, and no grade may be there twice.
    private static func check(
        _ band: GradeBand, after bands: [GradeBand], isByPoints: Bool, at node: PolicyNode
    ) throws(PolicyError) {
        guard !bands.contains(where: { $0.grade == band.grade }) else {
            throw node.fail("grade \(band.grade) is there twice")
        }
        guard let before = bands.last else { return }
        guard let earlier = before.bound else {
            throw node.fail("comes after a band without a bound and can never be reached")
        }
        guard let later = band.bound else { return }
        guard isByPoints ? later < earlier : later > earlier else {
            throw node.fail("bands go from the best to the worst")
        }
    }

    /// A rate that can never be offered is a mistake in the policy, not in an application.
    private static func check(
        _ bands: [GradeBand], against cap: OfferCap, at node: PolicyNode
    ) throws(PolicyError) {
        for band in bands where band.rule == nil {
            // A large amount has hardly any rounding in it: the rate itself.
            guard
                let offer = try? Offer(
                    amountMinor: 1_000_000_000, termMonths: band.maxTermMonths,
                    nominalRatePpm: band.nominalRatePpm),
                offer.effectiveRatePpm <= cap.maxEffectiveRatePpm
            else {
                throw node.fail(
                    "grade \(band.grade)'s rate is above cap.max_effective_rate_ppm")
            }
        }
    }

    func affordability(_ node: PolicyNode) throws(PolicyError) -> AffordabilityCheck {
        try node.checkFields(["income", "debt", "share_ppm", "when_missing", "reason"])
        var debtSlot: Int?
        if let debt = try node.field(ifPresent: "debt") { debtSlot = try moneySlot(debt) }
        let reason = try reason(node.field("reason"))
        return AffordabilityCheck(
            incomeSlot: try moneySlot(node.field("income")), debtSlot: debtSlot,
            sharePpm: try node.field("share_ppm").integer(in: 1...1_000_000),
            missingRule: try missingRule(node.field("when_missing"), name: "affordability"),
            reducedRule: FiredRule(
                name: "affordability", outcome: .counterOffer, reason: reason,
                text: "the amount was reduced to what the income can carry"),
            declinedRule: FiredRule(
                name: "affordability", outcome: .decline, reason: reason,
                text: "the income cannot carry the least amount"))
    }

    private func moneySlot(_ node: PolicyNode) throws(PolicyError) -> Int {
        let slot = try slot(node)
        guard case .feature(let name) = inputs[slot].source,
            vocabulary.features[name]?.kind == .number
        else { throw node.fail("must be a number feature in minor units a month") }
        return slot
    }

    private func missingRule(_ node: PolicyNode, name: String) throws(PolicyError) -> FiredRule {
        try node.checkFields(["outcome", "reason"])
        return FiredRule(
            name: name,
            outcome: try node.field("outcome").outcome(of: [.refer, .needsData, .decline]),
            reason: try reason(node.field("reason")), text: "what it needs is not known")
    }
}
