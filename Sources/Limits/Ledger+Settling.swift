internal import Domain
internal import Ground

extension Ledger {
    /// Gathers the images of every row that the record touched, and sets or calls off times.
    mutating func settle(results: [OperationResult]) -> LedgerResult {
        var result = LedgerResult(outcome: .done)
        result.effects.unallocatedMinor = work.unallocatedMinor
        result.effects.lines.reserveCapacity(work.lines.count)
        for place in work.lines.indices {
            if place % Self.warmCountMax == 0 { warmTouched(from: place) }
            result.effects.lines.append(rows.lines.image(Int(work.lines[place].slot)))
            if place == 0 {
                result.previousOfLine = work.lines[place].previousSequence
            } else {
                result.previousOfOtherLines.append(work.lines[place].previousSequence)
            }
        }
        if !work.holds.isEmpty { settleHolds(&result.effects) }
        if !work.drawings.isEmpty { settleDrawings(&result.effects) }
        if !work.times.isEmpty { settleTimes() }
        settleRare(results, &result)
        return result
    }

    private mutating func settleHolds(_ effects: inout LedgerEffects) {
        effects.holds.reserveCapacity(work.holds.count)
        for place in work.holds.indices {
            let slot = Int(work.holds[place])
            let hold = rows.holds.image(slot)
            effects.holds.append(hold)
            // Also when it waits already: its time may have changed.
            wheel.remove(slot)
            if hold.state == .held {
                wheel.insert(
                    slot, dueMicros: hold.expiresAtMicros, nowMicros: work.stamp.timeMicros)
            }
        }
        keepEnded()
    }

    /// Queues the holds that the record ended and lets the oldest ended ones go.
    private mutating func keepEnded() {
        if work.endings.count > 1 {
            // By id, so that a restored ledger, which sorts, queues them in the same order.
            work.endings.sort { left, right in
                let first = rows.holds[Int(left), \.image.id].rawValue
                return first < rows.holds[Int(right), \.image.id].rawValue
            }
        }
        for slot in work.endings { ended.append(slot) }
        while ended.count > endedHoldCountMax { forget(Int(ended.removeFirst())) }
    }

    /// Takes an ended hold away for good.
    func forget(_ slot: Int) {
        rows.unlinkFromLine(slot, line: lineSlot(of: rows.holds.image(slot)))
        rows.holds.stripe(slot).forget(slot &>> 6)
    }

    /// Drawings of which nothing is left leave; their last image says so.
    private mutating func settleDrawings(_ effects: inout LedgerEffects) {
        effects.drawings.reserveCapacity(work.drawings.count)
        for slot in work.drawings.map(Int.init) {
            let drawing = book.drawings[slot].image
            effects.drawings.append(drawing)
            if drawing.principalMinor == 0 { book.drawings.remove(slot) }
        }
    }

    private mutating func settleTimes() {
        let order = WaitingTimes.Order(rows: rows)
        for key in work.times {
            if key & WaitingTimes.subjectMark == 0 {
                let line = rows.lines.image(Int(key))
                waiting.set(key, line.nextTimeMicros, order)
            } else {
                let subject = rows.subjects.image(Int(key & ~WaitingTimes.subjectMark))
                waiting.set(key, subject.nextTimeMicros, order)
            }
        }
    }

    private mutating func settleRare(
        _ results: [OperationResult], _ result: inout LedgerResult
    ) {
        let isUsual =
            results.isEmpty && work.parts.isEmpty && work.subjects.isEmpty
            && work.reversals.isEmpty && !portfolio.hasChanges
        if isUsual { return }
        var rare = RareEffects()
        rare.results = results
        rare.parts = work.parts
        rare.subjects = work.subjects.map { rows.subjects.image(Int($0)) }
        rare.reversals = work.reversals.map { book.reversals[Int($0)] }
        result.previousOfCells = portfolio.finish(work.stamp, into: &rare)
        result.effects.rare = rare
    }
}

extension SubjectImage {
    /// The next time at which a block ends; nil when none does.
    var nextTimeMicros: Int64? {
        blocks.map(\.untilMicros).min().flatMap { $0 == .max ? nil : $0 }
    }
}

extension Portfolio {
    /// Whether the record in hand made or changed anything, or forgotten counters wait.
    fileprivate var hasChanges: Bool {
        !touched.isEmpty || labels.count > labelCountAtRecord || !touchedLimits.isEmpty
            || !touchedRates.isEmpty || !garbage.isEmpty
    }
}
