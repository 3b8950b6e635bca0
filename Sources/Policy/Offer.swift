/// Why no offer can be computed. Our own bug or an absurd policy, never the borrower's fault.
public enum OfferError: Error, Hashable, Sendable {
    /// The amount is not within 1...`Offer.amountMinorMax`.
    case amountOutOfRange
    /// The term is not within 1...`Offer.termMonthsMax`.
    case termOutOfRange
    /// The rate is not within 0...`Offer.nominalRatePpmMax`.
    case rateOutOfRange
    /// So small that an instalment would be less than one minor unit.
    case amountTooSmall
    /// Over so many months at such a rate, rounding an instalment to whole units leaves a last
    /// one of more than twice the others.
    case roundingTooCoarse
}

/// A loan as it is offered: equal monthly instalments, the last one making the sum exact.
///
/// Money is in minor units of the policy's currency and never passes through a floating-point
/// number. Interest of a month is the balance x nominal rate / 12, rounded half up.
public struct Offer: Hashable, Sendable {
    /// Reason: sums over the longest plan at the highest rate stay within 60 bits. 100 billion.
    public static let amountMinorMax: Int64 = 10_000_000_000_000
    /// Reason: forty years, longer than any consumer loan.
    public static let termMonthsMax = 480
    /// Reason: 100% a year; above it no instalment loan is lawful anywhere we know of.
    public static let nominalRatePpmMax: Int64 = 1_000_000

    /// What is paid out.
    public let amountMinor: Int64
    /// Nominal rate a year, 1% is 10,000.
    public let nominalRatePpm: Int64
    /// Number of monthly instalments.
    public let termMonths: Int
    /// Every instalment but the last.
    public let instalmentMinor: Int64
    /// The last instalment.
    public let lastInstalmentMinor: Int64
    /// The sum of all instalments.
    public let totalMinor: Int64
    /// What it costs a year, by the payments themselves: (1 + i)^12 - 1 with the monthly i at
    /// which the instalments are worth the amount. 1% is 10,000; rounded half up.
    public let effectiveRatePpm: Int64

    /// What borrowing costs.
    public var interestMinor: Int64 { totalMinor - amountMinor }
}
