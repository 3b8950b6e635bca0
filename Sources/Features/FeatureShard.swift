internal import Domain
internal import Ground

/// One of the cache's 64 parts: an open-addressing table over rows.
///
///     slots: 2^k words of 8 bytes | fingerprint 32 | row number + 1, 32 (0 = empty) |
///     rows:  16 bytes each, in the order of arrival, never moved to another number
///
/// Linear probing at a load of at most one half: one line of 64 bytes holds eight slots, so a
/// look-up touches one line of slots, one of rows and the row's header. Rows keep their numbers so
/// that a checkpoint can copy them in pieces while the table grows.
///
/// Thread: whoever holds the shard's lock.
final class FeatureShard {
    private(set) var rows: [FeatureRow] = []
    private var slots = [UInt64](repeating: 0, count: 16)
    private(set) var rowByteCount = 0
    private(set) var valueCount = 0

    deinit {
        for row in rows { row.deallocate() }
    }

    /// Bytes of rows, row numbers and slots, without the allocator's own.
    var byteCount: Int {
        rowByteCount + rows.capacity * MemoryLayout<FeatureRow>.stride + slots.count * 8
    }

    /// 64 uniform bits of a key: the 6 low ones choose the shard, the high half is the fingerprint,
    /// whose own low bits choose the slot.
    static func mix(_ tenant: TenantID, _ subject: SubjectID) -> UInt64 {
        // The subject's hash is uniform already; an odd multiplier keeps tenants apart.
        let mixed = subject.hash.low ^ (UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15)
        return mixed ^ mixed &>> 32
    }

    private func number(_ tenant: TenantID, _ subject: SubjectID, mix: UInt64) -> Int? {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: mix &>> 32) & mask
        let fingerprint = mix &>> 32
        while slots[slot] != 0 {
            let entry = slots[slot]
            if entry &>> 32 == fingerprint {
                let number = Int(entry & 0xffff_ffff) &- 1
                let row = rows[number]
                if row.subject == subject && row.tenant == tenant { return number }
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    func row(_ tenant: TenantID, _ subject: SubjectID, mix: UInt64) -> FeatureRow? {
        number(tenant, subject, mix: mix).map { rows[$0] }
    }

    /// What a put found under the lock.
    enum Finding {
        /// The values are in place, or the row includes the record already.
        case done
        /// The row needs another block, to be built outside the lock.
        case rebuild(FeatureRow)
        /// The subject is new; the slots are full if they come along.
        case unknown(fullSlots: [UInt64]?)
    }

    /// Takes columns in where they are, or says what must be built first.
    func merge(
        _ tenant: TenantID, _ subject: SubjectID, mix: UInt64, columns: FeatureColumns,
        sequence: UInt64
    ) -> Finding {
        guard let number = number(tenant, subject, mix: mix) else {
            return .unknown(fullSlots: fullSlots)
        }
        let row = rows[number]
        // Equal is applied again: a record may name a subject twice, and a checkpoint may have
        // copied the row between the two; applying the whole record again ends in the same row.
        guard sequence >= row.lastSequence else { return .done }
        return row.merge(columns, sequence: sequence) ? .done : .rebuild(row)
    }

    /// The slots when one more row would fill more than half of them; nil when there is room.
    private var fullSlots: [UInt64]? { (rows.count + 1) * 2 > slots.count ? slots : nil }

    /// Twice as many slots with the same entries. Needs no row: an entry holds its own place.
    static func grown(_ slots: [UInt64]) -> [UInt64] {
        var grown = [UInt64](repeating: 0, count: slots.count * 2)
        for entry in slots where entry != 0 { link(entry, in: &grown) }
        return grown
    }

    /// Puts a rebuilt row in the place of `old`, which is the caller's to free.
    func replace(_ old: FeatureRow, with row: FeatureRow, mix: UInt64) {
        guard let number = number(old.tenant, old.subject, mix: mix) else {
            preconditionFailure("a row that is being replaced is there")
        }
        rowByteCount += row.byteCount - old.byteCount
        valueCount += row.valueCount - old.valueCount
        rows[number] = row
    }

    /// Adds a row of a subject that is not there, with larger slots if they were full.
    func insert(_ row: FeatureRow, mix: UInt64, grownSlots: [UInt64]?) {
        if let grownSlots { slots = grownSlots }
        rowByteCount += row.byteCount
        valueCount += row.valueCount
        rows.append(row)
        Self.link((mix >> 32) << 32 | UInt64(rows.count), in: &slots)
    }

    private static func link(_ entry: UInt64, in slots: inout [UInt64]) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: entry >> 32) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = entry
    }

    /// Takes a whole row from a checkpoint; the one there, if any, is the caller's to free.
    func load(_ row: FeatureRow, mix: UInt64) -> FeatureRow? {
        if let number = number(row.tenant, row.subject, mix: mix) {
            let old = rows[number]
            replace(old, with: row, mix: mix)
            return old
        }
        insert(row, mix: mix, grownSlots: fullSlots.map(Self.grown))
        return nil
    }
}
