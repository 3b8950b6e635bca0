import Dispatch
import Glibc

// simulate OPERATIONS SEED: simulates world after world, each from a seed of its own, until so many
// ledger operations were done; prints what happened, or the seed of the first world that went
// wrong. Worlds run side by side, one on each core; the result does not depend on how many.

/// Operations of one world. Reason: long enough for tables to fill and days to pass, short enough
/// that a failing seed replays in a second.
let worldOperationCount = 40_000

guard CommandLine.arguments.count == 3, let operationCount = Int(CommandLine.arguments[1]),
    operationCount > 0, let firstSeed = UInt64(CommandLine.arguments[2])
else {
    print("usage: simulate OPERATIONS SEED")
    exit(64)
}

let worldCount = (operationCount + worldOperationCount - 1) / worldOperationCount
let results = WorldResults(count: worldCount)
DispatchQueue.concurrentPerform(iterations: worldCount) { world in
    guard !results.hasFailed else { return }
    var options = SimulationOptions()
    options.operationCount = min(worldOperationCount, operationCount)
    let seed = firstSeed &+ UInt64(world)
    do {
        results.set(world, .success(try Simulation(seed: seed, options: options).run()))
    } catch {
        results.set(world, .failure(error))
    }
}

print("seeds \(firstSeed) to \(firstSeed &+ UInt64(worldCount - 1))")
print(results.report.text)
if let failure = results.failure {
    print("FAILED: \(failure)")
    exit(1)
}
