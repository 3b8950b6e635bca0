extension Offer {
    /// Binary places after the point in factors below one. Reason: amount (44 bits) x rate (20)
    /// x factor (63) stay within 128 bits.
    private static let factorBits: UInt128 = 63
    /// Twelve months of a million parts: a yearly rate in ppm over this is a monthly fraction.
    private static let monthlyParts: Int64 = 12_000_000

    /// The offer for an amount, a term and a nominal rate.
    ///
    /// Complexity: linear in the term, about 1 us for 24 months. Errors: `OfferError`.
    public init(amountMinor: Int64, termMonths: Int, nominalRatePpm: Int64) throws(OfferError) {
        guard (1...Self.amountMinorMax).contains(amountMinor) else { throw .amountOutOfRange }
        guard (1...Self.termMonthsMax).contains(termMonths) else { throw .termOutOfRange }
        guard (0...Self.nominalRatePpmMax).contains(nominalRatePpm) else {
            throw .rateOutOfRange
        }
        let instalment = Self.instalmentMinor(
            amountMinor: amountMinor, termMonths: termMonths, nominalRatePpm: nominalRatePpm)
        var balance = amountMinor
        for _ in 1..<termMonths {
            balance += Self.interest(on: balance, nominalRatePpm) - instalment
            // The whole loan would be paid before its last month: the amount is a few units.
            guard balance > 0 else { throw .amountTooSmall }
        }
        let last = balance + Self.interest(on: balance, nominalRatePpm)
        guard instalment > 0 else { throw .amountTooSmall }
        guard last / 2 <= instalment || termMonths == 1 else { throw .roundingTooCoarse }
        self.amountMinor = amountMinor
        self.nominalRatePpm = nominalRatePpm
        self.termMonths = termMonths
        instalmentMinor = termMonths == 1 ? last : instalment
        lastInstalmentMinor = last
        totalMinor = instalment * Int64(termMonths - 1) + last
        effectiveRatePpm = try EffectiveRate.ppm(
            amountMinor: amountMinor, instalmentMinor: instalment, lastInstalmentMinor: last,
            termMonths: termMonths, nominalRatePpm: nominalRatePpm)
    }

    /// A month's interest, rounded half up.
    static func interest(on balanceMinor: Int64, _ nominalRatePpm: Int64) -> Int64 {
        // 44 bits of amount, grown by at most 41 times, x 20 bits of rate need more than 64.
        let product = Int128(balanceMinor) * Int128(nominalRatePpm)
        return Int64((product + Int128(monthlyParts / 2)) / Int128(monthlyParts))
    }

    /// The annuity: amount x i / (1 - (1 + i)^-n), rounded half up.
    ///
    /// Arguments are within the limits of `Offer`.
    static func instalmentMinor(
        amountMinor: Int64, termMonths: Int, nominalRatePpm: Int64
    ) -> Int64 {
        guard nominalRatePpm > 0 else {
            return (amountMinor + Int64(termMonths) / 2) / Int64(termMonths)
        }
        let divisor = annuityDivisor(termMonths: termMonths, nominalRatePpm: nominalRatePpm)
        let dividend = (UInt128(amountMinor) * UInt128(nominalRatePpm)) << factorBits
        return Int64((dividend + divisor / 2) / divisor)
    }

    /// The largest amount whose instalment is not above `instalmentMinor`; zero when there is none.
    static func amountMinor(
        forInstalment instalmentMinor: Int64, termMonths: Int, nominalRatePpm: Int64
    ) -> Int64 {
        guard instalmentMinor > 0 else { return 0 }
        var low: Int64 = 0
        var high = amountMinorMax
        // The instalment grows with the amount: 44 halvings find the edge exactly, rounding
        // included. Each is one division, for the factor is computed once.
        let divisor =
            nominalRatePpm > 0
            ? annuityDivisor(termMonths: termMonths, nominalRatePpm: nominalRatePpm) : 0
        while low < high {
            let middle = low + (high - low + 1) / 2
            let instalment: Int64
            if nominalRatePpm > 0 {
                let dividend = (UInt128(middle) * UInt128(nominalRatePpm)) << factorBits
                instalment = Int64((dividend + divisor / 2) / divisor)
            } else {
                instalment = (middle + Int64(termMonths) / 2) / Int64(termMonths)
            }
            if instalment <= instalmentMinor { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// 12,000,000 x (1 - (1 + i)^-n), with 63 binary places.
    private static func annuityDivisor(termMonths: Int, nominalRatePpm: Int64) -> UInt128 {
        let one: UInt128 = 1 << factorBits
        let parts = UInt128(monthlyParts)
        let divisor = parts + UInt128(nominalRatePpm)
        let discount = (one * parts + divisor / 2) / divisor
        var power = one
        for _ in 0..<termMonths { power = (power * discount + one / 2) >> factorBits }
        return parts * (one - power)
    }

    /// Every instalment in order; their sum is `totalMinor`.
    public var instalmentsMinor: [Int64] {
        Array(repeating: instalmentMinor, count: termMonths - 1) + [lastInstalmentMinor]
    }
}
