import Testing

@testable import GRPC

/// What the worker believes that calls cost.
@Suite struct MethodCostsTests {
    /// After how many calls of so many nanoseconds the estimate is within a quarter of them.
    @Test(arguments: [(200, 40), (1_000, 30), (10_000, 1), (2_000_000, 20)])
    func anEstimateComesNearInAFewMeasurements(nanos: UInt64, calls: Int) {
        var costs = MethodCosts(methodCount: 2)
        for _ in 0..<calls { costs.learn(1, nanos: nanos) }
        let error = abs(Int64(costs.estimateNanos(1)) - Int64(nanos))
        #expect(error <= Int64(nanos) / 4, "estimate \(costs.estimateNanos(1))")
        #expect(costs.estimateNanos(0) == 10_000, "the other method is not touched")
    }

    @Test func oneSlowCallAtMostDoublesTheEstimate() {
        var costs = MethodCosts(methodCount: 1)
        for _ in 0..<50 { costs.learn(0, nanos: 20_000) }
        let before = costs.estimateNanos(0)
        costs.learn(0, nanos: 30_000_000_000)
        #expect(costs.estimateNanos(0) <= before * 2)
    }

    @Test func cheapMethodsAreMeasuredOnceInSixteenCallsAndDearOnesAlways() {
        var costs = MethodCosts(methodCount: 2)
        for _ in 0..<100 {
            costs.learn(0, nanos: 300)
            costs.learn(1, nanos: 30_000)
        }
        var measured = [0, 0]
        for _ in 0..<160 {
            for method in 0..<2 where costs.mustMeasure(method) {
                measured[method] += 1
                costs.learn(method, nanos: method == 0 ? 300 : 30_000)
            }
        }
        #expect(measured == [10, 160])
    }

    @Test func theStretchIsTimePassedForEachNanosecondOfHandlers() {
        var pace = Pace()
        for turn in 0..<100 {
            pace.turnBegan(nowNanos: UInt64(turn) * 900, isBacklogged: true)
            pace.ran(nanos: 300)
        }
        #expect(abs(pace.stretch - 3) < 0.01)
        // A turn that waited for something to do says nothing.
        pace.turnBegan(nowNanos: 1_000_000_000, isBacklogged: false)
        #expect(abs(pace.stretch - 3) < 0.01)
    }
}
