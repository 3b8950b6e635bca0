import Domain

/// What happened in one or several simulated worlds.
struct SimulationReport: Sendable, Equatable {
    var worlds = 0
    /// Ledger operations tried, those of refused chains included.
    var operations = 0
    var records = 0
    var batches = 0
    var repeats = 0
    var reusedIDs = 0
    var refusedIDs = 0
    var lookUps = 0
    var archivedPages = 0
    var plannedAgain = 0
    var expiries = 0
    var countedSteps = 0
    var crashes = 0
    var recoveries = 0
    var crashesInRecovery = 0
    var crashesInCheckpoint = 0
    var failedSyncs = 0
    var fullDisks = 0
    var clockJumps = 0
    var flippedBits = 0
    var flipsRefused = 0
    var checkpoints = 0
    var fullChecks = 0
    var survivingBatches = 0
    var lostBatches = 0
    /// By outcome, of whole records and of the operations of batches.
    var outcomes: [LedgerOutcome: Int] = [:]
    /// Of everything that was decided and written, in order.
    var traceHash = TraceHash()
    /// Of the last world's last state.
    var stateHash = ""

    /// Adds another world's.
    mutating func add(_ other: SimulationReport) {
        worlds += other.worlds
        operations += other.operations
        records += other.records
        batches += other.batches
        repeats += other.repeats
        reusedIDs += other.reusedIDs
        refusedIDs += other.refusedIDs
        lookUps += other.lookUps
        archivedPages += other.archivedPages
        plannedAgain += other.plannedAgain
        expiries += other.expiries
        countedSteps += other.countedSteps
        crashes += other.crashes
        recoveries += other.recoveries
        crashesInRecovery += other.crashesInRecovery
        crashesInCheckpoint += other.crashesInCheckpoint
        failedSyncs += other.failedSyncs
        fullDisks += other.fullDisks
        clockJumps += other.clockJumps
        flippedBits += other.flippedBits
        flipsRefused += other.flipsRefused
        checkpoints += other.checkpoints
        fullChecks += other.fullChecks
        survivingBatches += other.survivingBatches
        lostBatches += other.lostBatches
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        traceHash.add(other.traceHash.value)
        stateHash = other.stateHash
    }

    /// Lines for people.
    var text: String {
        let rows: [(String, Int)] = [
            ("worlds", worlds), ("operations", operations), ("records", records),
            ("batches", batches), ("repeated requests", repeats),
            ("request ids reused with another payload", reusedIDs),
            ("request ids expired or from the future", refusedIDs),
            ("request ids looked for on disk", lookUps),
            ("pages of requests put on disk", archivedPages), ("plans sent back", plannedAgain),
            ("records of the sequencer's own", expiries),
            ("  steps of scans of new portfolio limits", countedSteps),
            ("crashes", crashes), ("  inside recovery", crashesInRecovery),
            ("  inside a checkpoint", crashesInCheckpoint),
            ("recoveries", recoveries), ("  batch in flight survived", survivingBatches),
            ("  batch in flight lost", lostBatches), ("failed syncs", failedSyncs),
            ("full disks", fullDisks), ("clock jumps", clockJumps),
            ("flipped bits", flippedBits), ("  refused at start", flipsRefused),
            ("checkpoints", checkpoints), ("whole states compared", fullChecks),
        ]
        var lines = rows.map { "\($0.0): \($0.1)" }
        lines.append("outcomes:")
        for (outcome, count) in outcomes.sorted(by: { $0.value > $1.value }) {
            lines.append("  \(outcome): \(count)")
        }
        lines.append("trace hash: \(traceHash)")
        lines.append("state hash of the last world: \(stateHash)")
        return lines.joined(separator: "\n")
    }
}

/// A running hash that is the same on every machine (FNV-1a, 64 bits). Not for secrets.
struct TraceHash: Sendable, Equatable, CustomStringConvertible {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        var left = word
        for _ in 0..<8 {
            value = (value ^ (left & 0xff)) &* 0x0000_0100_0000_01b3
            left &>>= 8
        }
    }

    var description: String { String(value, radix: 16) }
}
