/// A queue whose elements keep their number: the n-th ever appended is element n.
///
/// Held in pages of 4,096, freed whole once every element of one is gone; nothing is ever moved,
/// so it may be tens of millions long. Complexity: O(1). Thread: owned by one at a time.
public struct SlidingRing<Element> {
    @inlinable static var pageSize: Int { 4_096 }

    @usableFromInline var pages: ContiguousArray<ContiguousArray<Element>> = []
    @usableFromInline var firstPage = 0

    /// Number of the oldest element still held.
    @inlinable
    public var startNumber: Int { start }
    /// Number the next element gets.
    @inlinable
    public var endNumber: Int { end }

    @usableFromInline var start = 0
    @usableFromInline var end = 0

    /// Starts empty, at number 0.
    @inlinable
    public init() {}

    /// Elements held.
    @inlinable
    public var count: Int { endNumber - startNumber }

    /// Adds one element and says its number.
    @inlinable
    @discardableResult
    public mutating func append(_ element: Element) -> Int {
        if endNumber % Self.pageSize == 0 {
            var page = ContiguousArray<Element>()
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].append(element)
        end += 1
        return endNumber - 1
    }

    /// Takes the oldest element away; there must be one.
    @inlinable
    @discardableResult
    public mutating func removeFirst() -> Element {
        let element = self[startNumber]
        start += 1
        if startNumber % Self.pageSize == 0 {
            pages.removeFirst()
            firstPage += 1
        }
        return element
    }

    /// The element with this number, which must still be held.
    @inlinable
    public subscript(number: Int) -> Element {
        precondition(number >= startNumber && number < endNumber, "element is not held")
        return pages[number / Self.pageSize - firstPage][number % Self.pageSize]
    }
}

extension SlidingRing: Sendable where Element: Sendable {}
