public import CSystem

/// Asks for memory before it is needed.
///
/// Reading it ahead would do the same as long as nothing waits for what was read; but a lock waits
/// for every read before it, so that the misses on both sides of it come one after the other. A
/// prefetch is done as soon as it is asked for. Reads and changes nothing: any address will do.
/// Complexity: O(1), about 1 ns. Thread: any.
@safe
public enum Prefetch {
    // Safe because no address is ever read through.

    /// The cache line that an address lies in.
    @inlinable
    @inline(__always)
    public static func line(of address: UnsafeRawPointer) {
        unsafe csystem_prefetch(address)
    }

    /// All cache lines of the value at an address.
    @inlinable
    @inline(__always)
    public static func value<Value>(at address: UnsafePointer<Value>) {
        let start = unsafe UnsafeRawPointer(address)
        for distance in stride(from: 0, to: MemoryLayout<Value>.size, by: lineBytes) {
            unsafe csystem_prefetch(start + distance)
        }
        // Where the value does not begin with a cache line it may end in one more.
        unsafe csystem_prefetch(start + (MemoryLayout<Value>.size - 1))
    }

    /// Bytes of a cache line: of every x86-64 and of most 64-bit ARM cores.
    @inlinable static var lineBytes: Int { 64 }
}
