internal import Domain
internal import Ground

/// From a tenant's own sequence to the journal's.
///
/// Per tenant, pages of 512 journal sequences, 8 bytes a record. Full pages go to the store with
/// the next checkpoint and leave memory once its manifest stands, so memory holds 8 bytes for each
/// record since the last checkpoint and at most one page (4 KiB) for each tenant; the store holds
/// 8 bytes a record. A reader of an old page asks the store. Thread: any, under one lock held for a
/// look-up or an append; the publisher appends.
final class TenantIndex: Sendable {
    static let pageSize = 512

    private struct Entries: Sendable {
        /// Records of the tenant so far.
        var count: UInt64 = 0
        /// By page number; the last one may be partial, full ones wait for the store.
        var pages: [UInt64: [UInt64]] = [:]
        /// Pages below this one are in the store.
        var storedBelow: UInt64 = 0
    }
    private struct State: Sendable {
        var tenants: [TenantID: Entries] = [:]
        var order: [TenantID] = []
        var includedSequence: UInt64 = 0
    }
    private let state = Lock(State())
    private let store: any Store

    init(store: any Store) { self.store = store }

    /// Notes a record; one that is included already is skipped.
    func append(_ record: DurableRecord) {
        state.withLock { state in
            state.includedSequence = max(state.includedSequence, record.sequence)
            if state.tenants[record.tenant] == nil { state.order.append(record.tenant) }
            let number = record.tenantSequence - 1
            guard number >= state.tenants[record.tenant]?.count ?? 0 else { return }
            precondition(
                number == state.tenants[record.tenant]?.count ?? 0,
                "a tenant's sequence has no gap")
            state.tenants[record.tenant, default: Entries()].pages[
                number / UInt64(Self.pageSize), default: []
            ].append(record.sequence)
            state.tenants[record.tenant, default: Entries()].count += 1
        }
    }

    /// The journal's sequence of a tenant's record; nil when the tenant has no such record.
    func sequence(_ tenant: TenantID, _ tenantSequence: UInt64) throws(StoreError) -> UInt64? {
        guard tenantSequence > 0 else { return nil }
        let page = (tenantSequence - 1) / UInt64(Self.pageSize)
        let place = Int((tenantSequence - 1) % UInt64(Self.pageSize))
        let inMemory = state.withLock { state -> (known: Bool, sequence: UInt64?) in
            guard let entries = state.tenants[tenant], tenantSequence <= entries.count else {
                return (false, nil)
            }
            return (true, entries.pages[page]?[place])
        }
        guard inMemory.known else { return nil }
        if let sequence = inMemory.sequence { return sequence }
        guard let bytes = try store.get(Self.key(tenant, page)) else {
            throw StoreError(problem: "page \(page) of tenant \(tenant.rawValue) is missing")
        }
        var reader = ByteReader(bytes)
        for _ in 0..<place { _ = try? reader.read(UInt64.self) }
        guard let sequence = try? reader.read(UInt64.self) else {
            throw StoreError(problem: "page \(page) of tenant \(tenant.rawValue) is too short")
        }
        return sequence
    }

    /// Records of every tenant so far.
    var counts: [TenantID: UInt64] { state.withLock { $0.tenants.mapValues(\.count) } }

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
            state.tenants.flatMap { tenant, entries in
                entries.pages
                    .filter { $0.value.count == Self.pageSize }
                    .map { (tenant: tenant, page: $0.key, sequences: $0.value) }
            }
        }
        for page in full {
            var writer = ByteWriter(capacity: Self.pageSize * 8)
            for sequence in page.sequences { writer.write(sequence) }
            try store.put(Self.key(page.tenant, page.page), writer.bytes)
        }
        state.withLock { state in
            for page in full {
                let below = state.tenants[page.tenant]?.storedBelow ?? 0
                state.tenants[page.tenant]?.storedBelow = max(below, page.page + 1)
            }
        }
        return full.map { ($0.tenant, $0.page) }
    }

    /// Lets pages go that the store holds durably.
    func drop(_ pages: [(TenantID, UInt64)]) {
        state.withLock { state in
            for (tenant, page) in pages { state.tenants[tenant]?.pages[page] = nil }
        }
    }
}

extension TenantIndex: CheckpointParticipant {
    /// Tenants in a block: a tenant is up to 512 rows.
    private static let blockTenantCount = 16

    var checkpointName: String { "tenants" }

    func blockCount() -> Int {
        let count = state.withLock { $0.order.count }
        return (count + Self.blockTenantCount - 1) / Self.blockTenantCount
    }

    /// Per tenant: id, count, and every page that the store does not hold yet.
    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (rows, included) = state.withLock { state in
            let start = index * Self.blockTenantCount
            let tenants = state.order[start..<min(start + Self.blockTenantCount, state.order.count)]
            return (
                tenants.map { ($0, state.tenants[$0] ?? Entries()) }, state.includedSequence
            )
        }
        writer.write(UInt32(rows.count))
        for (tenant, entries) in rows {
            writer.write(tenant.rawValue)
            writer.write(entries.count)
            let pages = entries.pages.filter { $0.key >= entries.storedBelow }
            writer.write(entries.storedBelow)
            writer.write(UInt32(pages.count))
            for (page, sequences) in pages.sorted(by: { $0.key < $1.key }) {
                writer.write(page)
                writer.write(UInt32(sequences.count))
                for sequence in sequences { writer.write(sequence) }
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
                var sequences: [UInt64] = []
                for _ in 0..<(try reader.read(UInt32.self)) {
                    sequences.append(try reader.read(UInt64.self))
                }
                entries.pages[page] = sequences
            }
            let loaded = entries
            state.withLock { state in
                if state.tenants[tenant] == nil { state.order.append(tenant) }
                state.tenants[tenant] = loaded
            }
        }
    }
}
