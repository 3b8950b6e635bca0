internal import Domain
internal import Ground

/// A signed change of what is out under a line: see `Exposure`, which names the line too.
struct ExposureChange {
    var measure: PortfolioMeasure
    var labels: LabelSetID
    var amountMinor: Int64
    var count: Int64
    var flowMinor: Int64
    var flowCount: Int64
    var placedSeconds: UInt32

    init(
        _ measure: PortfolioMeasure, _ labels: LabelSetID, amountMinor: Int64, count: Int64 = 0,
        flowMinor: Int64 = 0, flowCount: Int64 = 0, placedSeconds: UInt32 = 0
    ) {
        self.measure = measure
        self.labels = labels
        self.amountMinor = amountMinor
        self.count = count
        self.flowMinor = flowMinor
        self.flowCount = flowCount
        self.placedSeconds = placedSeconds
    }

    /// Something that is out now, as a scan sees it: what of it was taken in its day is what is
    /// still out.
    init(
        out measure: PortfolioMeasure, _ labels: LabelSetID, _ amountMinor: Int64,
        placedSeconds: UInt32
    ) {
        self.init(
            measure, labels, amountMinor: amountMinor, count: 1, flowMinor: amountMinor,
            flowCount: 1, placedSeconds: placedSeconds)
    }

    /// The same taken away.
    var negated: ExposureChange {
        ExposureChange(
            measure, labels, amountMinor: -amountMinor, count: -count, flowMinor: -flowMinor,
            flowCount: -flowCount, placedSeconds: placedSeconds)
    }
}

/// Where the ledger tells the portfolio's limits what moves. A tenant without limits pays nothing.
extension Ledger {
    /// Whether the tenant of the record has limits.
    var countsExposure: Bool { portfolio.hasLimits(work.stamp.tenant) }

    /// Takes a change to all limits that it matches, or to none: one of them may refuse.
    mutating func expose(
        _ change: ExposureChange, of line: LineImage, _ slot: Int
    ) -> LedgerOutcome {
        guard countsExposure else { return .done }
        let exposure = exposure(change, of: line, slot, group: group(of: line))
        return portfolio.change(exposure, mayRefuse: true, stamp: work.stamp)
    }

    /// Takes a change that no limit can refuse.
    mutating func exposeUnrefused(_ change: ExposureChange, of line: LineImage, _ slot: Int) {
        guard countsExposure else { return }
        let exposure = exposure(change, of: line, slot, group: group(of: line))
        let outcome = portfolio.change(exposure, mayRefuse: false, stamp: work.stamp)
        precondition(outcome == .done, "nobody may refuse this")
    }

    private func group(of line: LineImage) -> UInt64 {
        subject(line.tenant, line.subject)?.group ?? 0
    }

    private func exposure(
        _ change: ExposureChange, of line: LineImage, _ slot: Int, group: UInt64
    ) -> Exposure {
        Exposure(
            tenant: line.tenant, subject: line.subject, group: group, product: line.product,
            labels: change.labels, currency: line.currency, measure: change.measure,
            position: UInt64(slot), amountMinor: change.amountMinor, count: change.count,
            flowMinor: change.flowMinor, flowCount: change.flowCount,
            placedSeconds: change.placedSeconds)
    }

    /// Everything that is out under a line: its open holds, its drawings, and what it grants.
    /// With `onlyOpenFlows` only holds are in the counters of days and months.
    private func out(
        of line: LineImage, _ slot: Int, onlyOpenFlows: Bool = false
    ) -> [ExposureChange] {
        var out = (rows.openHolds(line: slot) ?? []).map { place in
            let hold = rows.holds.image(place)
            var held = ExposureChange(
                out: .used, hold.labels, hold.heldMinor, placedSeconds: hold.placedSeconds)
            // Its first drawing has the place in the count that it took, and it gives none back.
            if hold.committedMinor > 0 { held.flowCount = 0 }
            return held
        }
        let holdCount = out.count
        for place in drawingSlots(slot) {
            let drawing = book.drawings[place].image
            out.append(
                ExposureChange(
                    out: .used, drawing.labels, drawing.principalMinor,
                    placedSeconds: drawing.placedSeconds))
        }
        if line.status == .open {
            out.append(
                ExposureChange(
                    out: .granted, line.labels, line.grantedMinor,
                    placedSeconds: UInt32(clamping: line.openedAtMicros / 1_000_000)))
        }
        if onlyOpenFlows {
            for place in holdCount..<out.count {
                out[place].flowMinor = 0
                out[place].flowCount = 0
            }
        }
        return out
    }

    /// The same, as the portfolio takes it.
    func exposures(of line: LineImage, _ slot: Int) -> [Exposure] {
        let group = group(of: line)
        return out(of: line, slot).map { exposure($0, of: line, slot, group: group) }
    }

    /// A line's subject changed its group: what is out moves from the old group's counters to the
    /// new one's.
    ///
    /// Of a day or month moves what can still be given back to it, so that it is given back where
    /// it then stands: open holds. What was drawn or granted in a day stays with the group that
    /// the subject was in: no row says how much of it a counter took, and none gives it back.
    mutating func moveGroup(_ slot: Int, from old: UInt64, to new: UInt64) {
        let line = rows.lines.image(slot)
        for change in out(of: line, slot, onlyOpenFlows: true) {
            let moves = [
                exposure(change.negated, of: line, slot, group: old),
                exposure(change, of: line, slot, group: new),
            ]
            let outcome = portfolio.change(moves, mayRefuse: false, stamp: work.stamp)
            precondition(outcome == .done, "nobody may refuse this")
        }
    }

    // MARK: Labels

    /// The set of labels that a transaction carries: those of the subject's last decision, and what
    /// the caller adds to them; nil when there are too many.
    mutating func labels(_ given: [Label], of subject: SubjectImage?) -> LabelSetID? {
        let decided = subject?.labels ?? .none
        if given.isEmpty { return decided }
        var labels = portfolio.labels.labels(of: decided)
        for label in given where !labels.contains(where: { $0.dimension == label.dimension }) {
            labels.append(label)
        }
        return intern(labels)
    }

    /// The number of a set of labels; nil when it has too many, or the tenant too many sets.
    mutating func intern(_ labels: [Label]) -> LabelSetID? {
        guard labels.count <= LabelSetImage.countMax else { return nil }
        return portfolio.labels.intern(work.stamp.tenant, labels.sorted())
    }
}
