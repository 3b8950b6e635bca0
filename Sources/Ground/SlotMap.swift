/// Values under ids that are never used twice.
///
/// An id is the slot in the low 32 bits and the slot's generation in the high 32, so an id that
/// outlived its value finds nothing. Complexity: every operation O(1). Generations repeat after
/// four billion uses of one slot. Thread: owned by one at a time.
public struct SlotMap<Value> {
    @usableFromInline
    struct Slot {
        @usableFromInline var generation: UInt32
        @usableFromInline var value: Value?

        @usableFromInline
        init(generation: UInt32, value: Value?) {
            self.generation = generation
            self.value = value
        }
    }

    @usableFromInline var slots: [Slot] = []
    @usableFromInline var free: [UInt32] = []
    /// Values held now.
    public private(set) var count = 0

    /// Starts empty.
    public init() {}

    /// Takes a value in and gives its id.
    public mutating func insert(_ value: Value) -> UInt64 {
        count += 1
        guard let index = free.popLast() else {
            precondition(slots.count < Int(UInt32.max), "a slot map is full")
            slots.append(Slot(generation: 1, value: value))
            return 1 << 32 | UInt64(slots.count - 1)
        }
        slots[Int(index)].value = value
        return UInt64(slots[Int(index)].generation) << 32 | UInt64(index)
    }

    /// The value of an id, or nil when it was removed.
    @inlinable
    public subscript(id: UInt64) -> Value? {
        let index = Int(truncatingIfNeeded: id & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(id >> 32) else { return nil }
        return slots[index].value
    }

    /// Takes a value out; nil when it was removed before.
    @discardableResult
    public mutating func remove(_ id: UInt64) -> Value? {
        guard let value = self[id] else { return nil }
        let index = Int(truncatingIfNeeded: id & 0xffff_ffff)
        slots[index].value = nil
        slots[index].generation &+= 1
        free.append(UInt32(index))
        count -= 1
        return value
    }

    /// Visits the values held when it is called; the visitor may remove them.
    public func forEach(_ visit: (Value) -> Void) {
        for slot in slots {
            if let value = slot.value { visit(value) }
        }
    }
}
