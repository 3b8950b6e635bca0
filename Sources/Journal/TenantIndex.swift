internal import Domain
internal import Ground

/// From a tenant's own sequence to the journal's.
///
/// Per tenant, pages of 512 numbers, each as short as it is (`TenantPage`); a batch has a number
/// for each of its operations. Full pages go to the store with the next checkpoint and leave memory
/// once its manifest stands. So memory holds, for each number since the last checkpoint, 0.3 bytes
/// in batches or of a tenant that is alone and 4.2 where many tenants alternate (a page's own
/// 16 to 2,048 bytes, some 60 of the array and 60 of the dictionary), and at most 8 KiB for the
/// page that each tenant fills. A reader of an old page asks the store.
/// Thread: any, under one lock held for a look-up or a batch; the publisher appends.
final class TenantIndex: Sendable {
    static let pageSize = TenantPage.numberCount

    private struct Entries: Sendable {
        /// Numbers of the tenant so far.
        var count: UInt64 = 0
        /// Full pages by their number, until the store has them.
        var pages: [UInt64: TenantPage] = [:]
        /// The page that is being filled.
        var tail = SequenceRuns()
        /// Pages below this one are in the store.
        var storedBelow: UInt64 = 0

        mutating func append(_ record: DurableRecord) {
            guard record.tenantSequence > count else { return }
            precondition(record.tenantSequence == count + 1, "a tenant's sequence has no gap")
            append(record.sequence, count: Int(record.tenantSequenceCount))
        }

        private mutating func append(_ sequence: UInt64, count added: Int) {
            var left = added
            while left > 0 {
                let place = Int(count % UInt64(TenantIndex.pageSize))
                let taken = min(left, TenantIndex.pageSize - place)
                tail.append(sequence, count: added, at: place)
                left -= taken
                count += UInt64(taken)
                guard place + taken == TenantIndex.pageSize else { return }
                pages[count / UInt64(TenantIndex.pageSize) - 1] = TenantPage(tail)
                tail.removeAll()
            }
        }

        /// The sequence of a number from 1; nil when only the store has its page.
        func sequence(_ number: UInt64) -> UInt64? {
            let page = (number - 1) / UInt64(TenantIndex.pageSize)
            let place = Int((number - 1) % UInt64(TenantIndex.pageSize))
            return page == count / UInt64(TenantIndex.pageSize) ? tail[place] : pages[page]?[place]
        }
    }
    private struct State: Sendable {
        /// Places in `tenants`, which never move: a checkpoint copies them by place.
        var places: [TenantID: Int] = [:]
        var tenants: [(id: TenantID, entries: Entries)] = []
        /// Records of one tenant mostly follow each other.
        var lastPlace: Int?
        var includedSequence: UInt64 = 0

        mutating func place(of tenant: TenantID) -> Int {
            if let lastPlace, tenants[lastPlace].id == tenant { return lastPlace }
            let place = places[tenant, default: tenants.count]
            if place == tenants.count {
                places[tenant] = place
                tenants.append((tenant, Entries()))
            }
            lastPlace = place
            return place
        }
    }
    private let state = Lock(State())
    private let store: any Store

    init(store: any Store) { self.store = store }

    /// Notes a record under each of its numbers; one that is included already is skipped.
    func append(_ record: DurableRecord) {
        state.withLock { Self.append(record, to: &$0) }
    }

    /// Likewise a batch of records, under one lock.
    func append(_ records: [SequencedRecord]) {
        state.withLock { state in
            for place in records.indices { Self.append(records[place].record, to: &state) }
        }
    }

    private static func append(_ record: DurableRecord, to state: inout State) {
        state.includedSequence = max(state.includedSequence, record.sequence)
        let place = state.place(of: record.tenant)
        state.tenants[place].entries.append(record)
    }

    /// The journal's sequence of a tenant's record; nil when the tenant has no such record.
    func sequence(_ tenant: TenantID, _ tenantSequence: UInt64) throws(StoreError) -> UInt64? {
        guard tenantSequence > 0 else { return nil }
        let page = (tenantSequence - 1) / UInt64(Self.pageSize)
        let place = Int((tenantSequence - 1) % UInt64(Self.pageSize))
        let inMemory = state.withLock { state -> (known: Bool, sequence: UInt64?) in
            guard let known = state.places[tenant],
                tenantSequence <= state.tenants[known].entries.count
            else { return (false, nil) }
            return (true, state.tenants[known].entries.sequence(tenantSequence))
        }
        guard inMemory.known else { return nil }
        if let sequence = inMemory.sequence { return sequence }
        guard let bytes = try store.get(Self.key(tenant, page)) else {
            throw StoreError(problem: "page \(page) of tenant \(tenant.rawValue) is missing")
        }
        do throws(ByteReaderError) {
            return try TenantPage(bytes)[place]
        } catch {
            throw StoreError(problem: "page \(page) of tenant \(tenant.rawValue): \(error)")
        }
    }

    /// Numbers of every tenant so far.
    var counts: [TenantID: UInt64] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: state.tenants.map { ($0.id, $0.entries.count) })
        }
    }

    private static func key(_ tenant: TenantID, _ page: UInt64) -> [UInt8] {
        var key = Array("tenantpage/".utf8)
        for shift in stride(from: 24, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: tenant.rawValue >> UInt32(shift)))
        }
        for shift in stride(from: 56, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: page >> UInt64(shift)))
        }
        return key
    }

    /// Writes the full pages to the store; `drop` lets them go once the checkpoint stands. Pages
    /// of a checkpoint that failed are still here and are written again.
    func storeFullPages() throws(StoreError) -> [(TenantID, UInt64)] {
        let full = state.withLock { state in
            state.tenants.enumerated().flatMap { place, tenant in
                tenant.entries.pages.map {
                    (place: place, tenant: tenant.id, page: $0.key, content: $0.value)
                }
            }
        }
        for page in full {
            try store.put(Self.key(page.tenant, page.page), page.content.encode())
        }
        state.withLock { state in
            for page in full {
                let below = state.tenants[page.place].entries.storedBelow
                state.tenants[page.place].entries.storedBelow = max(below, page.page + 1)
            }
        }
        return full.map { ($0.tenant, $0.page) }
    }

    /// Lets pages go that the store holds durably.
    func drop(_ pages: [(TenantID, UInt64)]) {
        state.withLock { state in
            for (tenant, page) in pages {
                state.tenants[state.place(of: tenant)].entries.pages[page] = nil
            }
        }
    }
}

extension TenantIndex: CheckpointParticipant {
    /// Tenants in a block: a tenant is up to 512 rows.
    private static let blockTenantCount = 16

    var checkpointName: String { "tenants" }

    func blockCount() -> Int {
        let count = state.withLock { $0.tenants.count }
        return (count + Self.blockTenantCount - 1) / Self.blockTenantCount
    }

    /// Per tenant: id, count, and every page that the store does not hold yet.
    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (rows, included) = state.withLock { state in
            let start = index * Self.blockTenantCount
            let end = min(start + Self.blockTenantCount, state.tenants.count)
            return (Array(state.tenants[start..<end]), state.includedSequence)
        }
        writer.write(UInt32(rows.count))
        for (tenant, entries) in rows {
            writer.write(tenant.rawValue)
            writer.write(entries.count)
            let pages = entries.pages.filter { $0.key >= entries.storedBelow }
            writer.write(entries.storedBelow)
            writer.write(UInt32(pages.count))
            for (number, page) in pages.sorted(by: { $0.key < $1.key }) {
                writer.write(number)
                for place in 0..<Self.pageSize { writer.write(page[place]) }
            }
            for place in 0..<Int(entries.count % UInt64(Self.pageSize)) {
                writer.write(entries.tail[place])
            }
        }
        return included
    }

    func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        for _ in 0..<(try reader.read(UInt32.self)) {
            let tenant = TenantID(try reader.read(UInt32.self))
            var entries = Entries()
            entries.count = try reader.read(UInt64.self)
            entries.storedBelow = try reader.read(UInt64.self)
            for _ in 0..<(try reader.read(UInt32.self)) {
                let page = try reader.read(UInt64.self)
                let runs = try SequenceRuns(numberCount: Self.pageSize, &reader)
                entries.pages[page] = TenantPage(runs)
            }
            entries.tail = try SequenceRuns(
                numberCount: Int(entries.count % UInt64(Self.pageSize)), &reader)
            let loaded = entries
            state.withLock { state in
                let place = state.place(of: tenant)
                state.tenants[place].entries = loaded
            }
        }
    }
}
