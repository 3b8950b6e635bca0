internal import Domain
internal import Ground

/// What a checkpoint holds of the requests: whole pages under keys of their own, written once and
/// shared by all checkpoints while they are in memory, and one block with the rest.
///
///     requestpage/  shift u8, page u64 (big-endian)  ->  newest stated time i64, untimed u8,
///                                                        count u32, entries 16 each, CRC-32C
///     block         format u16, included sequence u64, saved below (page) u64, the table's mark,
///                   days, quotas, then the pages from there on, each as above
///
/// So a checkpoint costs 16 bytes for each request since the last one, not for each remembered. A
/// page that was saved by a checkpoint which then failed is written again.
enum RequestCheckpoint {
    static let blockName = "requests"
    private static let format: UInt16 = 1
    private static let pagePrefix = Array("requestpage/".utf8)
    /// Pages copied in one visit to the sequencer. Reason: 64 KiB each, some 10 us.
    private static let pagesAtOnce = 4

    /// What of an earlier checkpoint is still good.
    struct Saved: Sendable, Equatable {
        var pageShift: Int
        var below: Int
    }

    /// Saves pages that are whole and not saved yet. Returns below which page all are.
    ///
    /// `onSequencer` runs its body where the sequencer may be read.
    static func savePages(
        after saved: Saved?, store: any Store, onSequencer: ((Sequencer) -> Void) -> Void
    ) throws(StoreError) -> Int {
        var below: Int?
        while true {
            var pages: [(number: Int, page: RequestTable.Page)] = []
            var shift = 0
            onSequencer { sequencer in
                let table = sequencer.requests.table
                shift = table.pageShift
                let numbers = table.pageNumbers
                let isSameSize = saved?.pageShift == shift
                let start = below ?? (isSameSize ? saved?.below ?? 0 : 0)
                let next = max(start, numbers.lowerBound)
                let wholeEnd = table.endNumber >> shift
                for number in next..<max(next, min(wholeEnd, next + pagesAtOnce)) {
                    pages.append((number, table.page(number)))
                }
                below = next + pages.count
            }
            guard !pages.isEmpty else { return below ?? 0 }
            var changes: [StoreChange] = []
            for (number, page) in pages {
                var writer = ByteWriter(capacity: 32 + page.entries.count * 16)
                append(page, to: &writer)
                writer.write(CRC32C.checksum(writer.bytes[...]))
                changes.append(.put(key: pageKey(shift, number), value: writer.bytes))
            }
            try store.write(changes)
        }
    }

    /// Drops saved pages that no checkpoint needs any more; `block` is the newest one's, `earlier`
    /// what was saved before it.
    static func dropPages(
        before block: [UInt8], earlier: Saved?, store: any Store
    ) throws(StoreError) {
        let header: Header
        do throws(ByteReaderError) {
            var reader = ByteReader(block)
            header = try Header(&reader)
        } catch {
            throw StoreError(problem: "requests: \(error)")
        }
        let shift = header.mark.pageShift
        if let earlier, earlier.pageShift != shift {
            try store.deleteAll(prefix: pagePrefix + [UInt8(earlier.pageShift)])
        }
        let first = pageKey(shift, header.mark.startNumber >> shift)
        var stale: [StoreChange] = []
        try store.scan(prefix: pagePrefix + [UInt8(shift)]) { key, _ in
            guard key.lexicographicallyPrecedes(first) else { return false }
            stale.append(.delete(key: key))
            return true
        }
        if !stale.isEmpty { try store.write(stale) }
    }

    /// What is saved besides a checkpoint's block.
    static func saved(_ block: [UInt8]) -> Saved? {
        var reader = ByteReader(block)
        guard let header = try? Header(&reader) else { return nil }
        return Saved(pageShift: header.mark.pageShift, below: header.savedBelow)
    }

    /// The block: everything that is not in pages below `savedBelow`.
    static func block(_ sequencer: Sequencer, savedBelow: Int) -> [UInt8] {
        let table = sequencer.requests.table
        let pages = table.pageNumbers
        let from = max(savedBelow, pages.lowerBound)
        var writer = ByteWriter(capacity: 4_096 + (pages.upperBound - from) * table.pageSize * 16)
        Header(includedSequence: sequencer.lastSequence, savedBelow: from, mark: table.mark)
            .append(to: &writer)
        let quota = sequencer.requests.quota
        writer.write(UInt32(quota.rows.count))
        for row in quota.rows {
            let counts = quota.oldestFirst(row)
            writer.write(row.tenant.rawValue)
            writer.write(row.lastHour)
            writer.write(UInt32(counts.count))
            for count in counts { writer.write(count) }
        }
        for number in from..<pages.upperBound { append(table.page(number), to: &writer) }
        return writer.bytes
    }

    /// The requests of a checkpoint, and the sequence up to which they are complete.
    static func load(
        _ block: [UInt8], store: any Store, configuration: JournalConfiguration
    ) throws(StoreError) -> (requests: RequestMemory, includedSequence: UInt64) {
        do throws(ByteReaderError) {
            var reader = ByteReader(block)
            let header = try Header(&reader)
            var memory = RequestMemory(configuration)
            for _ in 0..<(try reader.read(UInt32.self)) {
                let tenant = TenantID(try reader.read(UInt32.self))
                let lastHour = try reader.read(Int64.self)
                var counts: [UInt32] = []
                for _ in 0..<(try reader.read(UInt32.self)) {
                    counts.append(try reader.read(UInt32.self))
                }
                memory.quota.restore(tenant, lastHour: lastHour, oldestFirst: counts)
            }
            let mark = header.mark
            var pages: [RequestTable.Page] = []
            for number in (mark.startNumber >> mark.pageShift)..<header.savedBelow {
                pages.append(try savedPage(mark.pageShift, number, store))
            }
            while reader.remaining > 0 { pages.append(try page(&reader)) }
            let held = pages.reduce(0) { $0 + $1.entries.count }
            guard held == mark.endNumber - ((mark.startNumber >> mark.pageShift) << mark.pageShift)
            else { throw ByteReaderError(offset: reader.offset, problem: "pages are missing") }
            memory.table = RequestTable(
                countMax: configuration.requestCountMax, mark: mark, pages: pages)
            return (memory, header.includedSequence)
        } catch {
            throw StoreError(problem: "requests: \(error)")
        }
    }

    private static func savedPage(
        _ shift: Int, _ number: Int, _ store: any Store
    ) throws(ByteReaderError) -> RequestTable.Page {
        var found: [UInt8]?
        do throws(StoreError) {
            found = try store.get(pageKey(shift, number))
        } catch {
            throw ByteReaderError(offset: 0, problem: error.problem)
        }
        guard let bytes = found, bytes.count > 4 else {
            throw ByteReaderError(offset: 0, problem: "page \(number) is missing")
        }
        var end = ByteReader(bytes[(bytes.count - 4)...])
        guard try end.read(UInt32.self) == CRC32C.checksum(bytes[..<(bytes.count - 4)]) else {
            throw ByteReaderError(offset: 0, problem: "page \(number) has a wrong checksum")
        }
        var reader = ByteReader(bytes)
        return try page(&reader)
    }

    private static func append(_ page: RequestTable.Page, to writer: inout ByteWriter) {
        writer.write(page.newestStatedMicros)
        writer.write(UInt8(page.hasUntimed ? 1 : 0))
        writer.write(UInt32(page.entries.count))
        for entry in page.entries {
            writer.write(entry.tag)
            writer.write(entry.bits)
        }
    }

    private static func page(_ reader: inout ByteReader) throws(ByteReaderError)
        -> RequestTable.Page
    {
        var page = RequestTable.Page()
        page.newestStatedMicros = try reader.read(Int64.self)
        page.hasUntimed = try reader.read(UInt8.self) != 0
        let count = Int(try reader.read(UInt32.self))
        let bytes = try reader.read(count: count * 16)
        page.entries.reserveCapacity(1 << 12)
        // Inside `count` times 16 bytes, as the read has checked.
        unsafe bytes.withUnsafeBytes { raw in
            for place in 0..<count {
                let tag = unsafe raw.loadUnaligned(fromByteOffset: place * 16, as: UInt64.self)
                let bits = unsafe raw.loadUnaligned(
                    fromByteOffset: place * 16 + 8, as: UInt64.self)
                page.entries.append(
                    RequestEntry(tag: UInt64(littleEndian: tag), bits: UInt64(littleEndian: bits)))
            }
        }
        return page
    }

    private static func pageKey(_ shift: Int, _ number: Int) -> [UInt8] {
        pagePrefix + [UInt8(shift)]
            + stride(from: 56, through: 0, by: -8).map {
                UInt8(truncatingIfNeeded: UInt64(number) >> UInt64($0))
            }
    }

    /// The start of a block.
    private struct Header {
        var includedSequence: UInt64
        var savedBelow: Int
        var mark: RequestTable.Mark

        init(includedSequence: UInt64, savedBelow: Int, mark: RequestTable.Mark) {
            self.includedSequence = includedSequence
            self.savedBelow = savedBelow
            self.mark = mark
        }

        func append(to writer: inout ByteWriter) {
            writer.write(format)
            writer.write(includedSequence)
            writer.write(UInt64(savedBelow))
            writer.write(UInt8(mark.pageShift))
            writer.write(UInt64(mark.startNumber))
            writer.write(UInt64(mark.endNumber))
            writer.write(UInt64(mark.archivedEnd))
            writer.write(mark.forgottenNewestMicros)
            writer.write(UInt8(mark.forgotUntimed ? 1 : 0))
            writer.write(mark.digest)
            writer.write(UInt32(mark.days.count))
            for day in mark.days {
                writer.write(UInt32(day.day))
                writer.write(UInt64(day.firstNumber))
            }
        }

        init(_ reader: inout ByteReader) throws(ByteReaderError) {
            guard try reader.read(UInt16.self) == format else {
                throw ByteReaderError(offset: 0, problem: "unknown format")
            }
            includedSequence = try reader.read(UInt64.self)
            savedBelow = Int(try reader.read(UInt64.self))
            mark = RequestTable.Mark(
                pageShift: Int(try reader.read(UInt8.self)),
                startNumber: Int(try reader.read(UInt64.self)),
                endNumber: Int(try reader.read(UInt64.self)),
                archivedEnd: Int(try reader.read(UInt64.self)),
                forgottenNewestMicros: try reader.read(Int64.self),
                forgotUntimed: try reader.read(UInt8.self) != 0,
                digest: try reader.read(UInt64.self), days: [])
            for _ in 0..<(try reader.read(UInt32.self)) {
                mark.days.append(
                    RequestTable.Day(
                        day: Int(try reader.read(UInt32.self)),
                        firstNumber: Int(try reader.read(UInt64.self))))
            }
        }
    }
}
