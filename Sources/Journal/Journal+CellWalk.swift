public import Domain
internal import Limits

extension Journal {
    /// Visits the records that changed one counter of a portfolio limit, newest first, as the walk
    /// of a line does; what is not counted there any more has no records.
    ///
    /// Errors: `.damaged`, `.recordUnknown`, `.fileFailed`, `.closed`.
    @discardableResult
    public func walkBack(
        tenant: TenantID, cell key: CellKey, from: UInt64? = nil, countMax: Int,
        _ body: (DurableRecord) -> WalkStep
    ) throws(JournalError) -> UInt64 {
        let newest = ledger.portfolio.cell(tenant, key)?.lastSequence ?? 0
        return try walkBack(tenant: tenant, from: from ?? newest, countMax: countMax, body) {
            stored in
            guard !stored.record.effects.isUsual else { return nil }
            let cells = stored.record.effects.rare.cells
            guard let place = cells.firstIndex(where: { $0.key == key }) else { return nil }
            return stored.previous.cells[place]
        }
    }
}
