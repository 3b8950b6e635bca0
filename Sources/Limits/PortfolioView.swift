public import Domain
internal import Ground

/// A scope whose level a record moved: an event.
public struct LevelCrossing: Sendable {
    public var limit: PortfolioLimitID
    /// Of the limit's open terms, zeros behind them.
    public var values: InlineArray<4, UInt64>
    public var period: Int32
    /// Percent of the bound before and after: 0, 80, 90 or 100.
    public var from: UInt8
    public var to: UInt8
}

/// Portfolio limits, their counters and exchange rates as they are durable: what readers see.
///
/// The sequencer's `Portfolio` is ahead of the disk and belongs to its thread, so this is a copy
/// that follows durable records. It doubles the counters: 53 to 59 bytes for each of them here and
/// there (see `CellTable`), 118 MB at most for both at a million customers under one limit. Rows in
/// flight, as `LedgerRows` keeps them, would save that and cost every reader a lock that the
/// sequencer takes too; counters are hot (one may be in every record), lines are not.
///
/// Thread: readers on any; `apply` is the publisher's. One lock with many readers, held for one
/// look-up (some 0.2 us), for 64 scopes of a listing, or for the images of one record.
public final class PortfolioView: Sendable {
    /// Scopes that are read under the lock at once. Reason: some 20 us, then the publisher may go.
    private static let pageStepCount = 64

    /// A class, so that readers borrow the portfolio instead of counting its arrays.
    private final class Copy {
        var portfolio = Portfolio()
    }

    private let copy = ReadWriteLock(Copy())

    /// Starts empty.
    public init() {}

    /// Takes the images of a record over and says which scopes crossed a level; refused records
    /// changed nothing. Records come in the order of the journal, each once.
    @discardableResult
    public func apply(
        _ effects: LedgerEffects, tenant: TenantID, outcome: LedgerOutcome
    ) -> [LevelCrossing] {
        guard outcome == .done, !effects.isUsual, effects.rare.concernPortfolio else { return [] }
        return copy.withWrite { copy in
            for image in effects.rare.labelSets { copy.portfolio.restore(image) }
            for image in effects.rare.limits { copy.portfolio.follow(image) }
            for image in effects.rare.rates { copy.portfolio.restore(image) }
            var crossings: [LevelCrossing] = []
            for image in effects.rare.cells {
                let from = copy.portfolio.follow(image)
                // Counters of a scope's other currencies tell of the same crossing.
                guard from != image.level, !image.key.isWholeBook,
                    !crossings.contains(where: { $0.isOf(image.key) })
                else { continue }
                crossings.append(
                    LevelCrossing(
                        limit: image.key.limit, values: image.key.values,
                        period: image.key.period, from: from, to: image.level))
            }
            return crossings
        }
    }

    /// Fills an empty view from what was recovered: everything in it is durable.
    public func fill(from portfolio: Portfolio) {
        let full = portfolio.copied()
        copy.withWrite { $0.portfolio = full }
    }

    /// The tenant's limit, or nil when it has none of this id.
    public func limit(_ tenant: TenantID, _ id: PortfolioLimitID) -> PortfolioLimit? {
        copy.withRead { $0.portfolio.limit(tenant, id) }
    }

    /// The tenant's limits by number, those after `last`, at most `countMax`.
    public func limits(
        _ tenant: TenantID, after last: PortfolioLimitID = PortfolioLimitID(0), countMax: Int
    ) -> [PortfolioLimit] {
        copy.withRead { $0.portfolio.limits(tenant, after: last, countMax: countMax) }
    }

    /// What is out in one scope, see `Portfolio.exposure`; nil for an unknown limit.
    public func exposure(
        _ tenant: TenantID, _ id: PortfolioLimitID, values: InlineArray<4, UInt64>, period: Int32
    ) -> PortfolioExposure? {
        copy.withRead { $0.portfolio.exposure(tenant, id, values: values, period: period) }
    }

    /// A page of scopes, see `Portfolio.exposures`. Each scope is as it was at some moment of the
    /// call, not all at the same one.
    public func exposures(
        _ tenant: TenantID, _ id: PortfolioLimitID, period: Int32, after last: CellKey? = nil,
        countMax: Int
    ) -> (scopes: [PortfolioExposure], end: CellKey?) {
        var scopes: [PortfolioExposure] = []
        var end = last
        var left = countMax
        while left > 0 {
            let page = copy.withRead {
                $0.portfolio.exposures(
                    tenant, id, period: period, after: end,
                    countMax: min(left, Self.pageStepCount))
            }
            scopes += page.scopes
            end = page.end
            if end == nil { break }
            left -= Self.pageStepCount
        }
        return (scopes, end)
    }

    /// One counter; nil when nothing was ever counted there or it is forgotten.
    public func cell(_ tenant: TenantID, _ key: CellKey) -> CellImage? {
        copy.withRead { $0.portfolio.cell(tenant, key) }
    }

    /// The rate that the tenant set last; nil when it set none.
    public func rate(_ tenant: TenantID, from: Currency, to: Currency) -> ExchangeRate? {
        copy.withRead { $0.portfolio.rate(tenant, from: from, to: to) }
    }

    /// The labels of a set, sorted by dimension.
    public func labels(_ id: LabelSetID) -> [Label] {
        copy.withRead { $0.portfolio.labels.labels(of: id) }
    }
}

extension LevelCrossing {
    func isOf(_ key: CellKey) -> Bool {
        limit == key.limit && period == key.period && values[0] == key.values[0]
            && values[1] == key.values[1] && values[2] == key.values[2]
            && values[3] == key.values[3]
    }
}

extension RareEffects {
    /// Whether anything in them is of the portfolio.
    fileprivate var concernPortfolio: Bool {
        !cells.isEmpty || !limits.isEmpty || !rates.isEmpty || !labelSets.isEmpty
    }
}
