import Ground
import Testing

@testable import riskload

@Suite struct SendScheduleTests {
    @Test(
        arguments: [
            (1_000, 30_000_000_000, 30_000), (3, 1_000_000_000, 3), (1, 500_000_000, 1),
            (7, 1_500_000_000, 11), (10_000_000, 86_400_000_000_000, 864_000_000_000),
        ] as [(UInt64, UInt64, UInt64)])
    func countsTheCallsOfItsLength(rate: UInt64, lengthNanos: UInt64, count: UInt64) {
        let schedule = SendSchedule(
            startNanos: 5, ratePerSecond: rate, lengthNanos: lengthNanos)
        #expect(schedule.callCount == count)
        #expect(schedule.intendedNanos(0) == 5)
        #expect(schedule.intendedNanos(count - 1) < 5 + lengthNanos)
        #expect(schedule.intendedNanos(count) + 1 >= 5 + lengthNanos)
    }

    /// Beside the exact quotient, in whole nanoseconds.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func isEvenlySpacedWithoutDrift(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let rate = UInt64.random(in: 1...10_000_000, using: &random)
        let schedule = SendSchedule(
            startNanos: 0, ratePerSecond: rate, lengthNanos: 86_400_000_000_000)
        for _ in 0..<200 {
            let index = UInt64.random(in: 0..<schedule.callCount, using: &random)
            let product = index.multipliedFullWidth(by: 1_000_000_000)
            let exact = rate.dividingFullWidth((product.high, product.low)).quotient
            #expect(schedule.intendedNanos(index) == exact, "seed \(seed) index \(index)")
        }
    }
}
