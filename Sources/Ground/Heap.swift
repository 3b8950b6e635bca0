internal import CSystem

/// The C library's heap, in which everything lives that Swift and the C libraries allocate.
public enum Heap {
    /// Gives whole free pages back to the kernel: malloc_trim.
    ///
    /// What was allocated and freed once, and will not be needed again, else counts as the
    /// process's memory for good. It holds each arena's lock while it looks through it, some
    /// milliseconds in all, so it is no call for a running server. Thread: any.
    public static func releaseFreePages() { csystem_heap_trim() }
}
