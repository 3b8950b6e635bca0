internal import Domain
internal import Ground

/// One change of what is out under a line, as the portfolio limits see it.
///
/// Absolute counters take `amountMinor` and `count`, counters of a day or month take `flowMinor`
/// and `flowCount`: they differ, because a commit moves nothing (its hold becomes a drawing), and
/// a repayment gives back to what is out, but not to the day in which it was reserved.
struct Exposure: Hashable, Sendable {
    var tenant: TenantID
    var subject: SubjectID
    /// Keyed hash of the subject's group of connected customers; 0 is none.
    var group: UInt64
    var product: Hash128
    /// The labels of the hold or drawing (used), or of the line (granted).
    var labels: LabelSetID
    var currency: Currency
    var measure: PortfolioMeasure
    /// Global slot of the line: a scan that counts a new limit has passed it or has not.
    var position: UInt64
    /// Signed change of what is out, minor units of `currency`.
    var amountMinor: Int64
    /// Signed change of how many holds and drawings (used) or lines (granted) are out.
    var count: Int64
    /// Signed change of what the day or month of `placedSeconds` has taken, minor units.
    var flowMinor: Int64
    /// Signed change of how many it has taken.
    var flowCount: Int64
    /// When it was taken, seconds since 1970: the day or month that it belongs to.
    var placedSeconds: UInt32
}
