import Domain
import Testing

/// Whole worlds, small ones; `make simulate` runs larger ones by the thousand.
@Suite struct SimulationTests {
    private static func options(_ operationCount: Int) -> SimulationOptions {
        var options = SimulationOptions()
        options.operationCount = operationCount
        options.runsPerCrash = 40
        options.runsPerCheckpoint = 30
        options.runsBetweenFullChecks = 100
        return options
    }

    /// Every record, answer and state is the naive model's, through crashes and broken disks.
    @Test(arguments: UInt64(1)...4) func worldsAgreeWithTheModel(_ seed: UInt64) throws {
        let report = try Simulation(seed: seed, options: Self.options(4_000)).run()
        #expect(report.crashes > 3, "seed \(seed)")
        #expect(report.outcomes[.done, default: 0] > 500, "seed \(seed)")
        #expect(report.repeats > 20, "seed \(seed)")
    }

    /// So many lines that a portfolio limit is counted in several steps.
    @Test func scansOfManyLinesAgreeWithTheModel() throws {
        var options = Self.options(4_000)
        options.lineCountMax = 400
        let report = try Simulation(seed: 99, options: options).run()
        #expect(report.countedSteps > 0)
    }

    /// A seed is the whole story: the same one gives the same world, bit for bit.
    @Test func aSeedReplaysExactly() throws {
        let one = try Simulation(seed: 7, options: Self.options(2_000)).run()
        let again = try Simulation(seed: 7, options: Self.options(2_000)).run()
        #expect(one == again)
        #expect(!one.stateHash.isEmpty)
        let other = try Simulation(seed: 8, options: Self.options(2_000)).run()
        #expect(one.traceHash != other.traceHash && one.stateHash != other.stateHash)
    }

    /// The simulator finds what it is there to find: every fault that is put in makes it fail.
    @Test(arguments: Sabotage.allCases) func aFaultIsFound(_ sabotage: Sabotage) {
        var options = Self.options(6_000)
        options.sabotage = sabotage
        let note: Comment = "\(sabotage)"
        #expect(throws: SimulationFailure.self, note) {
            try Simulation(seed: 11, options: options).run()
        }
    }
}
