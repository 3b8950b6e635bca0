import Ground
import Policy
import Testing

/// Offers beside tables that a banker can check, and beside exact rational arithmetic.
@Suite struct OfferTests {
    struct Row {
        let amount: Int64
        let months: Int
        let ratePpm: Int64
        let instalment: Int64
        let last: Int64
        let effectivePpm: Int64
    }

    /// Made with Python's decimal at 60 digits: annuity half up, month by month, rate by bisection.
    static let table: [Row] = [
        // amount, months, nominal, instalment, last, effective
        Row(
            amount: 100_000, months: 12, ratePpm: 0, instalment: 8_333, last: 8_337, effectivePpm: 0
        ),
        Row(
            amount: 100_000, months: 12, ratePpm: 120_000, instalment: 8_885, last: 8_884,
            effectivePpm: 126_835),
        Row(
            amount: 1_000_000, months: 24, ratePpm: 59_000, instalment: 44_276, last: 44_267,
            effectivePpm: 60_624),
        Row(
            amount: 1_000_000, months: 36, ratePpm: 99_000, instalment: 32_220, last: 32_231,
            effectivePpm: 103_618),
        Row(
            amount: 500_000, months: 36, ratePpm: 129_000, instalment: 16_823, last: 16_818,
            effectivePpm: 136_906),
        Row(
            amount: 116_900, months: 6, ratePpm: 59_000, instalment: 19_820, last: 19_819,
            effectivePpm: 60_595),
        Row(
            amount: 2_000_000, months: 72, ratePpm: 59_000, instalment: 33_051, last: 33_088,
            effectivePpm: 60_622),
        Row(
            amount: 100_000, months: 1, ratePpm: 120_000, instalment: 101_000, last: 101_000,
            effectivePpm: 126_825),
        Row(
            amount: 100_001, months: 7, ratePpm: 0, instalment: 14_286, last: 14_285,
            effectivePpm: 0),
        Row(
            amount: 20_000, months: 48, ratePpm: 149_000, instalment: 556, last: 528,
            effectivePpm: 159_573),
        Row(
            amount: 1_000_000, months: 480, ratePpm: 30_000, instalment: 3_580, last: 3_462,
            effectivePpm: 30_416),
        Row(
            amount: 10_000_000_000_000, months: 120, ratePpm: 1, instalment: 83_333_753_473,
            last: 83_333_753_460, effectivePpm: 1),
        Row(
            amount: 12_345, months: 3, ratePpm: 1_000_000, instalment: 4_819, last: 4_820,
            effectivePpm: 1_613_686),
    ]

    @Test func theTable() throws {
        for row in Self.table {
            let offer = try Offer(
                amountMinor: row.amount, termMonths: row.months, nominalRatePpm: row.ratePpm)
            let comment: Comment = "\(row)"
            #expect(offer.instalmentMinor == row.instalment, comment)
            #expect(offer.lastInstalmentMinor == row.last, comment)
            #expect(offer.effectiveRatePpm == row.effectivePpm, comment)
            #expect(offer.totalMinor == row.instalment * Int64(row.months - 1) + row.last, comment)
        }
    }

    @Test func everyPlanSumsToItsTotalAndPaysTheLoanBack() throws {
        let seed: UInt64 = 20_240_501
        var random = RandomSource(seed: seed)
        for _ in 0..<3_000 {
            let amount = Int64.random(in: 100_000...Offer.amountMinorMax, using: &random)
            let months = Int.random(in: 1...120, using: &random)
            let rate = Int64.random(in: 0...Offer.nominalRatePpmMax, using: &random)
            let offer = try Offer(amountMinor: amount, termMonths: months, nominalRatePpm: rate)
            let comment: Comment = "seed \(seed): \(amount) over \(months) at \(rate)"
            let plan = offer.instalmentsMinor
            #expect(plan.count == months, comment)
            #expect(plan.reduce(0, +) == offer.totalMinor, comment)
            var balance = amount
            for instalment in plan {
                let interest = (Int128(balance) * Int128(rate) * 2 + 12_000_000) / 24_000_000
                balance += Int64(interest) - instalment
            }
            #expect(balance == 0, comment)
            #expect(offer.interestMinor >= 0, comment)
            #expect(plan.allSatisfy { $0 > 0 }, comment)
            // Compounding makes the year dearer than its nominal rate, but for rounding.
            #expect(offer.effectiveRatePpm + 600 >= rate, comment)
        }
    }

    @Test func theEdgesNeitherOverflowNorTrap() throws {
        for amount in [Offer.amountMinorMax, 1_000_000] {
            for months in [1, 2, 12, Offer.termMonthsMax] {
                for rate in [0, 1, 400_000, Offer.nominalRatePpmMax] {
                    do throws(OfferError) {
                        let offer = try Offer(
                            amountMinor: amount, termMonths: months, nominalRatePpm: rate)
                        #expect(offer.totalMinor >= amount)
                        #expect(offer.lastInstalmentMinor <= 2 * offer.instalmentMinor + 1)
                    } catch {
                        // Forty years at such rates repay nothing until the end.
                        #expect(error == .roundingTooCoarse)
                        #expect(months == Offer.termMonthsMax && rate >= 400_000)
                    }
                }
            }
        }
        let wrong: [(Int64, Int, Int64, OfferError)] = [
            (0, 12, 0, .amountOutOfRange), (-1, 12, 0, .amountOutOfRange),
            (.max, 12, 0, .amountOutOfRange), (.min, 12, 0, .amountOutOfRange),
            (Offer.amountMinorMax + 1, 12, 0, .amountOutOfRange),
            (100, 0, 0, .termOutOfRange), (100, -1, 0, .termOutOfRange),
            (100, 481, 0, .termOutOfRange), (100, .max, 0, .termOutOfRange),
            (100, 12, -1, .rateOutOfRange), (100, 12, 1_000_001, .rateOutOfRange),
            (5, 12, 100_000, .amountTooSmall), (1, 480, 0, .amountTooSmall),
        ]
        for (amount, months, rate, error) in wrong {
            #expect(throws: error) {
                try Offer(amountMinor: amount, termMonths: months, nominalRatePpm: rate)
            }
        }
    }
}
