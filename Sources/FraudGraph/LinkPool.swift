/// One direction of a link as its node keeps it. 12 bytes.
///
///     | target node 32 | relation 7, outgoing 1, event time low 24 | event time high 32 |
struct HalfLink: Equatable {
    var target: UInt32
    var low: UInt32
    var high: UInt32

    init(target: UInt32, relation: RelationKind, isOutgoing: Bool, eventMicros: Int64) {
        let bits = UInt64(bitPattern: eventMicros)
        self.target = target
        low =
            UInt32(truncatingIfNeeded: bits) & 0xff_ffff
            | (UInt32(relation.rawValue) << 1 | (isOutgoing ? 1 : 0)) << 24
        high = UInt32(truncatingIfNeeded: bits >> 24)
    }

    /// A block's first place: the next older block, and how many places it has and uses.
    init(nextBlock: UInt32, capacity: Int) {
        target = nextBlock
        low = UInt32(capacity)
        high = 0
    }

    var isOutgoing: Bool { low >> 24 & 1 == 1 }

    var relation: RelationKind {
        guard let relation = RelationKind(rawValue: UInt8(low >> 25)) else {
            preconditionFailure("a stored relation is a relation")
        }
        return relation
    }

    var eventMicros: Int64 {
        // The top bit of the 56 is the sign.
        let bits = UInt64(high) << 24 | UInt64(low & 0xff_ffff)
        return Int64(bitPattern: bits << 8) >> 8
    }
}

/// Where every node's links lie: blocks that are never moved, from pages that are never moved.
///
///     node -> newest block -> older block -> oldest block
///     block: | header 12 | link 12 | link 12 | ... |   2, 4, 8 ... 4,096 places, header included
///     page:  65,536 places of 12 bytes, and 8 bytes of sequence for each beside them
///
/// Each block of a node is twice as large as the one before, so d links lie in log d blocks and at
/// most half of the newest is unused; adding one never copies. A page is 768 KiB of links; blocks
/// are powers of two and so never straddle pages. A walk reads 12 bytes a link, five to a line;
/// the sequences (knowledge time) are read only by checkpoints.
///
/// Thread: whoever holds the graph's lock.
@safe
final class LinkPool: LinkSource {
    // Safe because places are handed out by `allocate` only, below the pages there are, and
    // every access checks the page.
    static let pagePlaceCount = 65_536
    static let blockPlaceCountMax = 4_096
    static let none: UInt32 = 0

    private(set) var pages: [UnsafeMutablePointer<HalfLink>] = unsafe []
    private var sequencePages: [UnsafeMutablePointer<UInt64>] = unsafe []
    /// The first place not handed out. Place 0 stays unused, so that 0 can be "none".
    private var nextPlace = 2

    deinit {
        for index in 0..<(unsafe pages.count) {
            unsafe pages[index].deallocate()
            unsafe sequencePages[index].deallocate()
        }
    }

    /// Bytes of all pages.
    var byteCount: Int { unsafe pages.count * Self.pagePlaceCount * (12 + 8) }

    @inline(__always)
    func link(at place: UInt32) -> HalfLink {
        unsafe pages[Int(place &>> 16)][Int(place & 0xffff)]
    }

    func sequence(at place: UInt32) -> UInt64 {
        unsafe sequencePages[Int(place >> 16)][Int(place & 0xffff)]
    }

    private func set(_ link: HalfLink, sequence: UInt64, at place: UInt32) {
        unsafe pages[Int(place >> 16)][Int(place & 0xffff)] = link
        unsafe sequencePages[Int(place >> 16)][Int(place & 0xffff)] = sequence
    }

    /// A new block in front of `next`. Its header counts no link yet.
    private func allocate(_ placeCount: Int, before next: UInt32) -> UInt32 {
        var start = (nextPlace + placeCount - 1) / placeCount * placeCount
        if start / Self.pagePlaceCount != (start + placeCount - 1) / Self.pagePlaceCount {
            start = (start / Self.pagePlaceCount + 1) * Self.pagePlaceCount
        }
        precondition(start + placeCount <= 1 << 32, "a tenant's links fit 32-bit places")
        while unsafe start / Self.pagePlaceCount >= pages.count {
            let page = UnsafeMutablePointer<HalfLink>.allocate(capacity: Self.pagePlaceCount)
            unsafe page.initialize(
                repeating: HalfLink(nextBlock: 0, capacity: 0), count: Self.pagePlaceCount)
            unsafe pages.append(page)
            let sequences = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.pagePlaceCount)
            unsafe sequences.initialize(repeating: 0, count: Self.pagePlaceCount)
            unsafe sequencePages.append(sequences)
        }
        nextPlace = start + placeCount
        set(HalfLink(nextBlock: next, capacity: placeCount), sequence: 0, at: UInt32(start))
        return UInt32(start)
    }

    /// Adds a link to the list that starts at `head`; returns the list's new start.
    func append(_ link: HalfLink, sequence: UInt64, to head: UInt32) -> UInt32 {
        var head = head
        if head == Self.none {
            head = allocate(2, before: Self.none)
        } else {
            let header = self.link(at: head)
            if header.high + 1 == header.low {
                let doubled = min(Int(header.low) * 2, Self.blockPlaceCountMax)
                head = allocate(doubled, before: head)
            }
        }
        var header = self.link(at: head)
        header.high += 1
        set(header, sequence: 0, at: head)
        set(link, sequence: sequence, at: head + header.high)
        return head
    }
}

/// A walk over one node's links, newest first. A value: it holds a place and nothing else.
struct LinkCursor {
    private var block: UInt32
    private var left: UInt32

    @inline(__always)
    init(_ head: UInt32, in pool: some LinkSource) {
        block = head
        left = head == LinkPool.none ? 0 : pool.link(at: head).high
    }

    /// The place of the next link; nil at the end.
    @inline(__always)
    mutating func next(in pool: some LinkSource) -> UInt32? {
        while left == 0 {
            guard block != LinkPool.none else { return nil }
            block = pool.link(at: block).target
            guard block != LinkPool.none else { return nil }
            left = pool.link(at: block).high
        }
        defer { left &-= 1 }
        return block &+ left
    }
}
