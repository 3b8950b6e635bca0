public import Domain
internal import Limits

/// What readers ask beside single rows.
extension LedgerView {
    /// What is known of a subject beside its lines; nil for most subjects. Some 50 ns.
    public func subject(_ tenant: TenantID, _ id: SubjectID) -> SubjectImage? {
        rows.durableSubject(tenant, id)
    }

    /// The blocks on every line of a subject; most have none, and then this costs one load.
    public func blocks(_ tenant: TenantID, of subject: SubjectID) -> [Block] {
        rows.durableBlocks(tenant, of: subject)
    }

    /// The subject's lines, newest first, closed ones too, those behind `before` only, at most
    /// `countMax`; nil when `before` is none of them. Complexity: O(`countMax`).
    public func lines(
        _ tenant: TenantID, of subject: SubjectID, before: LineID?, countMax: Int
    ) -> [LineImage]? {
        rows.durableLines(tenant, of: subject, before: before, countMax: countMax)
    }

    /// The line's open holds, newest first, those below `before` only, at most `countMax`.
    public func holds(
        _ tenant: TenantID, of line: LineID, before: HoldID?, countMax: Int
    ) -> [HoldImage] {
        rows.durableHolds(tenant, of: line, before: before, countMax: countMax)
    }

    /// Whether the tenant has any portfolio limit. Some 50 ns.
    public func hasPortfolioLimits(_ tenant: TenantID) -> Bool {
        !portfolio.limits(tenant, countMax: 1).isEmpty
    }
}
