public import Domain

/// Counters of portfolio limits, and the scans that the real ledger makes of its own.
extension NaiveLedger {
    /// The counters of the absolute limits that are counted, summed up from all rows. Zeros are
    /// left out.
    public func summedUp() -> [OracleCell: OracleSum] {
        var sums: [OracleCell: OracleSum] = [:]
        for account in accounts.values {
            for part in portfolio.parts(of: account, group: groupOf(account.line)) {
                for limit in portfolio.limitsOf[account.line.tenant] ?? []
                where limit.period == .absolute {
                    for cell in portfolio.met(limit, part) {
                        let before = sums[cell]?.amountMinor ?? 0
                        sums[cell, default: OracleSum()].amountMinor =
                            NaivePortfolio.sum(before, part.amountMinor)
                        sums[cell, default: OracleSum()].count += part.count
                    }
                }
            }
        }
        // One that did not fit once stays full, whatever was given back since.
        for (cell, sum) in absoluteCells where sum.amountMinor == .max {
            sums[cell, default: OracleSum()].amountMinor = .max
        }
        return sums.filter { cell, sum in !sum.isZero && portfolio.counted.contains(cell.limit) }
    }

    /// The counters of the limits that are counted, of every period, without their levels. Zeros
    /// are left out.
    public var cells: [OracleCell: OracleSum] {
        portfolio.cells.filter { !$0.value.isZero }.mapValues { sum in
            var plain = sum
            plain.level = 0
            return plain
        }
    }

    /// Those of absolute limits only, without the whole books of limits that are no share any more.
    public var absoluteCells: [OracleCell: OracleSum] {
        cells.filter { cell, _ in
            guard let limit = portfolio.limits[cell.limit], limit.period == .absolute else {
                return false
            }
            return limit.bound.isShare || cell.key.values[0] != .max
        }
    }

    /// What is wrong with a counter of the real ledger; nil when it is as it must be, or when it
    /// belongs to a limit that is not counted yet.
    public func difference(_ image: CellImage) -> String? {
        let cell = OracleCell(image.tenant, image.key)
        guard portfolio.counted.contains(cell.limit) else { return nil }
        let sum = portfolio.cells[cell] ?? OracleSum()
        if image.amountMinor == sum.amountMinor && image.count == sum.count
            && image.level == sum.level
        {
            return nil
        }
        return "counter \(image), expected \(sum)"
    }

    /// The limits as they stand.
    public var limits: [OracleKey: PortfolioLimit] { portfolio.limits }

    /// The labels of a set by its number.
    public func labels(_ set: LabelSetID, _ tenant: TenantID) -> [Label] {
        portfolio.labels(set, tenant)
    }

    /// Takes over what a step of the real ledger's scan of a limit did, with every record that the
    /// sequencer made of its own for it. Says what is wrong when a scan ended on other sums than
    /// the rows', or when the step did anything else.
    public mutating func followCount(_ effects: LedgerEffects) -> String? {
        guard effects.lines.isEmpty && effects.holds.isEmpty && effects.drawings.isEmpty else {
            return "a scan moved rows"
        }
        guard !effects.isUsual else { return nil }
        let rare = effects.rare
        for limit in rare.limits {
            let key = OracleKey(limit.tenant, limit.id.rawValue)
            guard let known = portfolio.limits[key], limit.version == known.version + 1,
                known.status == .counting
            else { return "a scan made \(limit)" }
            // It started again: what was counted is void.
            if limit.status == .counting { portfolio.followed[key] = [:] }
            portfolio.replace(limit)
        }
        for cell in rare.cells {
            let key = OracleCell(cell.tenant, cell.key)
            if portfolio.counted.contains(key.limit) { return "a scan changed \(cell)" }
            portfolio.followed[key.limit, default: [:]][key] = cell
        }
        for limit in rare.limits where limit.status == .enforcing {
            if let problem = finishCount(OracleKey(limit.tenant, limit.id.rawValue)) {
                return problem
            }
        }
        return nil
    }

    /// Takes over, after a record was compared, what is followed: counters of limits that are being
    /// counted, and levels of counters that were looked at without being moved.
    public mutating func follow(_ effects: LedgerEffects) {
        guard !effects.isUsual else { return }
        for cell in effects.rare.cells {
            let key = OracleCell(cell.tenant, cell.key)
            if portfolio.counted.contains(key.limit) {
                portfolio.cells[key]?.level = cell.level
            } else {
                portfolio.followed[key.limit, default: [:]][key] = cell
            }
        }
    }

    private mutating func finishCount(_ key: OracleKey) -> String? {
        portfolio.counted.insert(key)
        for (cell, image) in portfolio.followed.removeValue(forKey: key) ?? [:] {
            var sum = OracleSum()
            sum.amountMinor = image.amountMinor
            sum.count = image.count
            sum.level = image.level
            portfolio.cells[cell] = sum
        }
        guard portfolio.limits[key]?.period == .absolute else { return nil }
        let kept = cells.filter { $0.key.limit == key }
        let wanted = summedUp().filter { $0.key.limit == key }
        return kept == wanted
            ? nil : "limit \(key.number) ended its scan with \(kept), the rows' sums are \(wanted)"
    }
}
