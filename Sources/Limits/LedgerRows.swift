internal import Domain
internal import Ground
internal import Synchronization

/// Every line, hold and known subject of the ledger, once in memory: the sequencer changes them
/// in place, ahead of the disk, and readers on other threads see exactly what is durable.
///
///     64 stripes of lines      rows, index by id, rows in flight, one lock
///     64 stripes of holds      likewise
///     64 stripes of subjects   likewise, few
///     64 parts of an index     subject -> its newest line, one lock each
///
/// A row whose last record is not durable yet is *in flight*: a small table of its stripe keeps
/// what is durable. `publish` replaces or drops that entry when the record is durable, so one row
/// costs one entry however many records are on their way. A row that is new needs none: its own
/// sequence is later than what its stripe knows to be durable.
///
/// Locks are taken in the order subject, line, hold; the sequencer and the publisher hold each for
/// some 20 ns. Complexity: O(1) for one row. Thread: `publish` is the publisher's; functions whose
/// names begin with `durable` are anyone's; everything else is the sequencer's.
public final class LedgerRows: Sendable {
    let lines = RowStripes<LineRow>()
    let holds = RowStripes<HoldRow>()
    let subjects = RowStripes<SubjectRow>()
    let subjectLines: [SubjectLines]
    /// A bit for each stripe of subjects: set once one of its subjects has had a block, for good.
    ///
    /// Few subjects ever have one, so nearly every reader of a line learns from this one word,
    /// which stays in its cache, that there is nothing to look for. Set with release order before
    /// the image with the block is published, loaded with acquire order: who does not see the bit
    /// reads as before that publishing, and nobody has been told of the block then.
    let blockedStripes = Atomic<UInt64>(0)

    /// Starts empty.
    init() { subjectLines = (0..<64).map { _ in SubjectLines() } }

    /// Rows of which readers see an older state: bounded by what the journal takes in flight.
    public var inFlightCount: Int {
        lines.inFlightCount + holds.inFlightCount + subjects.inFlightCount
    }
}

/// One part of the index from subjects to their newest lines.
final class SubjectLines: @unchecked Sendable {
    // Sendable because the sequencer alone changes the index, under the lock, and reads it without;
    // readers read it under the lock.
    let lock = Gate()
    var index = SlotIndex(partCountLog2: 4)
}

/// The hash of the subject of the line in a slot.
private struct SubjectHashes: SlotHashes {
    let lines: RowStripes<LineRow>

    func mixed(_ slot: Int) -> UInt64 {
        LineRow.subjectKey(lines[slot, \.image]).mixed
    }
}

extension LedgerRows {
    private func subjectLines(_ mixed: UInt64) -> SubjectLines {
        subjectLines[Int(truncatingIfNeeded: mixed &>> 58)]
    }

    private func owns(_ key: RowKey, _ slot: Int) -> Bool {
        LineRow.subjectKey(lines[slot, \.image]) == key
    }

    /// Asks for where the search for a subject begins.
    @inline(__always)
    func prefetchSubjectHome(_ mixed: UInt64) { subjectLines(mixed).index.prefetchHome(mixed) }

    /// The newest line of a subject, as a global slot.
    func newestLine(_ key: RowKey) -> Int? {
        let mixed = key.mixed
        return subjectLines(mixed).index.find(mixed) { owns(key, $0) }
    }

    /// Puts a line that was just inserted at the head of its subject's list.
    func linkToSubject(_ slot: Int) {
        let key = LineRow.subjectKey(lines[slot, \.image])
        let mixed = key.mixed
        let part = subjectLines(mixed)
        let newest = part.index.find(mixed) { owns(key, $0) }
        part.lock.withLock {
            lines[slot, \.nextOfSubject] = newest.map(UInt32.init) ?? Link.none
            if let newest {
                part.index.replace(mixed, slot: newest, with: slot)
            } else {
                part.index.insert(mixed, slot: slot, hashes: SubjectHashes(lines: lines))
            }
        }
    }

    /// Takes a line, the newest of its subject, off the list again.
    func unlinkFromSubject(_ slot: Int) {
        let key = LineRow.subjectKey(lines[slot, \.image])
        let mixed = key.mixed
        let part = subjectLines(mixed)
        let next = lines[slot, \.nextOfSubject]
        part.lock.withLock {
            if next == Link.none {
                part.index.remove(mixed, slot: slot, hashes: SubjectHashes(lines: lines))
            } else {
                part.index.replace(mixed, slot: slot, with: Int(next))
            }
        }
    }

    /// Links all lines of a subject anew, of which `newest` was the head of the list.
    func relinkToSubject(_ key: RowKey, newest: Int, oldestFirst members: [Member]) {
        let mixed = key.mixed
        let part = subjectLines(mixed)
        part.lock.withLock {
            var older = Link.none
            for member in members {
                lines[Int(member.slot), \.nextOfSubject] = older
                older = member.slot
            }
            guard Int(older) != newest else { return }
            part.index.replace(mixed, slot: newest, with: Int(older))
        }
    }

    /// All lines of a subject, newest first, as global slots. Thread: the sequencer.
    func lineSlots(_ key: RowKey) -> [Int] {
        var slots: [Int] = []
        var next = newestLine(key)
        while let slot = next {
            slots.append(slot)
            let link = lines[slot, \.nextOfSubject]
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
        stripe.lock.withLock {
            if isFirst { stripe.keep(line &>> 6, until: image.lastSequence) }
            lines[line, \.image] = image
            if let hold { link(hold, line: line) }
        }
    }

    /// Puts a hold at the head of its line's list. Under the lock of the line's stripe, or while
    /// nobody reads.
    func link(_ slot: Int, line: Int) {
        let first = lines[line, \.firstHold]
        holds[slot, \.nextOfLine] = first
        holds[slot, \.previousOfLine] = Link.none
        if first != Link.none {
            holds[Int(first), \.previousOfLine] = UInt32(truncatingIfNeeded: slot)
        }
        lines[line, \.firstHold] = UInt32(truncatingIfNeeded: slot)
    }

    /// Takes a hold off its line's list, if it is there. Under the lock of the line's stripe.
    func unlink(_ slot: Int, line: Int) {
        let (next, previous) = (holds[slot, \.nextOfLine], holds[slot, \.previousOfLine])
        guard next != Link.out else { return }
        if next != Link.none { holds[Int(next), \.previousOfLine] = previous }
        if previous != Link.none {
            holds[Int(previous), \.nextOfLine] = next
        } else {
            lines[line, \.firstHold] = next
        }
        holds[slot, \.nextOfLine] = Link.out
        holds[slot, \.previousOfLine] = Link.out
    }

    /// Likewise, taking the lock. Thread: the sequencer, for a hold that is going to leave.
    func unlinkFromLine(_ slot: Int, line: Int) {
        lines.stripe(line).lock.withLock { unlink(slot, line: line) }
    }

    /// The open holds of a line, newest first, as global slots; nil when there are more than
    /// `countMax`. Thread: the sequencer.
    func openHolds(line: Int, countMax: Int = .max) -> [Int]? {
        lines.stripe(line).lock.withLock {
            var slots: [Int] = []
            var next = lines[line, \.firstHold]
            while next != Link.none {
                if holds[Int(next), \.image.state] == .held {
                    if slots.count == countMax { return nil }
                    slots.append(Int(next))
                }
                next = holds[Int(next), \.nextOfLine]
            }
            return slots
        }
    }
}
