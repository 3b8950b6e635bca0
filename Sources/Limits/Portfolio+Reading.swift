public import Domain
internal import Ground

/// What is out or was taken in one scope of a limit.
public struct PortfolioExposure: Sendable {
    /// The scope's counters, one for each currency that was counted; never empty in a listing.
    public var cells: [CellImage]
    /// All currencies in the limit's, at the rates of now; nil while one of them has no rate.
    public var amountMinor: Int64?
    /// Holds and drawings, or lines.
    public var count: Int64
    /// For a share: the whole book that it is a share of, its floor not applied; nil while a rate
    /// is missing, and for every other bound.
    public var bookMinor: Int64?
    /// What the limit would still take, in its currency or as a count; 0 while a rate is missing.
    public var available: Int64
    /// 0, 80, 90 or 100 percent of the bound are reached.
    public var level: UInt8
}

extension Portfolio {
    /// The tenant's limit, or nil when it has none of this id.
    public func limit(_ tenant: TenantID, _ id: PortfolioLimitID) -> PortfolioLimit? {
        definition(tenant, id).map { definitions[$0].limit }
    }

    /// The tenant's limits by number, those after `last`, at most `countMax`.
    public func limits(
        _ tenant: TenantID, after last: PortfolioLimitID, countMax: Int
    ) -> [PortfolioLimit] {
        guard let book = tenants[tenant] else { return [] }
        return books[book].limits.lazy.filter { last < $0 }.prefix(countMax)
            .compactMap { limit(tenant, $0) }
    }

    /// The rate that the tenant set last; nil when it set none.
    public func rate(_ tenant: TenantID, from: Currency, to: Currency) -> ExchangeRate? {
        guard let book = tenants[tenant] else { return nil }
        return books[book].rates[RatePair(from: from, to: to)].map { rates[$0] }
    }

    /// One counter; nil when nothing was ever counted there or it is forgotten.
    public func cell(_ tenant: TenantID, _ key: CellKey) -> CellImage? {
        slot(tenant, key).map { image(of: cells[$0]) }
    }

    /// What is out in one scope; zeros where nothing was ever counted, nil for an unknown limit.
    ///
    /// `values` are those of the limit's open terms in the order of its scope, zeros behind them.
    public func exposure(
        _ tenant: TenantID, _ id: PortfolioLimitID, values: InlineArray<4, UInt64>, period: Int32
    ) -> PortfolioExposure? {
        definition(tenant, id).map { exposure($0, values: values, period: period) }
    }

    /// The scopes of a limit's period in which something was counted, the newest counter first,
    /// those after the counter `last`, at most `countMax`.
    ///
    /// `end` is the last counter that was looked at, to go on from; nil when there are no more. The
    /// order never changes, and what is counted for the first time while a reader pages comes
    /// before all it has seen, so a listing misses and repeats nothing that was there at its begin.
    /// When the counter `last` is gone the limit counts anew or the period is forgotten, and the
    /// listing ends. Complexity: O(countMax), and no more than that many counters are looked at.
    public func exposures(
        _ tenant: TenantID, _ id: PortfolioLimitID, period: Int32, after last: CellKey?,
        countMax: Int
    ) -> (scopes: [PortfolioExposure], end: CellKey?) {
        guard let number = definition(tenant, id), definitions[number].keeps(period) else {
            return ([], nil)
        }
        var next = definitions[number].newest(period)
        if let last {
            guard last.limit == id, last.period == period, let slot = slot(tenant, last) else {
                return ([], nil)
            }
            next = cells[slot].next
        }
        var scopes: [PortfolioExposure] = []
        var seen: CellRow?
        for _ in 0..<countMax where next != CellTable.none {
            let row = cells[Int(next)]
            if let scope = scope(at: row) { scopes.append(scope) }
            seen = row
            next = row.next
        }
        return (scopes, next == CellTable.none ? nil : seen.map { image(of: $0).key })
    }

    /// The scope of a counter, if it is the one of the scope's counters under which it is listed.
    private func scope(at row: CellRow) -> PortfolioExposure? {
        let scope = exposure(
            Int(row.definition), values: cells.values(of: row), period: row.period)
        let first = scope.cells.first?.key
        guard first?.currency == currencies[Int(row.currency)], first?.isWholeBook == false else {
            return nil
        }
        return scope
    }

    private func exposure(
        _ number: Int, values: CellValues, period: Int32
    ) -> PortfolioExposure {
        let limit = definitions[number].limit
        let book = book(ofDefinition: number)
        var images: [CellImage] = []
        if definitions[number].keeps(period) {
            for currency in definitions[number].currencies {
                let key = CellPlace(
                    definition: number, period: period, currency: currency, values: values)
                if let slot = cells.slot(of: key) { images.append(image(of: cells[slot])) }
            }
        }
        let total = total(number, period: period, values: values, book: book)
        var whole = ScopeTotal()
        if limit.bound.isShare {
            whole = self.total(number, period: period, values: CellKey.wholeBook, book: book)
        }
        let isComparable = limit.bound.isCount || total.isConverted && whole.isConverted
        return PortfolioExposure(
            cells: images.sorted { $0.key.currency.packed < $1.key.currency.packed },
            amountMinor: total.isConverted ? PortfolioMeter.clamp(total.amountMinor) : nil,
            count: PortfolioMeter.clamp(total.count),
            bookMinor: limit.bound.isShare && whole.isConverted
                ? PortfolioMeter.clamp(whole.amountMinor) : nil,
            available: isComparable
                ? PortfolioMeter.available(limit.bound, total, book: whole) : 0,
            level: isComparable ? PortfolioMeter.level(limit.bound, total, book: whole) : 0)
    }

    private func definition(_ tenant: TenantID, _ id: PortfolioLimitID) -> Int? {
        tenants[tenant].flatMap { books[$0].definitions[id] }
    }

    private func slot(_ tenant: TenantID, _ key: CellKey) -> Int? {
        guard let number = definition(tenant, key.limit), definitions[number].keeps(key.period),
            let currency = currencies.firstIndex(of: key.currency)
        else { return nil }
        return cells.slot(
            of: CellPlace(
                definition: number, period: key.period, currency: UInt8(currency),
                values: key.values))
    }
}
