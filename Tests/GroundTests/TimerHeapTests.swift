import Ground
import Testing

@Suite struct TimerHeapTests {
    @Test(arguments: UInt64(1)...4) func agreesWithADictionary(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var heap = TimerHeap()
        var expected: [Int: Int64] = [:]
        for turn in 0..<20_000 {
            let slot = Int.random(in: 0..<3_000, using: &random)
            if expected[slot] != nil || Int.random(in: 0..<4, using: &random) == 0 {
                heap.remove(slot: slot)
                expected[slot] = nil
            } else {
                let due = Int64.random(in: 0..<500, using: &random)
                heap.insert(slot: slot, dueMicros: due)
                expected[slot] = due
            }
            #expect(heap.count == expected.count, "seed \(seed) turn \(turn)")
            if turn % 50 == 0 {
                #expect(heap.first?.dueMicros == expected.values.min(), "seed \(seed) turn \(turn)")
            }
        }
        var last = Int64.min
        while let first = heap.first {
            #expect(first.dueMicros >= last && expected[first.slot] == first.dueMicros)
            last = first.dueMicros
            heap.remove(slot: first.slot)
            expected[first.slot] = nil
        }
        #expect(expected.isEmpty)
    }
}
