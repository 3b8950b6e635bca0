/// Where in memory the requests stand: from a tag to the low bits of an entry's number.
///
///     part   4,096 of them, by the tag's top bits, each grown by itself
///     line   64 bytes, one cache line: 15 words, and how many words passed this full line
///     word   7 bits of the tag, never 0, and 25 bits of the entry's number; 0 is a free place
///
/// A request that is not there costs one line; it visits an entry where seven bits agree, one time
/// in thirteen. A word that finds its line full goes to the next one that is not, and every line
/// it passes counts it, so that a search knows where to stop; taking a word away needs no other
/// entry. At most 11/16 of the words are used, so 3 lines in 100 are full. A part grows to twice
/// its lines by itself, some 200 us at most. 5.8 to 11.6 bytes a request, 6.7 at 20 million.
/// Complexity: O(1). Thread: the sequencer.
/// Source: Bronson and Shi, "Open-sourcing F14" (2019), for the counts of passing words.
struct RequestIndex: Sendable {
    /// Numbers that differ by this much look alike: more than there are at a time.
    static let numberBits: UInt32 = 25
    static let numberMask: UInt32 = 1 << numberBits - 1
    private static let wordCount = 15
    private static let partBits: UInt64 = 12

    typealias Line = SIMD16<UInt32>

    private var parts = ContiguousArray(
        repeating: ContiguousArray<Line>(), count: 1 << Int(partBits))
    /// Words of each part.
    private var used = ContiguousArray<Int32>(repeating: 0, count: 1 << Int(partBits))

    @inline(__always)
    private static func part(_ tag: UInt64) -> Int {
        Int(truncatingIfNeeded: tag &>> (64 - partBits))
    }

    /// Seven bits that neither part nor line are chosen by, 1 to 127, where a word has them.
    @inline(__always)
    private static func check(_ tag: UInt64) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: tag &>> 40) & 127
        return (bits == 0 ? 127 : bits) &<< numberBits
    }

    /// The entry's low number bits for which `isIt` is true; nil when there is none.
    @inline(__always)
    func find(_ tag: UInt64, where isIt: (UInt32) -> Bool) -> UInt32? {
        let part = Self.part(tag)
        let mask = parts[part].count &- 1
        guard mask >= 0 else { return nil }
        let check = Line(repeating: Self.check(tag))
        var place = Int(truncatingIfNeeded: tag) & mask
        while true {
            let line = parts[part][place]
            let same = (line & ~Self.numberMask) .== check
            if any(same) {
                for word in 0..<Self.wordCount where same[word] {
                    let number = line[word] & Self.numberMask
                    if isIt(number) { return number }
                }
            }
            if line[Self.wordCount] == 0 { return nil }
            place = (place &+ 1) & mask
        }
    }

    /// Reads the line of a tag, so that it is in the cache when the search comes: lines of several
    /// tags are fetched at one time.
    @inline(__always)
    func touch(_ tag: UInt64) -> UInt32 {
        let part = Self.part(tag)
        let mask = parts[part].count &- 1
        return mask < 0 ? 0 : parts[part][Int(truncatingIfNeeded: tag) & mask][0]
    }

    /// True when the part of a tag must grow before the tag is entered.
    @inline(__always)
    func needsRoom(_ tag: UInt64) -> Bool {
        let part = Self.part(tag)
        return Int(used[part]) >= parts[part].count * Self.wordCount * 11 / 16
    }

    /// Enters an entry that is not there, where there is room.
    mutating func insert(_ tag: UInt64, number: UInt32) {
        let part = Self.part(tag)
        put(part, tag, number)
        used[part] += 1
    }

    @inline(__always)
    private mutating func put(_ part: Int, _ tag: UInt64, _ number: UInt32) {
        let mask = parts[part].count &- 1
        var place = Int(truncatingIfNeeded: tag) & mask
        while true {
            let line = parts[part][place]
            for word in 0..<Self.wordCount where line[word] == 0 {
                parts[part][place][word] = Self.check(tag) | number
                return
            }
            parts[part][place][Self.wordCount] += 1
            place = (place &+ 1) & mask
        }
    }

    /// Gives the part of a tag twice its lines. `tagOf` gives the tag of an entry's low bits.
    mutating func grow(_ tag: UInt64, tagOf: (UInt32) -> UInt64) {
        let part = Self.part(tag)
        let old = parts[part]
        parts[part] = ContiguousArray(repeating: Line(), count: max(1, old.count * 2))
        for line in old {
            for word in 0..<Self.wordCount where line[word] != 0 {
                let number = line[word] & Self.numberMask
                put(part, tagOf(number), number)
            }
        }
    }

    /// Takes an entry away that is there.
    mutating func remove(_ tag: UInt64, number: UInt32) {
        let part = Self.part(tag)
        let mask = parts[part].count &- 1
        let wanted = Self.check(tag) | number
        var place = Int(truncatingIfNeeded: tag) & mask
        used[part] -= 1
        while true {
            let line = parts[part][place]
            for word in 0..<Self.wordCount where line[word] == wanted {
                parts[part][place][word] = 0
                return
            }
            precondition(line[Self.wordCount] > 0, "the entry is there")
            parts[part][place][Self.wordCount] -= 1
            place = (place &+ 1) & mask
        }
    }

    /// Makes room for `count` entries at once.
    mutating func reserve(_ count: Int) {
        let each = count / parts.count * 16 / 11 / Self.wordCount + 1
        let lines = each <= 1 ? 1 : 1 << (Int.bitWidth - (each - 1).leadingZeroBitCount)
        for part in parts.indices where used[part] == 0 {
            parts[part] = ContiguousArray(repeating: Line(), count: lines)
        }
    }
}
