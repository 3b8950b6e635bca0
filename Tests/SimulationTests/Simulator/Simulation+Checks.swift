import Domain
import Ground
import LedgerOracle
import Limits

@testable import Journal

extension Simulation {
    /// Readers see what is durable, and nothing that is only sequenced.
    func checkReaders() throws {
        for _ in 0..<2 {
            guard let key = someLine() else { return }
            let seen = machine.parts.view.line(key.tenant, LineID(key.number))
            if seen != ledger.accounts[key]?.line {
                throw failure(
                    "readers see \(String(describing: seen)), durable is "
                        + "\(String(describing: ledger.accounts[key]?.line))")
            }
        }
        // An ended hold is forgotten as soon as enough others ended, durable or not: the oldest
        // ones that the records in flight may push out. A crash brings them back.
        let inFlight = waiting.flatMap { $0.batch.records }
        let pushedCount = inFlight.reduce(0) { $0 + $1.record.effects.holds.count }
        for made in waiting.last?.batch.records.suffix(2) ?? [] {
            for hold in made.record.effects.holds {
                let key = OracleKey(hold.tenant, hold.id.rawValue)
                let seen = machine.parts.view.hold(hold.tenant, hold.id)
                let durable = ledger.hold(key)
                let isPushed = seen == nil && ledger.endings.prefix(pushedCount).contains(key)
                if seen != durable && !isPushed {
                    throw failure(
                        "readers see hold \(hold.id.rawValue) as \(String(describing: seen)), "
                            + "durable is \(String(describing: durable))")
                }
            }
        }
    }

    private func someLine() -> OracleKey? {
        let tenant = TenantID(UInt32.random(in: 1...options.tenantCountMax, using: &random))
        guard let line = callers.known[tenant]?.lines.randomElement(using: &random) else {
            return nil
        }
        return OracleKey(tenant, line.rawValue)
    }

    /// Everything: the sequencer's state, the readers' view, numbers and sums.
    func checkEverything() throws {
        report.fullChecks += 1
        try checkLedger(machine.parts.sequencer, "at record \(durableSequence)")
        for (key, account) in ledger.accounts {
            let line = machine.parts.view.line(key.tenant, LineID(key.number))
            if line != account.line {
                throw failure("readers see line \(key.number) as \(String(describing: line))")
            }
            for hold in account.holds.values {
                if machine.parts.view.hold(key.tenant, hold.id) != hold {
                    throw failure("readers see another hold \(hold.id.rawValue)")
                }
            }
        }
        for (key, hold) in ledger.endedHolds
        where machine.parts.view.hold(key.tenant, hold.id) != hold {
            throw failure("readers see another ended hold \(hold.id.rawValue)")
        }
        let sums = ledger.summedUp()
        let kept = ledger.absoluteCells
        if sums != kept { throw failure("exposures \(kept) are not the sums \(sums)") }
        if !isMoreDue && clock.frozenAtMicros == nil {
            try checkNothingDue()
        }
    }

    /// What was due at the sequencer's last look has ended.
    func checkNothingDue() throws {
        if let hold = ledger.firstDueHold(atMicros: clock.expiryMicros) {
            throw failure("hold \(hold.id.rawValue) is open after its time")
        }
        if let line = ledger.dueLines(atMicros: clock.expiryMicros).first {
            throw failure("line \(line.id.rawValue) missed a time")
        }
        if let subject = ledger.dueSubjects(atMicros: clock.expiryMicros).first {
            throw failure("subject \(subject.id) missed a time")
        }
    }

    /// A sequencer's whole ledger against the model.
    func checkLedger(_ sequencer: Sequencer, _ when: String) throws {
        var problem: String?
        var lineCount = 0
        sequencer.ledger.forEachLine { line in
            lineCount += 1
            let expected = ledger.accounts[OracleKey(line.tenant, line.id.rawValue)]?.line
            if expected != line {
                problem = "line \(line), expected \(String(describing: expected))"
            }
        }
        var holdCount = 0
        sequencer.ledger.forEachHold { hold in
            holdCount += 1
            let expected = ledger.hold(OracleKey(hold.tenant, hold.id.rawValue))
            if expected != hold {
                problem = "hold \(hold), expected \(String(describing: expected))"
            }
        }
        let holds = ledger.endedHolds.count + ledger.openHoldCount
        if problem == nil && (lineCount != ledger.accounts.count || holdCount != holds) {
            problem =
                "\(lineCount) lines and \(holdCount) holds, expected "
                + "\(ledger.accounts.count) and \(holds)"
        }
        let endings = sequencer.ledger.endedHolds.map { OracleKey($0.tenant, $0.id.rawValue) }
        if problem == nil && endings != ledger.endings { problem = "another order of endings" }
        if sequencer.lastSequence != durableSequence {
            problem = "last record \(sequencer.lastSequence), expected \(durableSequence)"
        }
        for (tenant, number) in numbers where sequencer.tenantSequences[tenant] != number {
            problem = "tenant \(tenant.rawValue) is not at number \(number)"
        }
        problem = problem ?? rareProblem(sequencer.ledger)
        if let problem { throw failure("\(when): \(problem)") }
    }

    private func rareProblem(_ actual: Ledger) -> String? {
        var problem: String?
        var counts = (drawings: 0, reversals: 0, subjects: 0)
        actual.forEachDrawing { drawing in
            counts.drawings += 1
            let account = ledger.accounts[OracleKey(drawing.tenant, drawing.line.rawValue)]
            if account?.drawings[drawing.id] != drawing { problem = "drawing \(drawing)" }
        }
        actual.forEachReversal { reversal in
            counts.reversals += 1
            if ledger.reversals[OracleKey(reversal.tenant, reversal.entry)] != reversal {
                problem = "reversal \(reversal)"
            }
        }
        actual.forEachSubject { subject in
            counts.subjects += 1
            if ledger.subject(subject.tenant, subject.id) != subject {
                problem = "subject \(subject)"
            }
        }
        if counts.drawings != ledger.drawingCount || counts.reversals != ledger.reversals.count
            || counts.subjects != ledger.subjects.count
        {
            problem = problem ?? "\(counts) are not the model's"
        }
        return problem ?? portfolioProblem(actual.portfolio)
    }

    private func portfolioProblem(_ actual: Portfolio) -> String? {
        var problem: String?
        var limitCount = 0
        actual.forEachLimit { limit in
            limitCount += 1
            if ledger.limits[OracleKey(limit.tenant, limit.id.rawValue)] != limit {
                problem = "limit \(limit)"
            }
        }
        if limitCount != ledger.limits.count { problem = "\(limitCount) limits" }
        var seen = Set<OracleCell>()
        actual.forEachCell { image in
            seen.insert(OracleCell(image.tenant, image.key))
            problem = problem ?? ledger.difference(image)
        }
        for cell in ledger.cells.keys where !seen.contains(cell) {
            problem = problem ?? "counter \(cell) is gone"
        }
        actual.forEachLabelSet { set in
            if ledger.labels(set.id, set.tenant) != set.labels { problem = "label set \(set)" }
        }
        return problem
    }

    /// Some acknowledged records, the newest among them, byte for byte.
    func checkSample() throws {
        guard !history.isEmpty else { return }
        for _ in 0..<20 {
            let place =
                chance(1, in: 2)
                ? Int.random(in: 0..<history.count, using: &random)
                : history.count - 1 - Int.random(in: 0..<min(20, history.count), using: &random)
            let expected = history[place]
            let stored: StoredRecord
            do {
                stored = try machine.parts.reader.read(sequence: expected.record.sequence)
            } catch {
                throw failure("record \(expected.record.sequence) cannot be read: \(error)")
            }
            try compare(stored.sequenced, expected)
            let found = try machine.parts.tenants.sequence(
                expected.record.tenant, expected.record.tenantSequence)
            if found != expected.record.sequence {
                throw failure("number \(expected.record.tenantSequence) leads elsewhere")
            }
        }
    }

    private func compare(_ stored: SequencedRecord, _ expected: SequencedRecord) throws {
        let (have, want) = (stored.record, expected.record)
        guard have.type == want.type, have.tenant == want.tenant,
            have.sequence == want.sequence, have.tenantSequence == want.tenantSequence,
            have.tenantSequenceCount == want.tenantSequenceCount,
            have.timeMicros == want.timeMicros, have.keyID == want.keyID,
            have.outcome == want.outcome, have.subject == want.subject,
            have.effects == want.effects, have.body == want.body,
            stored.requestKey == expected.requestKey, stored.fingerprint == expected.fingerprint,
            stored.previous == expected.previous,
            stored.previousOfSubject == expected.previousOfSubject,
            stored.alternative == expected.alternative
        else { throw failure("record \(want.sequence) is stored as \(stored)") }
    }

    /// The whole past from the first record on: every record there, none twice, and a ledger that
    /// is rebuilt from nothing but the journal.
    func checkHistory() throws {
        for expected in history {
            let stored = try machine.parts.reader.read(sequence: expected.record.sequence)
            try compare(stored.sequenced, expected)
        }
        files.restart()
        let again = try SimulatedMachine.recover(files, SimulatedStore())
        try checkLedger(again.sequencer, "replayed from the first record")
        let (one, other) = (machine.parts.sequencer.stateHash(), again.sequencer.stateHash())
        if one != other { throw failure("a replay from the first record gives another state hash") }
    }
}
