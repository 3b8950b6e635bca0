public import Domain
internal import Ground

extension Ledger {
    /// Begins a rebuild from images; `apply` is forbidden until `finishRestoring`.
    public mutating func beginRestoring() {
        precondition(rows.lines.slotCount == 0 && rows.holds.slotCount == 0, "an empty ledger")
        endedWhileRestoring = 0
        portfolio.beginRestoring()
    }

    /// Makes room for what a checkpoint is going to bring, at most so many rows. Nearly every line
    /// has a subject of its own.
    public func reserve(lineCount: Int, holdCount: Int) {
        rows.lines.reserve(lineCount)
        rows.holds.reserve(holdCount)
        for part in rows.subjectLines {
            part.lock.withLock { part.index.reserve(lineCount / rows.subjectLines.count) }
        }
    }

    /// Writes a block of lines back. Where each will be entered is asked for first, all together:
    /// such misses overlap.
    public mutating func restore(_ images: [LineImage]) {
        for image in images {
            rows.lines.prefetchHome(LineRow.key(image).mixed)
            rows.prefetchSubjectHome(LineRow.subjectKey(image).mixed)
        }
        for image in images { restore(image) }
    }

    /// Writes a block of holds back, likewise.
    public mutating func restore(_ images: [HoldImage]) {
        for image in images { rows.holds.prefetchHome(HoldRow.key(image).mixed) }
        for image in images { restore(image) }
    }

    /// Writes a line back as a checkpoint or record has it, unless a newer state is there.
    public mutating func restore(_ image: LineImage) {
        precondition(endedWhileRestoring != nil, "restoring was not begun")
        Self.check(image)
        blockCountMax = max(blockCountMax, image.details?.blocks.count ?? 0)
        guard let slot = rows.lines.slot(LineRow.key(image)) else {
            let slot = rows.lines.restore(LineRow(image))
            rows.linkToSubject(slot)
            if rows.isBehindNext(line: slot) {
                linesBehindYounger.append(UInt32(truncatingIfNeeded: slot))
            }
            return
        }
        guard image.lastSequence > rows.lines[slot, \.image.lastSequence] else { return }
        rows.lines.stripe(slot).restore(image, at: slot &>> 6)
    }

    /// Writes a hold back as a checkpoint or record has it, unless a newer state is there.
    public mutating func restore(_ image: HoldImage) {
        guard let endedCount = endedWhileRestoring else {
            preconditionFailure("restoring was not begun")
        }
        var endings = image.state == .held ? 0 : 1
        if let slot = rows.holds.slot(HoldRow.key(image)) {
            let before = rows.holds.image(slot)
            guard image.lastSequence > before.lastSequence else { return }
            if before.state != .held { endings -= 1 }
            rows.holds.stripe(slot).restore(image, at: slot &>> 6)
        } else {
            _ = rows.holds.restore(HoldRow(image))
        }
        endedWhileRestoring = endedCount + endings
        // Whatever has as many younger ended holds above it is out for good; twice the bound keeps
        // the sorting rare.
        if endedCount + endings > 2 * endedHoldCountMax {
            endedWhileRestoring = keepYoungestEnded().count
        }
    }

    /// Writes a drawing back, also one of which nothing is left, unless a newer state is there.
    public mutating func restore(_ image: DrawingImage) {
        guard let slot = book.drawings.slot(RowKey(image.tenant, image.id)) else {
            _ = book.drawings.insert(DrawingRow(image))
            return
        }
        if image.lastSequence > book.drawings[slot].image.lastSequence {
            book.drawings[slot].image = image
        }
    }

    /// Writes back how much of an entry was taken back.
    public mutating func restore(_ image: ReversalImage) {
        guard let slot = book.reversals.slot(image.key) else {
            _ = book.reversals.insert(image)
            return
        }
        if image.lastSequence > book.reversals[slot].lastSequence { book.reversals[slot] = image }
    }

    /// Writes back what is known of a subject.
    public mutating func restore(_ image: SubjectImage) {
        rows.noteBlocks(of: image)
        guard let slot = rows.subjects.slot(SubjectRow.key(image)) else {
            _ = rows.subjects.restore(SubjectRow(image))
            subjectCount += 1
            return
        }
        guard image.lastSequence > rows.subjects[slot, \.image.lastSequence] else {
            return
        }
        rows.subjects.stripe(slot).restore(image, at: slot &>> 6)
    }

    /// Ends a rebuild: drops the ended holds beyond the bound and the drawings of which nothing is
    /// left, hangs holds and drawings into their lists and the wheel, and puts lists in order.
    public mutating func finishRestoring() {
        portfolio.finishRestoring()
        rows.orderLines(besides: linesBehindYounger)
        linesBehindYounger = []
        for slot in keepYoungestEnded() { ended.append(UInt32(truncatingIfNeeded: slot)) }
        linkHolds()
        linkDrawings()
        let order = WaitingTimes.Order(rows: rows)
        for slot in 0..<rows.lines.slotCount where rows.lines.holdsRow(slot) {
            guard rows.lines[slot, \.image.details] != nil else { continue }
            let times = rows.lines.image(slot).nextTimeMicros
            waiting.set(UInt32(truncatingIfNeeded: slot), times, order)
        }
        for slot in 0..<rows.subjects.slotCount where rows.subjects.holdsRow(slot) {
            let key = UInt32(truncatingIfNeeded: slot) | WaitingTimes.subjectMark
            waiting.set(key, rows.subjects.image(slot).nextTimeMicros, order)
        }
        endedWhileRestoring = nil
    }

    /// Hangs drawings into the lists of their lines, oldest first: each goes to the end then, where
    /// in the order of slots, which are used again, it may have to be walked far from there.
    private func linkDrawings() {
        var live: [(number: UInt64, slot: Int)] = []
        var isAscending = true
        for slot in 0..<book.drawings.slotCount where !book.drawings[slot].isVacant {
            guard book.drawings[slot].image.principalMinor > 0 else {
                book.drawings.remove(slot)
                continue
            }
            let number = book.drawings[slot].image.id
            if let last = live.last, last.number > number { isAscending = false }
            live.append((number, slot))
        }
        if !isAscending { live.sort { $0.number < $1.number } }
        for (_, slot) in live {
            let image = book.drawings[slot].image
            guard let line = rows.lines.slot(RowKey(image.tenant, image.line.rawValue)) else {
                preconditionFailure("a drawing's line is always there")
            }
            linkDrawing(slot, line: line)
        }
    }

    private mutating func linkHolds() {
        var latestSeconds: UInt32 = 0
        for slot in 0..<rows.holds.slotCount where rows.holds.holdsRow(slot) {
            latestSeconds = max(latestSeconds, rows.holds[slot, \.image.placedSeconds])
        }
        // The wheel begins when the newest hold was placed: nothing later was seen.
        let now = Int64(latestSeconds) * 1_000_000
        wheel.begin(atMicros: now)
        var window: [Int] = []
        var unordered = SlotSet(slotCount: rows.lines.slotCount)
        for slot in 0..<rows.holds.slotCount where rows.holds.holdsRow(slot) {
            guard rows.holds[slot, \.image.state] == .held else { continue }
            window.append(slot)
            guard window.count == Self.warmCountMax else { continue }
            linkHolds(window, now, &unordered)
            window.removeAll(keepingCapacity: true)
        }
        linkHolds(window, now, &unordered)
        rows.orderHolds(of: unordered)
    }

    /// Hangs some holds into the lists of their lines, which are looked for together; notes the
    /// lines whose lists are not newest first by that.
    private mutating func linkHolds(
        _ slots: [Int], _ nowMicros: Int64, _ unordered: inout SlotSet
    ) {
        work.warmLines.removeAll(keepingCapacity: true)
        for slot in slots {
            let line = HoldRow.lineKey(rows.holds[slot, \.image]).mixed
            rows.lines.prefetchHome(line)
            work.warmLines.append(line)
        }
        warmLines()
        for slot in slots {
            let line = lineSlot(of: rows.holds.image(slot))
            if rows.isBehindNewest(hold: slot, line: line) { unordered.insert(line) }
            rows.link(slot, line: line)
            let due = rows.holds[slot, \.image.expiresAtMicros]
            wheel.insert(slot, dueMicros: due, nowMicros: nowMicros)
        }
    }

    /// Removes all ended holds but the most recent ones; says their slots, oldest ending first.
    private mutating func keepYoungestEnded() -> [Int] {
        if endedWhileRestoring == 0 { return [] }
        var found: [(sequence: UInt64, number: UInt64, slot: Int)] = []
        for slot in 0..<rows.holds.slotCount where rows.holds.holdsRow(slot) {
            let hold = rows.holds.image(slot)
            guard hold.state != .held else { continue }
            found.append((hold.lastSequence, hold.id.rawValue, slot))
        }
        found.sort { ($0.sequence, $0.number) < ($1.sequence, $1.number) }
        let surplus = max(0, found.count - endedHoldCountMax)
        for (_, _, slot) in found.prefix(surplus) {
            rows.holds.stripe(slot).forget(slot &>> 6)
        }
        return found.dropFirst(surplus).map(\.slot)
    }
}
