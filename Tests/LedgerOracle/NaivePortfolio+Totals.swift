internal import Domain
internal import Limits

/// What a scope comes to over all currencies, in the limit's.
struct OracleTotal {
    var amountMinor: Int128 = 0
    var count: Int64 = 0
    /// False when something is in a currency without a rate.
    var isConverted = true
}

extension NaivePortfolio {
    /// Minor units of one currency in another, rounded up; nil without a rate.
    func converted(
        _ amountMinor: Int128, _ tenant: TenantID, from: Currency, to: Currency
    ) -> Int128? {
        if from == to { return amountMinor }
        guard let rate = rates[Pair(tenant: tenant, from: from, to: to)] else { return nil }
        let product = amountMinor * Int128(rate.ratePpb)
        return product > 0
            ? (product + 999_999_999) / 1_000_000_000 : product / 1_000_000_000
    }

    /// A scope's counters of all currencies, with something new in the one of `cell`.
    func total(
        _ limit: PortfolioLimit, _ cell: OracleCell, plus newMinor: Int64 = 0
    ) -> OracleTotal {
        var total = OracleTotal()
        for currency in currencies {
            var sibling = cell
            sibling.key.currency = currency
            let sum = cells[sibling]
            total.count += sum?.count ?? 0
            var amount = Int128(sum?.amountMinor ?? 0)
            if currency == cell.key.currency { amount += Int128(newMinor) }
            if amount == 0 { continue }
            guard
                let part = converted(amount, limit.tenant, from: currency, to: limit.currency)
            else {
                total.isConverted = false
                continue
            }
            total.amountMinor += part
        }
        return total
    }

    /// 0, 80, 90 or 100 percent of the bound; nil when a rate is missing, or for the whole book,
    /// which has no bound.
    func level(_ limit: PortfolioLimit, _ cell: OracleCell) -> UInt8? {
        let total = total(limit, cell)
        var (part, whole): (Int128, Int128)
        switch limit.bound {
        case .count(let bound): (part, whole) = (Int128(total.count), Int128(bound))
        case .amount(let bound):
            guard total.isConverted else { return nil }
            (part, whole) = (total.amountMinor, Int128(bound))
        case .share(let ppm, let floorMinor):
            if cell.key.values[0] == .max { return nil }
            var wholeCell = cell
            wholeCell.key.values = Self.wholeBook
            let book = self.total(limit, wholeCell)
            guard total.isConverted && book.isConverted else { return nil }
            part = total.amountMinor * 1_000_000
            whole = Int128(ppm) * max(book.amountMinor, Int128(floorMinor))
        }
        if part <= 0 { return 0 }
        return [100, 90, 80].first { part * 100 >= whole * Int128($0) } ?? 0
    }
}
