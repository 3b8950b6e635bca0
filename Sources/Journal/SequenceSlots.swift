internal import Domain
internal import Ground

/// Sequences by the slot a key hashes to: bounded, and wrong only on the safe side.
///
/// As the **guard table** a slot holds the last sequence that touched any of its keys, so a
/// collision makes a worker plan again and never lets a stale plan pass. As the **subject chains**
/// a slot holds the last record of any of its subjects: the chain through the records' back
/// pointers visits every record of a subject, and a few others that the walker skips.
///
/// Memory: 8 bytes x 2^20 slots = 8 MiB by default. Complexity: O(1). Thread: the sequencer.
struct SequenceSlots: Sendable {
    /// Slots a checkpoint block holds.
    static let blockSlotCount = 1_024

    private var slots: ContiguousArray<UInt64>

    init(slotsLog2: Int, filled sequence: UInt64 = 0) {
        precondition((10...30).contains(slotsLog2), "from 1,024 slots to a thousand million")
        slots = ContiguousArray(repeating: sequence, count: 1 << slotsLog2)
    }

    /// The slot of a tenant's key.
    func slot(_ key: Hash128, tenant: TenantID) -> Int {
        let mixed = key.low ^ UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed ^ mixed &>> 32) & (slots.count - 1)
    }

    subscript(slot: Int) -> UInt64 {
        get { slots[slot] }
        set { slots[slot] = newValue }
    }

    /// Asks for the slot of a tenant's key.
    func prefetch(_ key: Hash128, tenant: TenantID) {
        let place = slot(key, tenant: tenant)
        unsafe slots.withUnsafeBufferPointer { slots in
            guard let start = slots.baseAddress else { return }
            unsafe Prefetch.line(of: start + place)
        }
    }

    /// Everything counts as touched at `sequence`: after a restart.
    mutating func fill(_ sequence: UInt64) {
        for slot in slots.indices { slots[slot] = sequence }
    }

    var blockCount: Int { slots.count / Self.blockSlotCount }

    /// The slots of one block.
    func block(_ index: Int) -> ArraySlice<UInt64> {
        let start = index * Self.blockSlotCount
        return ArraySlice(slots[start..<start + Self.blockSlotCount])
    }

    /// Takes a slot back from a checkpoint unless it is newer here.
    mutating func restore(slot: Int, sequence: UInt64) {
        slots[slot] = max(slots[slot], sequence)
    }
}
