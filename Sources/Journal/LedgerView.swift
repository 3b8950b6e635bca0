public import Domain
public import Limits

/// The ledger as it is durable: what GetLine, GetHold and GetExposure read.
///
/// Lines, holds and subjects are the sequencer's own rows, seen through what is in flight (see
/// `LedgerRows`); portfolio limits and their counters are a copy that follows durable records (see
/// `PortfolioView`). Thread: readers on any; `publish` is the publisher's.
public final class LedgerView: Sendable {
    /// Lines, holds and subjects.
    public let rows: LedgerRows
    /// Portfolio limits, counters, exchange rates and label sets.
    public let portfolio = PortfolioView()

    /// Over a restored ledger, all of which is durable.
    init(_ ledger: Ledger) {
        rows = ledger.rows
        portfolio.fill(from: ledger.portfolio)
    }

    /// The tenant's line, or nil when it has none of this id. Some 50 ns.
    public func line(_ tenant: TenantID, _ id: LineID) -> LineImage? {
        rows.durableLine(tenant, id)
    }

    /// The tenant's hold, or nil when it has none of this id or it ended long ago.
    public func hold(_ tenant: TenantID, _ id: HoldID) -> HoldImage? {
        rows.durableHold(tenant, id)
    }

    /// Lets readers see a record that is durable. Refused records changed nothing.
    func publish(_ record: DurableRecord) {
        guard record.outcome == .done else { return }
        rows.publish(record.effects, sequence: record.sequence)
        guard !record.effects.isUsual else { return }
        portfolio.apply(record.effects, tenant: record.tenant, outcome: record.outcome)
    }
}
