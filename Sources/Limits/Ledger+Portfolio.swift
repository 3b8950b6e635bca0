public import Domain
internal import Ground

/// Operations on the portfolio's limits, and the scan of a new one.
extension Ledger {
    /// Positions of lines that one step of a scan looks at. Reason: some 100 us.
    public static let countedLineCount = 512
    /// Holds and drawings behind which a step ends with the line in hand. Reason: some 5 ms, for
    /// which everybody waits; a line that alone has more makes one longer step.
    public static let countedExposureCount = 16_384

    /// The next step of a portfolio limit that is COUNTING; nil when none is.
    public var countingWork: DueWork? {
        portfolio.countingTask.map { task in
            DueWork(
                tenant: task.tenant, subject: .none, operation: .countPortfolioLimit(task.limit),
                recordType: .portfolioCounted)
        }
    }

    /// The next step of a limit that is COUNTING, as a record that fits: with fewer lines where
    /// they carry much. One line that alone carries more than a record takes cannot be counted: the
    /// limit is paused then, and refuses nothing.
    public mutating func countNext(
        _ id: PortfolioLimitID, stamp: LedgerStamp, fits: (LedgerBulk) -> Bool
    ) -> LedgerResult {
        defer { work.countedLineCount = Self.countedLineCount }
        while work.countedLineCount > 0 {
            let result = apply(.one(.countPortfolioLimit(id)), stamp: stamp, fits: fits)
            if result.outcome == .done { return result }
            work.countedLineCount /= 2
        }
        return apply(.one(.pausePortfolioLimit(id, isPaused: true)), stamp: stamp)
    }

    mutating func performOnPortfolio(_ operation: LedgerOperation) -> LedgerStep {
        // What an operation makes has its own number, also within a batch.
        var stamp = work.stamp
        stamp.tenantSequence = work.number
        switch operation {
        case .setPortfolioLimit(let given):
            var limit = given
            limit.tenant = stamp.tenant
            return LedgerStep(outcome: portfolio.setLimit(limit, stamp: stamp))
        case .pausePortfolioLimit(let id, let isPaused):
            return LedgerStep(
                outcome: portfolio.pauseLimit(id, isPaused: isPaused, stamp: stamp))
        case .setExchangeRate(let from, let to, let ratePpb):
            return LedgerStep(
                outcome: portfolio.setRate(from: from, to: to, ratePpb: ratePpb, stamp: stamp))
        case .countPortfolioLimit(let id):
            count(id)
            return LedgerStep(outcome: .done)
        default: preconditionFailure("not about the portfolio")
        }
    }

    /// A step of a scan: it adds the next lines to the counters of a limit, and ends behind the
    /// last one. Lines stand in the order of their slots; one that is opened behind the scan's
    /// place meanwhile is met later, one before it counts as it is opened.
    private mutating func count(_ id: PortfolioLimitID) {
        guard let task = portfolio.countingTask, task.limit == id,
            task.tenant == work.stamp.tenant
        else { preconditionFailure("the sequencer counts the limit that is next") }
        if task.mustRestart {
            portfolio.restartCounting(id, stamp: work.stamp)
            return
        }
        let start = Int(task.position)
        var end = min(start + work.countedLineCount, max(start, rows.lines.slotCount))
        var left = Self.countedExposureCount
        for slot in start..<end where rows.lines.holdsRow(slot) {
            let line = rows.lines.image(slot)
            guard line.tenant == task.tenant else { continue }
            let exposures = exposures(of: line, slot)
            portfolio.count(exposures, into: id, stamp: work.stamp)
            left -= exposures.count
            if left < 0 {
                end = slot + 1
                break
            }
        }
        portfolio.advanceCounting(id, to: UInt64(end), stamp: work.stamp)
        if end >= rows.lines.slotCount { portfolio.finishCounting(id, stamp: work.stamp) }
    }
}

/// Writing the portfolio back.
extension Ledger {
    /// Writes a portfolio limit back, unless a newer version is there.
    public mutating func restore(_ image: PortfolioLimit) { portfolio.restore(image) }

    /// Writes a counter back, unless a newer state is there.
    public mutating func restore(_ image: CellImage) { portfolio.restore(image) }

    /// Writes an exchange rate back, unless a newer one is there.
    public mutating func restore(_ image: ExchangeRate) { portfolio.restore(image) }

    /// Writes a set of labels back.
    public mutating func restore(_ image: LabelSetImage) { portfolio.restore(image) }

    /// Writes everything back that a record which was done left behind.
    public mutating func restore(_ effects: LedgerEffects) {
        for image in effects.lines { restore(image) }
        for image in effects.holds { restore(image) }
        for image in effects.drawings { restore(image) }
        guard !effects.isUsual else { return }
        let rare = effects.rare
        for image in rare.reversals { restore(image) }
        for image in rare.subjects { restore(image) }
        for image in rare.labelSets { restore(image) }
        for image in rare.limits { restore(image) }
        for image in rare.cells { restore(image) }
        for image in rare.rates { restore(image) }
    }
}
