/// A first-in first-out queue with a bound.
///
/// Memory doubles while the queue grows and is then kept. Complexity: every operation O(1),
/// amortized. Thread: owned by one at a time.
public struct BoundedRing<Element> {
    private var slots: [Element?]
    private var start = 0
    /// Elements waiting.
    public private(set) var count = 0
    /// The most elements that may wait.
    public let bound: Int

    /// Starts empty. `bound` is at least 1.
    public init(bound: Int) {
        precondition(bound >= 1, "a queue has room for one")
        self.bound = bound
        slots = Array(repeating: nil, count: min(16, bound))
    }

    /// Whether nothing waits.
    public var isEmpty: Bool { count == 0 }

    /// Adds at the end; false when the queue is full.
    public mutating func append(_ element: Element) -> Bool {
        guard count < bound else { return false }
        if count == slots.count { grow() }
        let end = start + count
        slots[end < slots.count ? end : end - slots.count] = element
        count += 1
        return true
    }

    /// Takes the first, or nil.
    public mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = slots[start]
        slots[start] = nil
        start = start + 1 == slots.count ? 0 : start + 1
        count -= 1
        return element
    }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(min(slots.count * 2, bound))
        larger.append(contentsOf: slots[start...])
        larger.append(contentsOf: slots[..<start])
        larger.append(
            contentsOf: repeatElement(nil, count: min(slots.count * 2, bound) - slots.count))
        slots = larger
        start = 0
    }
}
