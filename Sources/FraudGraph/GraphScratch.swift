/// A worker's own memory for walks, reused by every call: a walk allocates nothing.
///
///     visited: 2^k words | epoch 32 | node 32 |, load at most one half, cleared by a new epoch
///     masks:   4 bytes a slot: the kinds of identifiers that the subject shares with the node
///     steps:   16 bytes a person, in the order met: the breadth-first queue and the way back
///
/// Its size follows the work budget and not the graph: 20,000 links need 65,536 slots, 768 KiB,
/// of which a usual walk of a hundred nodes touches a hundred lines.
///
/// Thread: owned by one worker; never shared.
@safe
public final class GraphScratch {
    // Safe because all three blocks are as long as `slotCount` and `workMax + 2` say, slots are
    // masked, and steps are counted by the one walk that uses them.
    struct Step {
        let node: UInt32
        /// The step of the person before; -1 for the subject.
        let parent: Int32
        /// The identifier between them plus one; 0 for a direct link.
        let via: UInt32
        let firstRelation: UInt8
        let secondRelation: UInt8
    }

    let workMax: Int
    private let slotCount: Int
    private let visited: UnsafeMutablePointer<UInt64>
    private let masks: UnsafeMutablePointer<UInt32>
    private let steps: UnsafeMutablePointer<Step>
    private var epoch: UInt32 = 0

    /// Room for walks of at most `workMax` links; a larger limit is cut to it.
    public init(workMax: Int = GraphLimits.workMaxDefault) {
        precondition(workMax > 0 && workMax <= 1 << 24, "a scratch stays below 1 GiB")
        self.workMax = workMax
        var slotCount = 64
        while slotCount < (workMax + 2) * 2 { slotCount *= 2 }
        self.slotCount = slotCount
        unsafe visited = .allocate(capacity: slotCount)
        unsafe visited.initialize(repeating: 0, count: slotCount)
        unsafe masks = .allocate(capacity: slotCount)
        unsafe masks.initialize(repeating: 0, count: slotCount)
        unsafe steps = .allocate(capacity: workMax + 2)
    }

    deinit {
        unsafe visited.deallocate()
        unsafe masks.deallocate()
        unsafe steps.deallocate()
    }

    /// Forgets the walk before; returns the new walk's epoch.
    func begin() -> UInt32 {
        epoch &+= 1
        if epoch == 0 {
            unsafe visited.update(repeating: 0, count: slotCount)
            epoch = 1
        }
        return epoch
    }

    @inline(__always)
    func step(_ index: Int) -> Step {
        precondition(index < workMax + 2, "a step of this walk")
        return unsafe steps[index]
    }

    @inline(__always)
    func setStep(_ step: Step, at index: Int) {
        precondition(index < workMax + 2, "each link looked at adds at most one person")
        unsafe (steps + index).initialize(to: step)
    }

    /// Finds or makes the node's slot; `isNew` says which.
    @inline(__always)
    func visit(_ node: UInt32, epoch: UInt32) -> (slot: Int, isNew: Bool) {
        let wanted = UInt64(epoch) &<< 32 | UInt64(node)
        let mask = slotCount &- 1
        var slot = Int(truncatingIfNeeded: (UInt64(node) &* 0x9e37_79b9_7f4a_7c15) &>> 40) & mask
        while true {
            let entry = unsafe visited[slot]
            if entry == wanted { return (slot, false) }
            if entry &>> 32 != UInt64(epoch) {
                unsafe visited[slot] = wanted
                unsafe masks[slot] = 0
                return (slot, true)
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Notes that the node in `slot` shares a kind; true the first time.
    @inline(__always)
    func share(_ kind: UInt8, slot: Int) -> Bool {
        let bit = UInt32(1) &<< UInt32(kind)
        guard unsafe masks[slot & (slotCount &- 1)] & bit == 0 else { return false }
        unsafe masks[slot & (slotCount &- 1)] |= bit
        return true
    }
}
