/// Plain values in raw memory, found by their number: an array with one owner.
///
/// For structures that every call touches many times, where an array in a class would ask on each
/// change whether it is shared. Values must be trivial: nothing is destroyed. Grows by doubling
/// and keeps its memory. Complexity: O(1), amortized. Thread: the owner's.
@safe
public struct RawTable<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var start: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    /// Values held.
    public private(set) var count = 0

    private static var capacityMin: Int { 16 }

    /// Starts empty.
    public init() {
        capacity = Self.capacityMin
        unsafe start = .allocate(capacity: Self.capacityMin)
    }

    deinit {
        unsafe start.deallocate()
    }

    /// Adds a value at the end.
    public mutating func append(_ element: Element) {
        if count == capacity {
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
            unsafe larger.update(from: start, count: count)
            unsafe start.deallocate()
            unsafe start = larger
            capacity *= 2
        }
        unsafe start[count] = element
        count += 1
    }

    /// The value of a number below `count`; the check is kept in every build.
    @inlinable
    public subscript(index: Int) -> Element {
        @inline(__always)
        _read {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
            yield unsafe start[index]
        }
        @inline(__always)
        _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
            yield unsafe &start[index]
        }
    }
}
