import Ground
import Testing

@Suite struct SlotMapTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func behavesLikeADictionaryThatNeverForgetsOldIDs(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var map = SlotMap<Int>()
        var oracle: [UInt64: Int] = [:]
        var everUsed: [UInt64] = []
        for step in 0..<2_000 {
            if Int.random(in: 0..<3, using: &random) > 0 || everUsed.isEmpty {
                let id = map.insert(step)
                #expect(oracle[id] == nil, "seed \(seed), step \(step)")
                #expect(!everUsed.contains(id), "seed \(seed), step \(step)")
                oracle[id] = step
                everUsed.append(id)
            } else {
                let id = everUsed[Int.random(in: everUsed.indices, using: &random)]
                #expect(map.remove(id) == oracle.removeValue(forKey: id), "seed \(seed)")
            }
            #expect(map.count == oracle.count)
        }
        for id in everUsed { #expect(map[id] == oracle[id], "seed \(seed)") }
        var visited: [Int] = []
        map.forEach { visited.append($0) }
        #expect(visited.sorted() == oracle.values.sorted())
    }
}
