internal import Domain
internal import Limits

extension NaivePortfolio {
    /// The counters of a limit that a change meets: the scope's, and the whole book's for a share.
    func met(_ limit: PortfolioLimit, _ change: PortfolioChange) -> [OracleCell] {
        var met: [OracleCell] = []
        if case .cell(let cell) = match(limit, change) { met.append(cell) }
        if limit.bound.isShare && limit.measure == change.measure {
            met.append(cell(limit, change, Self.wholeBook))
        }
        return met
    }

    /// Adds a change to every counter that it meets, of limits that are counted.
    mutating func add(_ change: PortfolioChange) {
        currencies.insert(change.line.currency)
        for limit in limitsOf[change.line.tenant] ?? [] {
            let (amountMinor, count) = change.moved(by: limit)
            if amountMinor == 0 && count == 0 { continue }
            guard counted.contains(OracleKey(limit.tenant, limit.id.rawValue)) else { continue }
            for cell in met(limit, change) {
                touch(cell)
                let before = cells[cell]?.amountMinor ?? 0
                cells[cell, default: OracleSum()].amountMinor = Self.sum(before, amountMinor)
                cells[cell, default: OracleSum()].count += count
            }
        }
    }

    /// A sum that reached the greatest number stays there.
    static func sum(_ before: Int64, _ more: Int64) -> Int64 {
        let sum = Int128(before) + Int128(more)
        return before == .max || sum > Int128(Int64.max) ? .max : Int64(sum)
    }

    private mutating func touch(_ cell: OracleCell) {
        if touchedCells[cell] == nil { touchedCells[cell] = cells[cell] ?? OracleSum() }
    }

    /// Only a day or month has it: what was taken there, or is given back there.
    mutating func flow(_ change: PortfolioChange) {
        var flow = change
        flow.amountMinor = 0
        flow.count = 0
        add(flow)
    }

    /// Gives what a hold did not use back to the day that it was placed in.
    mutating func giveBack(
        _ hold: HoldImage, _ amountMinor: Int64, _ line: LineImage, group: UInt64,
        keepsCount: Bool
    ) {
        flow(
            PortfolioChange(
                line: line, group: group, labels: labels(hold.labels, hold.tenant),
                measure: .used, amountMinor: -amountMinor, count: keepsCount ? 0 : -1,
                placedSeconds: hold.placedSeconds))
    }

    /// What an account has out: one entry a hold, a drawing, and the line. Of days and months only
    /// what can still be given back: what is open of a hold, and its place unless it was drawn
    /// from.
    func parts(of account: OracleAccount, group: UInt64) -> [PortfolioChange] {
        let line = account.line
        var parts: [PortfolioChange] = []
        func add(_ set: LabelSetID, _ measure: PortfolioMeasure, _ amount: Int64, _ at: UInt32) {
            var part = PortfolioChange(
                line: line, group: group, labels: labels(set, line.tenant),
                measure: measure, amountMinor: amount, count: 1, placedSeconds: at)
            part.flowMinor = 0
            part.flowCount = 0
            parts.append(part)
        }
        for hold in account.holds.values {
            add(hold.labels, .used, hold.heldMinor, hold.placedSeconds)
            parts[parts.count - 1].flowMinor = hold.heldMinor
            parts[parts.count - 1].flowCount = hold.committedMinor == 0 ? 1 : 0
        }
        for drawing in account.drawings.values {
            add(drawing.labels, .used, drawing.principalMinor, drawing.placedSeconds)
        }
        if line.status == .open {
            add(
                line.labels, .granted, line.grantedMinor,
                UInt32(clamping: line.openedAtMicros / 1_000_000))
        }
        return parts
    }

    /// The absolute counters follow an account from what it was to what it is.
    mutating func move(
        from before: OracleAccount?, to after: OracleAccount, group: UInt64
    ) {
        guard limitsOf[after.line.tenant] != nil else { return }
        var old = before ?? OracleAccount(line: after.line)
        if before == nil { old.line.status = .closed }
        var new = after
        // Rows that did not change cancel out.
        for (id, hold) in after.holds where old.holds[id]?.heldMinor == hold.heldMinor {
            old.holds[id] = nil
            new.holds[id] = nil
        }
        for (id, drawing) in after.drawings
        where old.drawings[id]?.principalMinor == drawing.principalMinor {
            old.drawings[id] = nil
            new.drawings[id] = nil
        }
        if old.line.status == new.line.status && old.line.grantedMinor == new.line.grantedMinor {
            old.line.status = .closed
            new.line.status = .closed
        }
        for (account, sign) in [(old, Int64(-1)), (new, 1)] {
            for part in parts(of: account, group: group) {
                var change = part.times(sign)
                change.flowMinor = 0
                change.flowCount = 0
                add(change)
            }
        }
    }

    /// A subject changed its group: what is out moves from the old group's counters to the new,
    /// and with it what may still be given back to its day.
    mutating func moveGroup(of account: OracleAccount, from old: UInt64, to new: UInt64) {
        guard old != new, limitsOf[account.line.tenant] != nil else { return }
        for (group, sign) in [(old, Int64(-1)), (new, 1)] {
            for part in parts(of: account, group: group) { add(part.times(sign)) }
        }
    }
}

extension PortfolioChange {
    /// The same so many times.
    func times(_ factor: Int64) -> PortfolioChange {
        var change = self
        change.amountMinor *= factor
        change.count *= factor
        change.flowMinor *= factor
        change.flowCount *= factor
        return change
    }
}
