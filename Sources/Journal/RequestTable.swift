internal import Domain
internal import Ground

/// One remembered request. 16 bytes.
struct RequestEntry: Sendable, Equatable {
    /// 64 bits of the request's key with the tenant mixed in.
    let tag: UInt64
    /// The record's sequence; the top bit says that the id states no time.
    let bits: UInt64

    private static let untimedBit: UInt64 = 1 << 63

    init(tag: UInt64, sequence: UInt64, statesTime: Bool) {
        precondition(sequence < Self.untimedBit, "a sequence has 63 bits")
        self.tag = tag
        bits = statesTime ? sequence : sequence | Self.untimedBit
    }

    /// As it was saved.
    init(tag: UInt64, bits: UInt64) {
        self.tag = tag
        self.bits = bits
    }

    var sequence: UInt64 { bits & ~Self.untimedBit }
    var statesTime: Bool { bits & Self.untimedBit == 0 }

    /// A bijection of the key's low half per tenant, well mixed: two keys of one tenant meet only
    /// if their hashes do, and no order of keys crowds the table.
    static func tag(_ key: Hash128, tenant: TenantID) -> UInt64 {
        var mixed = key.low ^ UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed &>> 32) &* 0xd6e8_feb8_6659_fd93
        mixed = (mixed ^ mixed &>> 32) &* 0xd6e8_feb8_6659_fd93
        return mixed ^ mixed &>> 32
    }
}

/// The youngest requests, in memory: what was recorded under which tag.
///
///     pages   [ page | page | ... ]   4,096 entries of 16 bytes each, oldest first; every request
///                                     has a number, from 0 since the journal was made
///     index   from a tag to an entry's number: see `RequestIndex`
///
/// A new request costs one cache miss, and `touch` takes that for several at once. 22 to 28 bytes
/// a request, 22.7 at 20 million: 454 MB.
///
/// Older ones leave memory page by page: a page is **offered** when memory is nearly full,
/// **archived** once `RequestRuns` has it in the store, and only then **forgotten**, 32 entries
/// with every sixteenth request, so that nobody waits for a whole page. What is archived says how
/// young an id may be to be found on disk; younger ones need no look. A page is older than the
/// journal's end by millions of requests; still it is offered only when all its records are
/// durable. Complexity: O(1). Thread: the sequencer.
struct RequestTable: Sendable {
    struct Page: Sendable {
        var entries = ContiguousArray<RequestEntry>()
        /// The youngest time that an id of the page states.
        var newestStatedMicros = Int64.min
        /// Some id of the page states no time.
        var hasUntimed = false
    }
    /// From which request on requests were recorded on a day.
    struct Day: Sendable, Equatable {
        /// Days since 1970.
        var day: Int
        var firstNumber: Int
    }
    /// Requests above the limit that wait for the store. Reason: some seconds of the fastest
    /// stream; more means that the store does not follow, and new requests must wait.
    static let waitingCountMax = 1 << 20
    /// Entries forgotten at once, at most, with every sixteenth new one. Reason: their lines are
    /// fetched together, and memory shrinks again after the store had to catch up.
    private static let forgottenAtOnce = 32
    private static let forgetsEvery = 16

    let countMax: Int
    /// Entries of a page as a power of two: 4,096, less where the limit is small.
    let pageShift: Int
    private(set) var pages: ContiguousArray<Page> = []
    private(set) var days: [Day] = []
    /// Number of the oldest entry in memory, and of the next one to come.
    private(set) var startNumber = 0
    private(set) var endNumber = 0
    /// Entries below this number are in the store.
    private(set) var archivedEnd = 0
    /// An id that states a later time is not among the forgotten ones.
    private(set) var forgottenNewestMicros = Int64.min
    /// Some forgotten id states no time.
    private(set) var forgotUntimed = false
    /// A sum over every request ever: what a replay must come to as well.
    private(set) var digest: UInt64 = 0
    private var firstPage = 0
    private var index = RequestIndex()
    /// What `touch` read, so that it is read.
    private var touched: UInt32 = 0

    init(countMax: Int) {
        precondition(
            (1...JournalConfiguration.requestCountLimit).contains(countMax), "at most 20 million")
        self.countMax = countMax
        pageShift = min(12, max(0, countMax.bitWidth - 3 - countMax.leadingZeroBitCount))
    }

    var count: Int { endNumber - startNumber }
    var pageSize: Int { 1 << pageShift }
    /// Pages that are in memory, whole or in part, by their numbers.
    var pageNumbers: Range<Int> { firstPage..<firstPage + pages.count }
    /// The store does not follow: no further request can be remembered.
    var isFull: Bool { count >= countMax + Self.waitingCountMax }

    func page(_ number: Int) -> Page { pages[number - firstPage] }

    private func entry(_ number: Int) -> RequestEntry {
        pages[number &>> pageShift &- firstPage].entries[number & (pageSize &- 1)]
    }

    /// What is remembered in memory under a tag: the sequence of its record.
    func find(_ tag: UInt64) -> UInt64? {
        let found = index.find(tag) { entry(Self.number($0, from: startNumber)).tag == tag }
        return found.map { entry(Self.number($0, from: startNumber)).sequence }
    }

    /// Fetches what a search for each of these tags will read: some 10 ns each instead of a cache
    /// miss each later.
    mutating func touch(_ tags: some Sequence<UInt64>) {
        var sum: UInt32 = 0
        for tag in tags { sum &+= index.touch(tag) }
        touched = sum
    }

    /// Remembers a request that is not there, younger than all others, recorded on a day.
    mutating func insert(_ entry: RequestEntry, statedMicros: Int64?, day: Int) {
        precondition(!isFull, "the caller asks first")
        if days.last?.day ?? .min < day { days.append(Day(day: day, firstNumber: endNumber)) }
        if endNumber & (pageSize - 1) == 0 {
            var page = Page()
            page.entries.reserveCapacity(pageSize)
            pages.append(page)
        }
        let last = pages.count - 1
        if let statedMicros {
            pages[last].newestStatedMicros = max(pages[last].newestStatedMicros, statedMicros)
        } else {
            pages[last].hasUntimed = true
        }
        pages[last].entries.append(entry)
        digest &+= Self.share(entry)
        enter(endNumber, tag: entry.tag)
        endNumber += 1
        if count > countMax, endNumber % Self.forgetsEvery == 0 { forgetSome() }
    }

    /// An entry's share of the digest.
    private static func share(_ entry: RequestEntry) -> UInt64 {
        (entry.tag ^ entry.sequence &* 0x9e37_79b9_7f4a_7c15) &* 0xd6e8_feb8_6659_fd93
    }

    /// At most 21 million numbers are live at a time, so their low bits say which one is meant.
    @inline(__always)
    private static func number(_ bits: UInt32, from start: Int) -> Int {
        let distance = (bits &- UInt32(truncatingIfNeeded: start)) & RequestIndex.numberMask
        return start &+ Int(distance)
    }

    private static func bits(_ number: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: number) & RequestIndex.numberMask
    }

    private mutating func enter(_ number: Int, tag: UInt64) {
        if index.needsRoom(tag) {
            // A copy of the list of pages, so that it is read while the index changes.
            let table = (pages: pages, first: firstPage, start: startNumber, shift: pageShift)
            index.grow(tag) { bits in
                let number = Self.number(bits, from: table.start)
                return table.pages[number &>> table.shift &- table.first]
                    .entries[number & ((1 &<< table.shift) &- 1)].tag
            }
        }
        index.insert(tag, number: Self.bits(number))
    }
}

extension RequestTable {
    /// A page on its way to the store, with the days on which its requests were recorded.
    struct Offer: Sendable {
        var page: Page
        var days: [Day]
        /// Numbers of its entries.
        var numbers: Range<Int>
    }

    /// The next page that should go to the store: memory is full up to two pages, and all its
    /// records are durable.
    func offer(durableSequence: UInt64) -> Offer? {
        let end = archivedEnd + pageSize
        guard end <= endNumber, endNumber - archivedEnd > countMax - 2 * pageSize else {
            return nil
        }
        let page = page(archivedEnd >> pageShift)
        guard let last = page.entries.last, last.sequence <= durableSequence else { return nil }
        let first = days.lastIndex { $0.firstNumber <= archivedEnd } ?? 0
        return Offer(
            page: page, days: days[first...].filter { $0.firstNumber < end },
            numbers: archivedEnd..<end)
    }

    /// The store has what was offered.
    mutating func archived(_ offer: Offer) {
        precondition(offer.numbers.lowerBound == archivedEnd, "pages are archived in order")
        archivedEnd = offer.numbers.upperBound
    }

    private mutating func forgetSome() {
        let end = min(archivedEnd, endNumber - countMax, startNumber + Self.forgottenAtOnce)
        guard startNumber < end else { return }
        touch((startNumber..<end).map { entry($0).tag })
        for number in startNumber..<end {
            index.remove(entry(number).tag, number: Self.bits(number))
            forgottenNewestMicros = max(forgottenNewestMicros, pages[0].newestStatedMicros)
            forgotUntimed = forgotUntimed || pages[0].hasUntimed
            startNumber += 1
            if startNumber & (pageSize - 1) == 0 {
                pages.removeFirst()
                firstPage += 1
            }
        }
        while days.count > 1, days[1].firstNumber <= startNumber { days.removeFirst() }
    }
}

extension RequestTable {
    /// What a checkpoint says about the table besides its pages.
    struct Mark: Sendable, Equatable {
        var pageShift: Int
        var startNumber: Int
        var endNumber: Int
        var archivedEnd: Int
        var forgottenNewestMicros: Int64
        var forgotUntimed: Bool
        var digest: UInt64
        var days: [Day]
    }

    var mark: Mark {
        Mark(
            pageShift: pageShift, startNumber: startNumber, endNumber: endNumber,
            archivedEnd: archivedEnd, forgottenNewestMicros: forgottenNewestMicros,
            forgotUntimed: forgotUntimed, digest: digest, days: days)
    }

    /// A table as it was: `pages` are all that hold entries from the mark's start to its end, the
    /// first and the last possibly in part.
    ///
    /// When the size of a page has changed with the limit, nothing counts as archived that is
    /// still in memory: it goes to the store once more.
    init(countMax: Int, mark: Mark, pages saved: [Page]) {
        self.init(countMax: countMax)
        forgottenNewestMicros = mark.forgottenNewestMicros
        forgotUntimed = mark.forgotUntimed
        digest = mark.digest
        days = mark.days
        startNumber = mark.startNumber
        endNumber = mark.endNumber
        let isSameSize = mark.pageShift == pageShift
        pages = isSameSize ? ContiguousArray(saved) : []
        firstPage = startNumber >> pageShift
        archivedEnd = isSameSize ? mark.archivedEnd : firstPage << pageShift
        if !isSameSize { cut(saved, ofShift: mark.pageShift) }
        if count > 0 { index.reserve(count) }
        // Fetched together: one after the other the cache misses would be most of a start.
        for start in stride(from: startNumber, to: endNumber, by: RequestMemory.touchCount) {
            let end = min(start + RequestMemory.touchCount, endNumber)
            touch((start..<end).map { entry($0).tag })
            for number in start..<end { enter(number, tag: entry(number).tag) }
        }
    }

    /// Cuts pages of another size into pages of this one. Entries of the first page that were
    /// forgotten before stand as empty ones, which no search meets.
    private mutating func cut(_ saved: [Page], ofShift shift: Int) {
        let oldFirst = (startNumber >> shift) << shift
        let newest = saved.map(\.newestStatedMicros).max() ?? .min
        let hasUntimed = saved.contains { $0.hasUntimed }
        for number in (firstPage << pageShift)..<endNumber {
            if number & (pageSize - 1) == 0 {
                pages.append(Page(newestStatedMicros: newest, hasUntimed: hasUntimed))
            }
            let place = number - oldFirst
            let entry =
                number < startNumber
                ? RequestEntry(tag: 0, sequence: 0, statesTime: true)
                : saved[place >> shift].entries[place & ((1 << shift) - 1)]
            pages[pages.count - 1].entries.append(entry)
        }
    }
}
