/// What a simulated world is like.
struct SimulationOptions: Sendable {
    /// Ledger operations before it ends.
    var operationCount = 20_000
    /// Tenants, from 1.
    var tenantCountMax: UInt32 = 3
    /// Lines that a tenant opens before it opens further ones rarely.
    var lineCountMax = 24
    /// Holds that may be open under a tenant before callers stop reserving.
    var openHoldCountMax = 150
    /// Sequencer runs between two looks at everything.
    var runsBetweenFullChecks = 400
    /// One in so many runs of the sequencer ends in a crash; 0 is never.
    var runsPerCrash = 120
    /// One in so many runs of the sequencer begins a checkpoint; 0 is never.
    var runsPerCheckpoint = 60
    /// A fault that the simulation must find.
    var sabotage: Sabotage?
}

/// Faults put in on purpose: each must make a simulation fail, or it finds nothing.
enum Sabotage: String, CaseIterable, Sendable {
    /// The disk says that a sync is done and does nothing.
    case syncLies
    /// One record of many is not published to the readers' view.
    case publishSkips
    /// Holds are left alone when their time is over.
    case expiryStops
    /// A repeated request is taken under another key, as if the first were forgotten.
    case requestsForgotten
    /// The ledger changes a row that no record tells of.
    case rowsDrift
    /// The machine acknowledges a batch before it is written.
    case acknowledgesEarly
}

/// What a simulation found wrong.
struct SimulationFailure: Error, CustomStringConvertible {
    var seed: UInt64
    /// Ledger operations done before it was found.
    var operation: Int
    var problem: String

    var description: String {
        "seed \(seed), after \(operation) operations: \(problem)"
    }
}
