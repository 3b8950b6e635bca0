/// The annual cost of a loan by its payments, in whole-number arithmetic.
///
/// Finds the monthly discount v at which the instalments are worth the amount,
/// `amount = a (v + v^2 + ... + v^(n-1)) + last v^n`, by Newton's method on v in fixed point, and
/// returns `(1 / v)^12 - 1`. The sum is increasing and convex in v for v > 0, so after at most one
/// step the iterates fall monotonically to the root. It is the equation of Directive 2008/48/EC,
/// annex I, for one payment out and equal months between the payments in.
enum EffectiveRate {
    /// Binary places of v. Reason: a slope of at most 61 bits times v stays in 128.
    private static let discountBits: Int128 = 60
    private static let one: Int128 = 1 << discountBits
    /// Reason: Newton needs three or four steps; rounding can only make the last one hover.
    private static let stepCountMax = 40

    /// Parts per million a year, rounded half up; never below zero.
    ///
    /// Errors: `rateOutOfRange` when the loan costs more than its own amount each month.
    static func ppm(
        amountMinor: Int64, instalmentMinor: Int64, lastInstalmentMinor: Int64, termMonths: Int,
        nominalRatePpm: Int64
    ) throws(OfferError) -> Int64 {
        let total =
            Int128(instalmentMinor) * Int128(termMonths - 1) + Int128(lastInstalmentMinor)
        guard total > Int128(amountMinor) else { return 0 }
        // As many binary places for money as the total leaves of 52 bits; the slope is at most
        // the term (9 bits) times the total.
        let moneyBits = Int128(52 - (Int128.bitWidth - total.leadingZeroBitCount))
        let amount = Int128(amountMinor) << moneyBits
        let instalment = Int128(instalmentMinor) << moneyBits
        let last = Int128(lastInstalmentMinor) << moneyBits
        // The nominal rate is the answer but for rounding: two or three steps are left.
        var discount = one * 12_000_000 / (12_000_000 + Int128(nominalRatePpm))
        for _ in 0..<stepCountMax {
            // Horner from the last month inwards: the sum's worth one month earlier, each time.
            var worth = last
            var slope: Int128 = 0
            for _ in 1..<termMonths {
                slope = (slope * discount) >> discountBits + worth
                worth = (worth * discount) >> discountBits + instalment
            }
            slope = (slope * discount) >> discountBits + worth
            worth = (worth * discount) >> discountBits
            let step = ((worth - amount) << discountBits) / slope
            discount -= step
            if step.magnitude < 256 { break }
        }
        guard discount > one / 2 else { throw .rateOutOfRange }
        let growth = (one << discountBits) / discount
        var year = one
        for _ in 0..<12 { year = (year * growth) >> discountBits }
        return Int64(((year - one) * 1_000_000 + one / 2) >> discountBits)
    }
}
