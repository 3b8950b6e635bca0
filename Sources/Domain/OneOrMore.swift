/// One element or more; a single one needs no memory of its own.
///
/// Nearly every proposal has one alternative, which travels from a worker to the sequencer: an
/// array of one would be allocated by the one thread and freed by the other.
/// Complexity: as an array's; the first element is read in place.
public struct OneOrMore<Element> {
    public var first: Element
    /// Those behind the first.
    public var rest: [Element]

    /// A first element, and those behind it.
    @inlinable
    public init(_ first: Element, _ rest: [Element] = []) {
        self.first = first
        self.rest = rest
    }
}

extension OneOrMore: Sendable where Element: Sendable {}

extension OneOrMore: RandomAccessCollection, MutableCollection {
    @inlinable
    public var startIndex: Int { 0 }
    @inlinable
    public var endIndex: Int { rest.count + 1 }

    /// The element at `index`, 0 for the first. Inlined, because an accessor that is called
    /// allocates its frame.
    @inlinable
    public subscript(index: Int) -> Element {
        @inline(__always)
        _read { if index == 0 { yield first } else { yield rest[index - 1] } }
        @inline(__always)
        _modify { if index == 0 { yield &first } else { yield &rest[index - 1] } }
    }
}

extension OneOrMore: ExpressibleByArrayLiteral {
    /// The elements as given, at least one.
    @inlinable
    public init(arrayLiteral elements: Element...) { self.init(elements) }

    /// The elements of an array that is not empty.
    @inlinable
    public init(_ elements: [Element]) {
        precondition(!elements.isEmpty, "one element at least")
        self.init(elements[0], Array(elements.dropFirst()))
    }
}
