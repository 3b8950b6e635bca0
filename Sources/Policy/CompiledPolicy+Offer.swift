internal import Domain

extension CompiledPolicy {
    /// The best offer within the band, the cap and the income: as asked, or less.
    func offer(in band: GradeBand, values: [Double], request: PolicyRequest) -> PolicyResult {
        var fired: [FiredRule] = []
        var amount = request.amountMinor
        let amountMax = min(band.maxAmountMinor, cap.maxAmountMinor)
        if amount > amountMax {
            amount = stepped(amountMax)
            fired.append(grades.amountRule)
        }
        var term = request.termMonths
        if term > band.maxTermMonths {
            term = band.maxTermMonths
            fired.append(grades.termRule)
        }
        guard amount >= cap.minAmountMinor, term > 0,
            var offer = try? Offer(
                amountMinor: amount, termMonths: term, nominalRatePpm: band.nominalRatePpm)
        else { return Self.settled([cap.minimumRule], grade: band.grade) }
        if let check = affordability {
            guard let instalmentMax = check.instalmentMinorMax(values) else {
                return Self.settled([check.missingRule], grade: band.grade)
            }
            if offer.largestInstalmentMinor > instalmentMax {
                guard let reduced = reduced(offer, instalmentMinorMax: instalmentMax) else {
                    return Self.settled([check.declinedRule], grade: band.grade)
                }
                offer = reduced
                fired.append(check.reducedRule)
            }
        }
        guard offer.effectiveRatePpm <= cap.maxEffectiveRatePpm else {
            return Self.settled([cap.rateRule], grade: band.grade)
        }
        guard !fired.isEmpty else {
            return PolicyResult(outcome: .approve, grade: band.grade, offer: offer)
        }
        return PolicyResult(
            outcome: .counterOffer, grade: band.grade, fired: fired, counterOffer: offer)
    }

    private func stepped(_ amountMinor: Int64) -> Int64 {
        amountMinor - amountMinor % cap.amountStepMinor
    }

    /// The largest smaller offer of the same term whose every instalment fits; nil when none does.
    private func reduced(_ offer: Offer, instalmentMinorMax: Int64) -> Offer? {
        var target = instalmentMinorMax
        // The last instalment may exceed the others by half a unit a month; a second look with
        // that much less settles it.
        while target > 0 {
            let amount = stepped(
                min(
                    offer.amountMinor,
                    Offer.amountMinor(
                        forInstalment: target, termMonths: offer.termMonths,
                        nominalRatePpm: offer.nominalRatePpm)))
            guard amount >= cap.minAmountMinor,
                let smaller = try? Offer(
                    amountMinor: amount, termMonths: offer.termMonths,
                    nominalRatePpm: offer.nominalRatePpm)
            else { return nil }
            let excess = smaller.largestInstalmentMinor - instalmentMinorMax
            guard excess > 0 else { return smaller }
            target -= excess
        }
        return nil
    }
}

extension Offer {
    /// The most that is due in one month.
    var largestInstalmentMinor: Int64 { max(instalmentMinor, lastInstalmentMinor) }
}
