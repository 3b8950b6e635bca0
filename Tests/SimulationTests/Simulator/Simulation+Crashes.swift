import Domain
import Ground
import LedgerOracle

@testable import Journal

extension Simulation {
    /// The machine stops; power comes back; what is on the disk must be what was promised.
    func crash(because reason: String) throws {
        report.crashes += 1
        let inFlight = waiting.first
        for run in waiting { loseAnswers(run) }
        waiting = []
        callers.lose(inbox + lookUps)
        inbox = []
        lookUps = []
        isMoreDue = true
        files.restart()
        store.restart(keeps: chance(1, in: 2))
        if chance(1, in: 3) { try flipBits(inFlight) }
        try recover(reason)
        try settleInFlight(inFlight, reason)
        let lastMicros = machine.parts.writer.mark.timeMicros
        clock.restart(
            lastRecordMicros: lastMicros,
            downMicros: Int64.random(in: 0...20_000_000, using: &random))
        report.traceHash.add(durableSequence)
        try checkEverything()
        try checkSample()
    }

    private func loseAnswers(_ run: SequencedRun) {
        var proposals: [Proposal] = []
        for event in run.events {
            if case .request(let proposal, _) = event.kind { proposals.append(proposal) }
        }
        callers.lose(proposals)
    }

    /// Recovery, which may be stopped itself.
    private func recover(_ reason: String) throws {
        var attempts = 0
        while true {
            attempts += 1
            if attempts < 4 && chance(1, in: 4) {
                files.crash(afterCalls: Int.random(in: 1...3, using: &random))
            }
            do {
                machine = try SimulatedMachine(
                    files: files, store: store, sabotage: options.sabotage)
                report.recoveries += 1
                return
            } catch {
                guard files.hasCrashed else {
                    throw failure("no recovery after \(reason): \(error)")
                }
                report.crashesInRecovery += 1
                files.restart()
                store.restart(keeps: true)
            }
        }
    }

    /// The batch in flight is wholly there or wholly absent; everything before it is there.
    private func settleInFlight(_ inFlight: SequencedRun?, _ reason: String) throws {
        let last = machine.parts.writer.mark.sequence
        if last == durableSequence {
            report.lostBatches += inFlight == nil ? 0 : 1
            return
        }
        guard let inFlight, last == inFlight.batch.records.last?.record.sequence else {
            throw failure(
                "after \(reason) the journal ends with record \(last), acknowledged were "
                    + "\(durableSequence)")
        }
        report.survivingBatches += 1
        try take(inFlight, isAnswered: false)
    }

    /// One bit of what is durable turns, on a copy: the start is refused, or the state is exact.
    ///
    /// The one window: the last batch may go unnoticed while the witness does not name it yet.
    private func flipBits(_ inFlight: SequencedRun?) throws {
        report.flippedBits += 1
        let copy = files.copy(seed: random.next())
        let storeCopy = store.copy()
        let ofStore = chance(1, in: 4)
        let bit = Int.random(in: 0..<8, using: &random)
        var random = RandomSource(seed: random.next())
        if ofStore {
            let isThere = storeCopy.damage({ $0.randomElement(using: &random) }) { value in
                value[Int.random(in: 0..<value.count, using: &random)] ^= 1 << bit
            }
            if !isThere { return }
        } else {
            let name = copy.names.randomElement(using: &random) ?? ""
            copy.damage(name) { bytes in
                if bytes.isEmpty { return }
                let used = bytes.lastIndex { $0 != 0 } ?? 0
                bytes[Int.random(in: 0...used, using: &random)] ^= 1 << bit
            }
        }
        let witnessed = Self.witnessed(files)
        guard let recovered = try? SimulatedMachine.recover(copy, storeCopy) else {
            report.flipsRefused += 1
            return
        }
        let last = recovered.report.lastSequence
        guard last >= witnessed else {
            throw failure("after a flipped bit the journal ends with \(last) < \(witnessed)")
        }
        let wholeInFlight = inFlight?.batch.records.last?.record.sequence
        if last == durableSequence {
            try checkLedger(recovered.sequencer, "after a flipped bit")
        } else if last != wholeInFlight && last < lastBatchStart {
            throw failure(
                "after a flipped bit the journal ends with \(last), acknowledged were "
                    + "\(durableSequence)")
        }
    }

    private static func witnessed(_ files: SimulatedFileSystem) -> UInt64 {
        guard let found = try? Witness.open(in: files) else { return 0 }
        return found.written.sequence
    }

    /// A checkpoint, block by block, with the sequencer and the committer going on in between.
    func checkpoint() throws {
        report.checkpoints += 1
        let stops = chance(1, in: 4)
        if stops { store.stop(afterCalls: Int.random(in: 1...8, using: &random)) }
        var failed: (any Error)?
        let checkpointer = Checkpointer(
            store: store, tenants: machine.parts.tenants, participants: [])
        do {
            try checkpointer.run(
                mark: machine.parts.writer.mark,
                onSequencer: { body in
                    if failed == nil && waiting.count < 3 && chance(1, in: 6) {
                        do { try self.sequence() } catch { failed = error }
                    }
                    body(machine.parts.sequencer)
                },
                awaitDurable: { sequence throws(JournalError) in
                    while durableSequence < sequence, !waiting.isEmpty {
                        do {
                            try commit()
                        } catch {
                            failed = error
                            throw .closed
                        }
                    }
                })
        } catch {
            if let failed, !(failed is StoreError) { throw failed }
            guard stops else { throw failure("the checkpoint: \(error)") }
        }
        if let failed, !(failed is StoreError) { throw failed }
        guard stops else { return }
        if chance(1, in: 2) {
            report.crashesInCheckpoint += 1
            throw SimulatedStop(reason: "the machine stopped inside a checkpoint")
        }
        store.resume()
    }
}

/// The machine stopped: not a mistake, but the end of this life.
struct SimulatedStop: Error {
    var reason: String
}
