import Domain
import Ground
import LedgerOracle
import Limits

@testable import Journal

/// One simulated world: callers, a server's state machine, its disk, its clock, and the naive model
/// that says what must come of it. Everything follows from the seed.
///
/// The model is one step behind the sequencer: it does what is durable, so that after a crash it is
/// what the recovered server must be.
final class Simulation {
    let seed: UInt64
    let options: SimulationOptions
    var random: RandomSource
    var clock = NaiveClock()
    var callers: Callers
    let files: SimulatedFileSystem
    let store: SimulatedStore
    var machine: SimulatedMachine
    /// Sequenced and not written yet, oldest first.
    var waiting: [SequencedRun] = []
    var isMoreDue = false
    /// Sent and not taken yet.
    var inbox: [Proposal] = []
    /// On their way to the disk and back.
    var lookUps: [Proposal] = []

    // What must be.
    var ledger: NaiveLedger
    var requests = NaiveRequests()
    var numbers: [TenantID: UInt64] = [:]
    var durableSequence: UInt64 = 0
    /// The last record before the last batch.
    var lastBatchStart: UInt64 = 0
    /// Every record that was answered, or found durable after a crash.
    var history: [SequencedRecord] = []
    var report = SimulationReport()
    private var runs = 0

    init(seed: UInt64, options: SimulationOptions = SimulationOptions()) throws {
        self.seed = seed
        self.options = options
        random = RandomSource(seed: seed)
        callers = Callers(seed: seed &+ 0x51, options: options)
        files = SimulatedFileSystem(seed: seed &+ 0xf1)
        if options.sabotage == .syncLies { files.setSyncLies(true) }
        store = SimulatedStore()
        machine = try SimulatedMachine(files: files, store: store, sabotage: options.sabotage)
        ledger = NaiveLedger(endedHoldCountMax: machine.configuration.endedHoldCountMax)
        report.worlds = 1
    }

    /// Lives until enough operations were done. Errors: `SimulationFailure`.
    func run() throws -> SimulationReport {
        while report.operations < options.operationCount {
            try step()
        }
        try settle()
        try checkEverything()
        try checkHistory()
        report.stateHash = "\(machine.parts.sequencer.stateHash())"
        return report
    }

    /// A run of the sequencer, and what else happens meanwhile.
    private func step() throws {
        runs += 1
        if options.sabotage == .rowsDrift && runs % 50 == 0 { drift() }
        advanceClock()
        if try !prepareSpace() { return }
        try sequence()
        // Up to two batches wait while one is written.
        while waiting.count > Int.random(in: 0...2, using: &random) { try commitOrCrash() }
        try checkReaders()
        if options.runsPerCheckpoint > 0, chance(1, in: options.runsPerCheckpoint) {
            do {
                try checkpoint()
            } catch let stop as SimulatedStop {
                try crash(because: stop.reason)
            }
        }
        if options.runsPerCrash > 0, chance(1, in: options.runsPerCrash) {
            // At the n-th call from now, wherever that is.
            files.crash(afterCalls: Int.random(in: 1...12, using: &random))
        }
        if runs % options.runsBetweenFullChecks == 0 {
            try settle()
            try checkEverything()
        }
    }

    func chance(_ one: Int, in of: Int) -> Bool {
        Int.random(in: 0..<of, using: &random) < one
    }

    private func advanceClock() {
        clock.advance(
            chance(1, in: 40)
                ? Int64.random(in: 0...30_000_000, using: &random)
                : Int64.random(in: 0...700_000, using: &random))
        if chance(1, in: 400) {
            report.clockJumps += 1
            let micros = Int64.random(in: 1_000_000...7_200_000_000, using: &random)
            clock.jump(chance(1, in: 2) ? micros : -micros)
        }
        if clock.frozenAtMicros != nil && chance(1, in: 20) {
            clock.confirm()
            machine.parts.sequencer.time.confirm()
        }
    }

    /// Full disks come and go; says whether writes are taken.
    private func prepareSpace() throws -> Bool {
        if chance(1, in: 300) {
            report.fullDisks += 1
            files.setFreeBytes(0)
        } else if chance(1, in: 30) {
            files.setFreeBytes(.max)
        }
        do {
            try machine.prepareSegment()
        } catch {
            try crash(because: "the next segment: \(error)")
            return false
        }
        if machine.hasRoom() { return true }
        try refuse(callers.next(ledger, clock))
        return false
    }

    /// No space: new writes are refused, a repeat gets its answer.
    private func refuse(_ proposal: Proposal) throws {
        var batch = SequencedBatch()
        machine.parts.sequencer.answer(proposal, into: &batch) { _, _ in .noSpace }
        guard let verdict = batch.verdicts.first else { return }
        // What is sequenced and not durable is known to the sequencer only.
        if waiting.isEmpty {
            try expect(verdict.answer, requests.answer(proposal) ?? "no space", proposal)
        }
        if case .noSpace = verdict.answer { callers.lose([proposal]) }
    }

    /// What was looked for on disk comes back: found, or new.
    private func finishLookUps() throws -> [Proposal] {
        var absent: [Proposal] = []
        for proposal in lookUps {
            report.lookUps += 1
            if let found = try machine.lookUp(
                proposal, nowMicros: machine.parts.writer.mark.timeMicros)
            {
                try expect(
                    .repeated(sequence: found), requests.answer(proposal) ?? "new", proposal)
                noteRepeat(proposal)
                callers.hear(proposal)
            } else {
                absent.append(proposal)
            }
        }
        lookUps = []
        return absent
    }

    /// Takes slices, as many proposals as there happen to be.
    func sequence() throws {
        let count = chance(1, in: 30) ? 60 : Int.random(in: 0...12, using: &random)
        if !lookUps.isEmpty && chance(1, in: 2) { inbox += try finishLookUps() }
        for _ in 0..<count where inbox.count < 200 { inbox.append(callers.next(ledger, clock)) }
        let dueCountMax = chance(1, in: 4) ? 3 : 512
        let (run, more) = machine.sequence(
            &inbox, countMax: Sequencer.sliceCountMax, clock: &clock, dueCountMax: dueCountMax,
            counts: chance(1, in: 4))
        isMoreDue = more
        lookUps += run.lookUps
        if !run.events.isEmpty { waiting.append(run) }
        if try machine.archiveRequests(durableSequence: durableSequence) {
            report.archivedPages += 1
        }
    }

    /// Everything that waits is written.
    func settle() throws {
        while !waiting.isEmpty { try commitOrCrash() }
    }

    private func commitOrCrash() throws {
        do {
            try commit()
        } catch let stop as SimulatedStop {
            try crash(because: stop.reason)
        }
    }

    /// Write, sync, publish, answer. Errors: `SimulatedStop` when the machine stops.
    func commit() throws {
        guard let run = waiting.first else { return }
        if options.sabotage == .acknowledgesEarly { try take(run) }
        if chance(1, in: 900) {
            report.failedSyncs += 1
            files.setSyncFails(true)
        }
        do {
            try machine.write(run.batch)
            if chance(1, in: 6) { try machine.parts.writer.settleWitness() }
        } catch {
            // A witness that could not be written comes after a batch that was.
            throw SimulatedStop(reason: "\(error)")
        }
        waiting.removeFirst()
        if !run.batch.records.isEmpty { lastBatchStart = durableSequence }
        machine.publish(run.batch)
        report.batches += 1
        if options.sabotage != .acknowledgesEarly { try take(run) }
        for word in machine.parts.writer.mark.hash.bytes { report.traceHash.add(UInt64(word)) }
    }

    /// The ledger gives a hold back without a record of it.
    private func drift() {
        guard let hold = ledger.accounts.values.flatMap({ $0.holds.values }).first else { return }
        _ = machine.parts.sequencer.ledger.apply(
            [.release(hold: hold.id)],
            stamp: LedgerStamp(
                tenant: hold.tenant, tenantSequence: numbers[hold.tenant, default: 0],
                sequence: machine.parts.sequencer.lastSequence, timeMicros: clock.journalMicros,
                expiryMicros: clock.expiryMicros))
    }

    func failure(_ problem: String) -> SimulationFailure {
        SimulationFailure(seed: seed, operation: report.operations, problem: problem)
    }
}
