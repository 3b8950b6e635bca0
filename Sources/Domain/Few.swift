/// No element, one, or several; one needs no memory of its own.
///
/// Nearly every record does one thing to the ledger, and what it does travels from a worker to the
/// sequencer: an array of one would be allocated by the one thread and freed by the other.
/// One element is never in `several`, so that equal contents are equal values.
public enum Few<Element> {
    case none
    case one(Element)
    case several([Element])

    /// The elements of an array.
    @inlinable
    public init(_ elements: [Element]) {
        switch elements.count {
        case 0: self = .none
        case 1: self = .one(elements[0])
        default: self = .several(elements)
        }
    }

    /// The elements as an array, which is made for one alone.
    @inlinable
    public var array: [Element] {
        switch self {
        case .none: []
        case .one(let element): [element]
        case .several(let elements): elements
        }
    }
}

extension Few: Sendable where Element: Sendable {}
extension Few: Equatable where Element: Equatable {}
extension Few: Hashable where Element: Hashable {}

extension Few: RandomAccessCollection {
    @inlinable
    public var startIndex: Int { 0 }

    @inlinable
    public var endIndex: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .several(let elements): elements.count
        }
    }

    /// The element at `index`, 0 for the first.
    @inlinable
    public subscript(index: Int) -> Element {
        switch self {
        case .none: preconditionFailure("there is no element")
        case .one(let element):
            precondition(index == 0, "there is one element")
            return element
        case .several(let elements): return elements[index]
        }
    }
}

extension Few: ExpressibleByArrayLiteral {
    /// The elements as given.
    @inlinable
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}
