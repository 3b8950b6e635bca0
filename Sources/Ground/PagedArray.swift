/// An array in pages of 1,024 elements: it grows without ever copying what it holds.
///
/// For rows of a state machine that may not pause: appending costs one page allocation every
/// 1,024 elements and never a move of the whole. Complexity: O(1) for everything here.
/// Thread: owned by one at a time.
public struct PagedArray<Element> {
    /// Elements a page holds.
    @inlinable
    public static var pageSize: Int { 1_024 }

    @usableFromInline var pages: ContiguousArray<ContiguousArray<Element>> = []

    /// Elements held.
    @inlinable
    public var count: Int { storedCount }

    @usableFromInline var storedCount = 0

    /// Starts empty.
    @inlinable
    public init() {}

    /// Adds one element at the end.
    @inlinable
    public mutating func append(_ element: Element) {
        if count & (Self.pageSize - 1) == 0 {
            var page = ContiguousArray<Element>()
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].append(element)
        storedCount += 1
    }

    /// Takes the last element away; there must be one.
    @inlinable
    @discardableResult
    public mutating func removeLast() -> Element {
        precondition(count > 0, "removeLast on an empty paged array")
        storedCount -= 1
        let element = pages[pages.count - 1].removeLast()
        if count & (Self.pageSize - 1) == 0 { pages.removeLast() }
        return element
    }

    /// The element at `index`, from 0 below `count`.
    @inlinable
    public subscript(index: Int) -> Element {
        get { pages[index &>> 10][index & 1_023] }
        set { pages[index &>> 10][index & 1_023] = newValue }
    }
}

extension PagedArray: Sendable where Element: Sendable {}
