import Ground
import Testing

@Suite struct TimerWheelTests {
    /// A list of deadlines does the same, slowly.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func findsEveryDeadlineWithinATick(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let tick: UInt64 = 1_000
        var now: UInt64 = 5_000_000
        var wheel = TimerWheel(nowNanos: now, tickNanos: tick)
        var oracle: [Int: UInt64] = [:]
        for step in 0..<3_000 {
            let slot = Int.random(in: 0..<200, using: &random)
            if oracle[slot] == nil {
                // From the past to three rounds of the wheel away.
                let deadline = now - 500 + UInt64.random(in: 0..<3_000_000, using: &random)
                wheel.set(slot, deadlineNanos: deadline)
                oracle[slot] = deadline
            } else if step % 3 == 0 {
                wheel.clear(slot)
                oracle[slot] = nil
            }
            now += UInt64.random(in: 0..<20_000, using: &random)
            if let next = wheel.nextNanos, let earliest = oracle.values.min() {
                #expect(next <= max(earliest, now) + 2 * tick, "seed \(seed), step \(step)")
            }
            var passed: [Int] = []
            wheel.advance(toNanos: now, passed: &passed)
            for slot in passed {
                let deadline = oracle.removeValue(forKey: slot)
                #expect(deadline.map { $0 <= now } == true, "seed \(seed), step \(step)")
            }
            for (slot, deadline) in oracle {
                #expect(
                    deadline + 2 * tick > now, "slot \(slot) is late, seed \(seed), step \(step)")
            }
            #expect(wheel.count == oracle.count)
        }
    }

    @Test func aJumpOfManyRoundsFindsEverything() {
        var wheel = TimerWheel(nowNanos: 0, tickNanos: 1_000)
        for slot in 0..<5_000 { wheel.set(slot, deadlineNanos: UInt64(slot) * 700) }
        var passed: [Int] = []
        wheel.advance(toNanos: 1_000_000_000, passed: &passed)
        #expect(passed.sorted() == Array(0..<5_000))
        #expect(wheel.nextNanos == nil)
    }
}
