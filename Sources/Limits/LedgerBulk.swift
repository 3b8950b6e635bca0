internal import Domain

/// How much a record would carry: what its length is bounded by before its images are gathered.
public struct LedgerBulk: Hashable, Sendable {
    /// Images of lines, and how many of those may have details.
    public internal(set) var lines = 0
    public internal(set) var details = 0
    /// Blocks in all details.
    public internal(set) var blocks = 0
    public internal(set) var holds = 0
    public internal(set) var drawings = 0
    /// Counters of portfolio limits.
    public internal(set) var cells = 0
    public internal(set) var labelSets = 0
    /// Parts of repayments.
    public internal(set) var parts = 0
    /// Results, one an operation.
    public internal(set) var results = 0

    /// The most that `operationCount` operations of a batch come to in a ledger whose lines have at
    /// most `blockCountMax` blocks each, for a tenant without portfolio limits, no repayments among
    /// them: each changes one line, one hold and one drawing at most.
    init(operationCount: Int, blockCountMax: Int) {
        lines = operationCount
        details = operationCount
        blocks = operationCount * blockCountMax
        holds = operationCount
        drawings = operationCount
        labelSets = operationCount
        results = operationCount
    }

    init() {}
}

extension LedgerOperation {
    /// Whether it changes the counters of many exposures at once, so that its record is weighed.
    var countsManyExposures: Bool {
        switch self {
        case .setGroup, .countPortfolioLimit: true
        default: false
        }
    }
}

extension Ledger {
    /// Whether a batch can come to more than what fits: then it is run so that all of it can be
    /// taken back. What the most that its count allows fits is never weighed.
    func mayNotFit(
        _ operations: [LedgerOperation], _ fits: (LedgerBulk) -> Bool
    ) -> Bool {
        // Each operation meets up to 16 counters, and a repayment any number of drawings.
        if countsExposure { return true }
        let most = LedgerBulk(operationCount: operations.count, blockCountMax: blockCountMax)
        return !fits(most) || operations.contains { if case .repay = $0 { true } else { false } }
    }

    /// What the record in hand comes to. Complexity: one look at each line that it changed.
    func bulk(resultCount: Int) -> LedgerBulk {
        var bulk = LedgerBulk()
        bulk.lines = work.lines.count
        for (slot, _) in work.lines {
            guard let details = rows.lines[Int(slot), \.image.details] else { continue }
            bulk.details += 1
            bulk.blocks += details.blocks.count
        }
        bulk.holds = work.holds.count
        bulk.drawings = work.drawings.count
        bulk.cells = portfolio.touchedCountMax
        bulk.labelSets = portfolio.newLabelSetCount
        bulk.parts = work.parts.count
        bulk.results = resultCount
        return bulk
    }
}
