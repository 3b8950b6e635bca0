/// Something that links can be read from by their place.
protocol LinkSource {
    func link(at place: UInt32) -> HalfLink
}

/// A graph's columns as a walk reads them: plain pointers, fetched once.
///
/// Why: every read of a class's variable is checked for exclusive access at run time, which made
/// two thirds of a walk's time. The lock around the walk already excludes writers.
@safe
struct GraphView: LinkSource {
    // Safe because `TenantGraph.withView` makes it from live arrays, lends it to one closure under
    // the graph's lock, and every access below checks its index.
    let kinds: UnsafeBufferPointer<UInt8>
    let heads: UnsafeBufferPointer<UInt32>
    let personCounts: UnsafeBufferPointer<UInt32>
    let markBits: UnsafeBufferPointer<UInt8>
    let pages: UnsafeBufferPointer<UnsafeMutablePointer<HalfLink>>

    @inline(__always)
    private func checked(_ node: UInt32) -> Int {
        precondition(Int(node) < (unsafe kinds.count), "a node of this graph")
        return Int(node)
    }

    @inline(__always)
    func kind(_ node: UInt32) -> UInt8 { unsafe kinds[checked(node)] }

    @inline(__always)
    func isPerson(_ node: UInt32) -> Bool { kind(node) == EntityKind.person.rawValue }

    @inline(__always)
    func head(_ node: UInt32) -> UInt32 { unsafe heads[checked(node)] }

    @inline(__always)
    func personCount(_ node: UInt32) -> UInt32 { unsafe personCounts[checked(node)] }

    @inline(__always)
    func markBits(_ node: UInt32) -> UInt8 { unsafe markBits[checked(node)] }

    @inline(__always)
    func link(at place: UInt32) -> HalfLink {
        let page = Int(place &>> 16)
        precondition(page < (unsafe pages.count), "a place of this graph")
        return unsafe pages[page][Int(place & 0xffff)]
    }
}

extension TenantGraph {
    /// Lends the columns to `body`; nothing of the view may outlive it.
    func withView<Result>(_ body: (GraphView) -> Result) -> Result {
        unsafe kinds.withUnsafeBufferPointer { kinds in
            unsafe heads.withUnsafeBufferPointer { heads in
                unsafe personCounts.withUnsafeBufferPointer { personCounts in
                    unsafe markBits.withUnsafeBufferPointer { markBits in
                        unsafe pool.pages.withUnsafeBufferPointer { pages in
                            body(
                                unsafe GraphView(
                                    kinds: kinds, heads: heads, personCounts: personCounts,
                                    markBits: markBits, pages: pages))
                        }
                    }
                }
            }
        }
    }
}
