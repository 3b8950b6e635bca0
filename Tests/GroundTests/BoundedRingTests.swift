import Ground
import Testing

@Suite struct BoundedRingTests {
    @Test(arguments: [1, 2, 3, 16, 17, 100])
    func keepsTheOrderAndTheBound(bound: Int) {
        var random = RandomSource(seed: UInt64(bound))
        var ring = BoundedRing<Int>(bound: bound)
        var oracle: [Int] = []
        for step in 0..<2_000 {
            if Int.random(in: 0..<5, using: &random) > 1 {
                let fits = oracle.count < bound
                #expect(ring.append(step) == fits, "bound \(bound), step \(step)")
                if fits { oracle.append(step) }
            } else {
                #expect(ring.popFirst() == (oracle.isEmpty ? nil : oracle.removeFirst()))
            }
            #expect(ring.count == oracle.count)
            #expect(ring.isEmpty == oracle.isEmpty)
        }
    }
}
