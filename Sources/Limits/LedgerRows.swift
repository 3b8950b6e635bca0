internal import Domain
internal import Ground

/// Every line, hold and known subject of the ledger, once in memory: the sequencer changes them
/// in place, ahead of the disk, and readers on other threads see exactly what is durable.
///
///     64 stripes of lines      rows, index by id, rows in flight, one lock
///     64 stripes of holds      likewise
///     64 stripes of subjects   likewise, few
///     64 parts of an index     subject -> its newest line, one lock each
///
/// A row whose last record is not durable yet is *in flight*: a small table of its stripe keeps
/// what is durable ("nothing" for a row that is new). `publish` replaces or drops that entry when
/// the record is durable, so one row costs one entry however many records are on their way.
///
/// Locks are taken in the order subject, line, hold; the sequencer and the publisher hold each for
/// some 20 ns. Complexity: O(1) for one row. Thread: `publish` is the publisher's; functions whose
/// names begin with `durable` are anyone's; everything else is the sequencer's.
public final class LedgerRows: Sendable {
    let lines = RowStripes<LineRow>()
    let holds = RowStripes<HoldRow>()
    let subjects = RowStripes<SubjectRow>()
    let subjectLines: [SubjectLines]

    /// Starts empty.
    init() { subjectLines = (0..<64).map { _ in SubjectLines() } }

    /// Rows whose last record is not durable: bounded by what the journal takes in flight.
    public var inFlightCount: Int {
        lines.inFlightCount + holds.inFlightCount + subjects.inFlightCount
    }
}

/// One part of the index from subjects to their newest lines.
final class SubjectLines: @unchecked Sendable {
    // Sendable because the sequencer alone changes the index, under the lock, and reads it without;
    // readers read it under the lock.
    let lock = Lock(())
    var index = SlotIndex(partCountLog2: 4)
}

/// The hash of the subject of the line in a slot.
private struct SubjectHashes: SlotHashes {
    let lines: RowStripes<LineRow>

    func mixed(_ slot: Int) -> UInt64 {
        let stripe = lines.stripe(slot)
        return RowKey(stripe.table[slot &>> 6].image.tenant, stripe.table[slot &>> 6].image.subject)
            .mixed
    }
}

extension LedgerRows {
    private func subjectLines(_ mixed: UInt64) -> SubjectLines {
        subjectLines[Int(truncatingIfNeeded: mixed &>> 58)]
    }

    private func owns(_ key: RowKey, _ slot: Int) -> Bool {
        lines.with(slot) { RowKey($0.image.tenant, $0.image.subject) == key }
    }

    /// The newest line of a subject, as a global slot.
    func newestLine(_ key: RowKey) -> Int? {
        let mixed = key.mixed
        return subjectLines(mixed).index.find(mixed) { owns(key, $0) }
    }

    /// Puts a line that was just inserted at the head of its subject's list.
    func linkToSubject(_ slot: Int) {
        let key = lines.with(slot) { RowKey($0.image.tenant, $0.image.subject) }
        let mixed = key.mixed
        let part = subjectLines(mixed)
        let newest = part.index.find(mixed) { owns(key, $0) }
        part.lock.withLock { _ in
            lines.with(slot) { $0.nextOfSubject = newest.map(UInt32.init) ?? Link.none }
            if let newest {
                part.index.replace(mixed, slot: newest, with: slot)
            } else {
                part.index.insert(mixed, slot: slot, hashes: SubjectHashes(lines: lines))
            }
        }
    }

    /// Takes a line, the newest of its subject, off the list again.
    func unlinkFromSubject(_ slot: Int) {
        let key = lines.with(slot) { RowKey($0.image.tenant, $0.image.subject) }
        let mixed = key.mixed
        let part = subjectLines(mixed)
        let next = lines.with(slot) { $0.nextOfSubject }
        part.lock.withLock { _ in
            if next == Link.none {
                part.index.remove(mixed, slot: slot, hashes: SubjectHashes(lines: lines))
            } else {
                part.index.replace(mixed, slot: slot, with: Int(next))
            }
        }
    }

    /// All lines of a subject, newest first, as global slots. Thread: the sequencer.
    func lineSlots(_ key: RowKey) -> [Int] {
        var slots: [Int] = []
        var next = newestLine(key)
        while let slot = next {
            slots.append(slot)
            let link = lines.with(slot) { $0.nextOfSubject }
            next = link == Link.none ? nil : Int(link)
        }
        return slots
    }
}

extension LedgerRows {
    /// Writes a line, and hangs a hold that was just placed on it into its list. `isFirst`: it was
    /// not the record in hand that wrote the line last.
    @inline(__always)
    func write(_ image: LineImage, at line: Int, isFirst: Bool, placing hold: Int?) {
        let stripe = lines.stripe(line)
        stripe.lock.withLock { _ in
            if isFirst { stripe.keep(line &>> 6) }
            stripe.table[line &>> 6].image = image
            if let hold { link(hold, line: line) }
        }
    }

    /// Puts a hold at the head of its line's list. Under the lock of the line's stripe, or while
    /// nobody reads.
    func link(_ slot: Int, line: Int) {
        let first = lines.with(line) { $0.firstHold }
        holds.with(slot) {
            $0.nextOfLine = first
            $0.previousOfLine = Link.none
        }
        if first != Link.none {
            holds.with(Int(first)) { $0.previousOfLine = UInt32(truncatingIfNeeded: slot) }
        }
        lines.with(line) { $0.firstHold = UInt32(truncatingIfNeeded: slot) }
    }

    /// Takes a hold off its line's list, if it is there. Under the lock of the line's stripe.
    func unlink(_ slot: Int, line: Int) {
        let (next, previous) = holds.with(slot) { ($0.nextOfLine, $0.previousOfLine) }
        guard next != Link.out else { return }
        if next != Link.none { holds.with(Int(next)) { $0.previousOfLine = previous } }
        if previous != Link.none {
            holds.with(Int(previous)) { $0.nextOfLine = next }
        } else {
            lines.with(line) { $0.firstHold = next }
        }
        holds.with(slot) {
            $0.nextOfLine = Link.out
            $0.previousOfLine = Link.out
        }
    }

    /// Likewise, taking the lock. Thread: the sequencer, for a hold that is going to leave.
    func unlinkFromLine(_ slot: Int, line: Int) {
        lines.stripe(line).lock.withLock { _ in unlink(slot, line: line) }
    }

    /// The open holds of a line, newest first, as global slots; nil when there are more than
    /// `countMax`. Thread: the sequencer.
    func openHolds(line: Int, countMax: Int = .max) -> [Int]? {
        lines.stripe(line).lock.withLock { _ in
            var slots: [Int] = []
            var next = lines.with(line) { $0.firstHold }
            while next != Link.none {
                if holds.with(Int(next), { $0.image.state }) == .held {
                    if slots.count == countMax { return nil }
                    slots.append(Int(next))
                }
                next = holds.with(Int(next)) { $0.nextOfLine }
            }
            return slots
        }
    }
}
