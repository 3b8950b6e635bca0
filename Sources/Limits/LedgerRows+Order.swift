internal import Domain

/// Slots of lines, a bit for each: what is to be put in order, each once.
struct SlotSet: Sendable {
    private var words: [UInt64]

    /// Empty, for slots below `slotCount`.
    init(slotCount: Int) { words = [UInt64](repeating: 0, count: (slotCount + 63) / 64) }

    func contains(_ slot: Int) -> Bool { words[slot &>> 6] &>> UInt64(slot & 63) & 1 == 1 }

    mutating func insert(_ slot: Int) { words[slot &>> 6] |= 1 &<< UInt64(slot & 63) }

    /// Each slot, in ascending order.
    func forEach(_ body: (Int) -> Void) {
        for (place, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                body(place &<< 6 | rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }
}

/// Lists that are newest first after a restore too.
///
/// Records hang lines and holds in newest first, because ids are the tenant's numbers, which only
/// rise; and what readers promise stands on it: a page goes on below the id that the last one ended
/// with. A restore meets rows in the order of a checkpoint's slots, which is none of ids. Whoever
/// hangs a row in before one with a higher id notes the list, and each list that was noted is
/// sorted once, at the end. Most lines have one hold, most subjects one line: they cost nothing.
///
/// Complexity: O(n log n) for a list of n. Thread: the sequencer's, while nobody reads.
extension LedgerRows {
    /// A member of a list: its id, and its global slot.
    typealias Member = (number: UInt64, slot: UInt32)

    /// True when a hold would come before one that is younger than itself.
    @inline(__always)
    func isBehindNewest(hold slot: Int, line: Int) -> Bool {
        let first = lines[line, \.firstHold]
        guard first != Link.none else { return false }
        return holds[Int(first), \.image.id].rawValue > holds[slot, \.image.id].rawValue
    }

    /// True when a line, the head of its subject's list, comes before one that is younger.
    @inline(__always)
    func isBehindNext(line slot: Int) -> Bool {
        let next = lines[slot, \.nextOfSubject]
        guard next != Link.none else { return false }
        return lines[Int(next), \.image.id].rawValue > lines[slot, \.image.id].rawValue
    }

    /// Puts the holds of some lines in order, newest first.
    func orderHolds(of lineSlots: SlotSet) {
        var members: [Member] = []
        lineSlots.forEach { line in
            members.removeAll(keepingCapacity: true)
            var next = lines[line, \.firstHold]
            while next != Link.none {
                members.append((holds[Int(next), \.image.id].rawValue, next))
                next = holds[Int(next), \.nextOfLine]
            }
            members.sort { $0.number < $1.number }
            lines[line, \.firstHold] = Link.none
            for member in members { link(Int(member.slot), line: line) }
        }
    }

    /// Puts the lines of those subjects in order, newest first, to which some lines belong.
    func orderLines(besides slots: [UInt32]) {
        guard !slots.isEmpty else { return }
        // The newest lines of the subjects that are done.
        var done = SlotSet(slotCount: lines.slotCount)
        var members: [Member] = []
        for slot in slots {
            let key = LineRow.subjectKey(lines[Int(slot), \.image])
            guard let newest = newestLine(key), !done.contains(newest) else { continue }
            members.removeAll(keepingCapacity: true)
            var next = UInt32(truncatingIfNeeded: newest)
            while next != Link.none {
                members.append((lines[Int(next), \.image.id].rawValue, next))
                next = lines[Int(next), \.nextOfSubject]
            }
            members.sort { $0.number < $1.number }
            relinkToSubject(key, newest: newest, oldestFirst: members)
            done.insert(Int(members[members.count - 1].slot))
        }
    }
}
