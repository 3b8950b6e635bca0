public import Domain
internal import Ground

extension NaiveLedger {
    /// What is wrong with a record's outcome and effects; nil when they are what this ledger, which
    /// has just done the same, says. Images are compared by what they are of, not by their order.
    public func difference(
        expected: (outcome: LedgerOutcome, effects: LedgerEffects),
        actual: (outcome: LedgerOutcome, effects: LedgerEffects)
    ) -> String? {
        guard expected.outcome == actual.outcome else {
            return "outcome \(actual.outcome), expected \(expected.outcome)"
        }
        let (want, have) = (expected.effects, actual.effects)
        if want == have { return nil }
        if expected.outcome != .done { return refusalDifference(want, have) }
        var found: [String?] = [
            difference("lines", want.lines, have.lines) { $0.id.rawValue },
            difference("holds", want.holds, have.holds) { $0.id.rawValue },
            difference("drawings", want.drawings, have.drawings) { $0.id },
            want.unallocatedMinor == have.unallocatedMinor
                ? nil : "unallocated \(have.unallocatedMinor), expected \(want.unallocatedMinor)",
        ]
        if !want.isUsual || !have.isUsual { found += rareDifferences(want.rare, have.rare) }
        let said = found.compactMap { $0 }
        return said.isEmpty ? nil : said.joined(separator: "; ")
    }

    /// A refusal shows rows as they are, and the same portfolio limit.
    private func refusalDifference(_ want: LedgerEffects, _ have: LedgerEffects) -> String? {
        for line in have.lines
        where accounts[OracleKey(line.tenant, line.id.rawValue)]?.line != line {
            return "a refusal shows line \(line.id.rawValue) as it is not: \(line)"
        }
        for hold in have.holds where self.hold(OracleKey(hold.tenant, hold.id.rawValue)) != hold {
            return "a refusal shows hold \(hold.id.rawValue) as it is not: \(hold)"
        }
        for line in want.lines where !have.lines.contains(line) {
            return "a refusal does not show line \(line.id.rawValue)"
        }
        if want.rare.refusal != have.rare.refusal {
            return
                "refusal \(Self.said(have.rare.refusal)), expected \(Self.said(want.rare.refusal))"
        }
        return have.drawings.isEmpty && have.unallocatedMinor == 0
            ? nil : "a refusal moved something"
    }

    private static func said(_ refusal: PortfolioRefusal?) -> String {
        refusal.map { "\($0)" } ?? "none"
    }

    private func difference<Image: Equatable>(
        _ name: String, _ want: [Image], _ have: [Image], by order: (Image) -> UInt64
    ) -> String? {
        let wanted = want.sorted { order($0) < order($1) }
        let had = have.sorted { order($0) < order($1) }
        if wanted == had { return nil }
        guard wanted.map(order) == had.map(order) else {
            return "\(name) \(had.map(order)), expected \(wanted.map(order))"
        }
        for (one, other) in zip(wanted, had) where one != other {
            return "\(name): \(other), expected \(one)"
        }
        return nil
    }

    private func rareDifferences(_ want: RareEffects, _ have: RareEffects) -> [String?] {
        [
            difference("reversals", want.reversals, have.reversals) { $0.entry },
            difference("subjects", want.subjects, have.subjects) { $0.id.hash.low },
            difference("label sets", want.labelSets, have.labelSets) { UInt64($0.id.rawValue) },
            difference("limits", want.limits, have.limits) { $0.id.rawValue },
            difference("rates", want.rates, have.rates) {
                UInt64($0.from.packed) << 32 | UInt64($0.to.packed)
            },
            want.parts == have.parts ? nil : "parts \(have.parts), expected \(want.parts)",
            want.refusal == have.refusal
                ? nil : "refusal \(Self.said(have.refusal)), expected \(Self.said(want.refusal))",
            resultDifference(want.results, have.results),
            cellDifference(want.cells, have.cells),
        ]
    }

    private func resultDifference(
        _ want: [OperationResult], _ have: [OperationResult]
    ) -> String? {
        guard want.count == have.count else {
            return "\(have.count) results, expected \(want.count)"
        }
        for (place, pair) in zip(want, have).enumerated() where pair.0 != pair.1 {
            return "result \(place): \(pair.1), expected \(pair.0)"
        }
        return nil
    }

    /// Counters that changed must be there; one that shows what it had is no mistake. Counters of
    /// limits that are still counted are followed, not compared.
    private func cellDifference(_ want: [CellImage], _ have: [CellImage]) -> String? {
        var had: [OracleCell: CellImage] = [:]
        for image in have { had[OracleCell(image.tenant, image.key)] = image }
        for image in want {
            let cell = OracleCell(image.tenant, image.key)
            guard let found = had.removeValue(forKey: cell) else {
                if changesNothing(image) { continue }
                return "counter \(image) is missing"
            }
            if found != image && !isLooked(found, like: image) {
                return "counter \(found), expected \(image)"
            }
        }
        for image in had.values {
            guard difference(image) != nil else { continue }
            let sum = portfolio.cells[OracleCell(image.tenant, image.key)] ?? OracleSum()
            var kept = image
            kept.level = sum.level
            if difference(kept) != nil || !isLooked(image, like: kept) {
                return "counter \(image), expected \(sum)"
            }
        }
        return nil
    }

    /// Whether a counter is as expected but for a level that no move explains, and this level is
    /// what the scope comes to now: a record that took from a counter and gave back alike may look
    /// at it again, after its bound or a rate was changed. A scope that moved has one level only.
    private func isLooked(_ found: CellImage, like expected: CellImage) -> Bool {
        var kept = found
        kept.level = expected.level
        let cell = OracleCell(found.tenant, found.key)
        guard kept == expected, let limit = portfolio.limits[cell.limit] else { return false }
        return portfolio.level(limit, cell) == found.level
    }

    private func changesNothing(_ image: CellImage) -> Bool {
        portfolio.unchangedCells.contains(OracleCell(image.tenant, image.key))
    }
}
