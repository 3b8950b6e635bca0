import Domain
import Ground
import LedgerOracle
import Testing

@testable import Limits

/// Random records of random tenants: the ledger and the naive one never differ, readers see what is
/// durable and nothing else, and images alone rebuild everything.
@Suite struct LedgerOracleTests {
    @Test(arguments: UInt64(1)...8) func agreesWithTheNaiveLedger(_ seed: UInt64) {
        var run = OracleRun(seed: seed)
        for turn in 0..<1_200 {
            run.turn()
            if let problem = run.problem {
                Issue.record("seed \(seed) turn \(turn): \(problem)")
                return
            }
        }
        run.finish()
        if let problem = run.problem { Issue.record("seed \(seed): \(problem)") }
        #expect(run.outcomes.count >= 14, "seed \(seed) met only \(run.outcomes)")
    }
}

/// One seed's run. Stops at the first problem.
struct OracleRun {
    private static let endedHoldCountMax = 24
    private var made: [UInt32: RandomOperations]
    private var random: RandomSource
    private var ledger = Ledger(endedHoldCountMax: OracleRun.endedHoldCountMax)
    private var naive = NaiveLedger(endedHoldCountMax: OracleRun.endedHoldCountMax)
    private var sequence: UInt64 = 0
    private var now: Int64 = 1_750_000_000_000_000
    /// Records that are not durable yet, and what is.
    private var waiting: [(effects: LedgerEffects, sequence: UInt64)] = []
    private var durable = DurableRows()
    private var journal: [LedgerEffects] = []
    private(set) var problem: String?
    private(set) var outcomes: Set<LedgerOutcome> = []

    init(seed: UInt64) {
        // Half of the seeds have portfolio limits, which refuse much.
        let hasLimits = seed % 2 == 0
        random = RandomSource(seed: seed)
        made = [
            1: RandomOperations(seed: seed &* 31, hasLimits: hasLimits),
            2: RandomOperations(seed: seed &* 37, hasLimits: hasLimits),
        ]
    }

    mutating func turn() {
        now += Int64.random(in: 0...30_000, using: &random)
        workDue()
        let tenant = UInt32.random(in: 1...2, using: &random)
        guard problem == nil, var generator = made[tenant] else { return }
        generator.now = now
        if generator.chance(25) {
            let (operations, chains) = generator.batch()
            record(operations, chains: chains, tenant, &generator)
        } else {
            record(generator.record(), chains: [], tenant, &generator)
        }
        made[tenant] = generator
        while let work = ledger.countingWork, problem == nil { own(work) }
        while waiting.count > 6 || (!waiting.isEmpty && generator.chance(40)) { publish() }
        checkReaders()
    }

    private mutating func workDue() {
        while problem == nil {
            let due = ledger.firstDue(atMicros: now)
            let hold = naive.firstDueHold(atMicros: now)
            // A line that has ended waits for nothing.
            let lines = naive.dueLines(atMicros: now).count { $0.status == .open }
            let subjects = naive.dueSubjects(atMicros: now).count
            guard let due else {
                if hold != nil || lines + subjects > 0 { problem = "something due was not found" }
                if let next = ledger.nextDueMicros, next <= now { problem = "next due is past" }
                return
            }
            if case .expire(let id) = due.operation, hold?.id != id || hold?.tenant != due.tenant {
                problem = "hold \(id.rawValue) before \(String(describing: hold))"
            }
            own(due)
        }
    }

    private mutating func own(_ work: DueWork) {
        guard var generator = made[work.tenant.rawValue] else { return }
        let counting: PortfolioLimitID? =
            if case .countPortfolioLimit(let id) = work.operation { id } else { nil }
        record([work.operation], chains: [], work.tenant.rawValue, &generator, counting: counting)
        made[work.tenant.rawValue] = generator
    }

    private mutating func record(
        _ operations: [LedgerOperation], chains: [UInt16], _ tenant: UInt32,
        _ generator: inout RandomOperations, counting: PortfolioLimitID? = nil
    ) {
        let stamp = LedgerStamp(
            tenant: TenantID(tenant), tenantSequence: generator.number + 1,
            sequence: sequence + 1, timeMicros: now, expiryMicros: now)
        let drawings = freedCandidates(operations, stamp)
        if !chains.isEmpty, generator.chance(30) {
            // A batch that fits no record leaves nothing behind: all that follows agrees.
            let refused = ledger.applyBatch(operations, chains: chains, stamp: stamp) { _ in false }
            if refused.outcome != .tooMany { problem = "a batch that does not fit is done" }
        }
        let result =
            chains.isEmpty
            ? ledger.apply(operations, stamp: stamp)
            : ledger.applyBatch(operations, chains: chains, stamp: stamp)
        outcomes.insert(result.outcome)
        for one in result.effects.rare.results { outcomes.insert(one.outcome) }
        if let said = compare(result, operations, chains, stamp, counting: counting) {
            problem = "\(said) after \(operations)"
            return
        }
        guard result.outcome == .done else {
            // A refusal is a record too, if the caller wants it to be.
            if generator.chance(50) { take(numbers: 1, &generator) }
            return
        }
        journal.append(result.effects)
        waiting.append((result.effects, stamp.sequence))
        note(operations, result.effects, stamp, drawings, &generator)
        take(numbers: chains.isEmpty ? 1 : UInt64(operations.count), &generator)
    }

    /// What the naive ledger says to a record, which it does too. It does not know the steps of a
    /// scan: it follows them, and sums up when the scan ends.
    private mutating func compare(
        _ result: LedgerResult, _ operations: [LedgerOperation], _ chains: [UInt16],
        _ stamp: LedgerStamp, counting: PortfolioLimitID?
    ) -> String? {
        if counting != nil { return naive.followCount(result.effects) }
        let expected =
            chains.isEmpty
            ? naive.apply(operations, stamp: stamp)
            : naive.applyBatch(operations, chains: chains, stamp: stamp)
        let said = naive.difference(
            expected: expected, actual: (outcome: result.outcome, effects: result.effects))
        if said == nil { naive.follow(result.effects) }
        return said
    }

    private mutating func take(numbers: UInt64, _ generator: inout RandomOperations) {
        generator.number += numbers
        sequence += 1
    }

    /// The drawings of a line before its repayment, to see what that freed.
    private func freedCandidates(
        _ operations: [LedgerOperation], _ stamp: LedgerStamp
    ) -> [DrawingImage] {
        guard operations.count == 1, case .repay(let line, _, _, _) = operations[0] else {
            return []
        }
        return ledger.drawings(stamp.tenant, of: line)
    }

    /// Remembers ids and entries that later operations may name.
    private func note(
        _ operations: [LedgerOperation], _ effects: LedgerEffects, _ stamp: LedgerStamp,
        _ before: [DrawingImage], _ generator: inout RandomOperations
    ) {
        for (place, operation) in operations.enumerated() {
            let number =
                stamp.tenantSequence
                + (operations.count == effects.rare.results.count ? UInt64(place) : 0)
            switch operation {
            case .openLine: generator.lines.append(number)
            case .reserve: generator.holds.append(number)
            case .freeze: generator.blocks.append(number)
            case .setPortfolioLimit(let limit) where limit.id.rawValue == 0:
                generator.limits.append(number)
            default: break
            }
        }
        guard operations.count == 1 else { return }
        let own = stamp.tenantSequence
        switch operations[0] {
        case .commit(_, let amountMinor, _, _):
            guard let drawing = effects.drawings.first else { return }
            generator.entries.append(
                ReversibleEntry(
                    entry: own, line: drawing.line, totalMinor: amountMinor,
                    kind: .drawing(labels: drawing.labels, placedSeconds: drawing.placedSeconds)))
        case .postCharge(let line, let component, let age, let amountMinor, _):
            generator.entries.append(
                ReversibleEntry(
                    entry: own, line: line, totalMinor: amountMinor, kind: .charge(component, age)))
        case .repay(let line, let amountMinor, _, _):
            var freed: [DrawingImage] = []
            for after in effects.drawings {
                guard var one = before.first(where: { $0.id == after.id }) else { continue }
                one.principalMinor -= after.principalMinor
                freed.append(one)
            }
            generator.entries.append(
                ReversibleEntry(
                    entry: own, line: line, totalMinor: amountMinor - effects.unallocatedMinor,
                    kind: .repayment(
                        paid: effects.rare.parts, drawings: freed.sorted { $0.id < $1.id })))
        default: break
        }
    }

    private mutating func publish() {
        let next = waiting.removeFirst()
        ledger.rows.publish(next.effects, sequence: next.sequence)
        durable.apply(next.effects)
    }

    /// Readers see what was published, and nothing that waits.
    private mutating func checkReaders() {
        for (key, line) in durable.lines
        where ledger.rows.durableLine(key.tenant, line.id) != line {
            problem = "line \(line.id.rawValue) is read otherwise than it is durable"
        }
        for (effects, _) in waiting {
            for line in effects.lines
            where ledger.rows.durableLine(line.tenant, line.id)
                != durable.lines[OracleKey(line.tenant, line.id.rawValue)]
            {
                problem = "line \(line.id.rawValue) is read before it is durable"
            }
            for hold in effects.holds {
                let known = durable.holds[OracleKey(hold.tenant, hold.id.rawValue)]
                let read = ledger.rows.durableHold(hold.tenant, hold.id)
                // An ended one may have been forgotten.
                if read != known && !(read == nil && known?.state != .held) {
                    problem = "hold \(hold.id.rawValue) is read before it is durable"
                }
            }
        }
        for line in durable.lines.values where problem == nil {
            let listed = ledger.rows.durableHolds(line.tenant, of: line.id)
            let wanted = durable.holds.values.filter {
                $0.state == .held && $0.line == line.id && $0.tenant == line.tenant
            }
            if Set(listed) != Set(wanted) || listed.count != wanted.count {
                problem = "the holds of line \(line.id.rawValue) are listed otherwise"
            }
            let lines = ledger.rows.durableLines(line.tenant, of: line.subject) ?? []
            let known = durable.lines.values.filter {
                $0.subject == line.subject && $0.tenant == line.tenant
            }
            if lines.map(\.id.rawValue) != known.map(\.id.rawValue).sorted(by: >) {
                problem = "the lines of a subject are listed otherwise"
            }
        }
    }

    /// Publishes the rest, compares everything, and rebuilds it from the images alone.
    mutating func finish() {
        while !waiting.isEmpty { publish() }
        checkReaders()
        if ledger.rows.inFlightCount != 0 { problem = "rows stay in flight" }
        compare(ledger, "the ledger")
        var restored = Ledger(endedHoldCountMax: Self.endedHoldCountMax)
        restored.beginRestoring()
        // Some twice, as after a checkpoint that is ahead of the records that follow it.
        for effects in journal + journal.suffix(200) { restored.restore(effects) }
        restored.finishRestoring()
        compare(restored, "the restored ledger")
        if restored.endedHolds != ledger.endedHolds {
            problem = "ended holds are restored otherwise"
        }
        for moment in stride(from: now, through: now + 1_000_000, by: 10_000) {
            if restored.firstDue(atMicros: moment) != ledger.firstDue(atMicros: moment) {
                problem = "what is due is restored otherwise"
            }
        }
    }

    private mutating func compare(_ ledger: Ledger, _ name: String) {
        if ledger.lineCount != naive.accounts.count { problem = "\(name) has other lines" }
        var holdCount = naive.endedHolds.count
        var drawingCount = 0
        for (key, account) in naive.accounts {
            holdCount += account.holds.count
            drawingCount += account.drawings.count
            if ledger.line(key.tenant, account.line.id) != account.line {
                problem = "\(name): line \(key.number)"
            }
            let drawings = account.drawings.values.sorted { $0.id < $1.id }
            if ledger.drawings(key.tenant, of: account.line.id) != drawings {
                problem = "\(name): drawings of line \(key.number)"
            }
            for hold in account.holds.values where ledger.hold(hold.tenant, hold.id) != hold {
                problem = "\(name): hold \(hold.id.rawValue)"
            }
        }
        for hold in naive.endedHolds.values where ledger.hold(hold.tenant, hold.id) != hold {
            problem = "\(name): ended hold \(hold.id.rawValue)"
        }
        if ledger.holdCount != holdCount { problem = "\(name) has other holds" }
        if ledger.drawingCount != drawingCount { problem = "\(name) has other drawings" }
        for (key, image) in naive.subjects where ledger.subject(key.tenant, key.subject) != image {
            problem = "\(name): a subject"
        }
        var reversals: [OracleKey: ReversalImage] = [:]
        ledger.forEachReversal { reversals[OracleKey($0.tenant, $0.entry)] = $0 }
        if reversals != naive.reversals { problem = "\(name): reversals" }
        var rows = 0
        for block in 0..<ledger.lineBlockCount { rows += ledger.lineBlock(block).count }
        for block in 0..<ledger.holdBlockCount { rows += ledger.holdBlock(block).count }
        if rows != ledger.lineCount + holdCount { problem = "\(name): blocks miss rows" }
    }
}

/// What the records that were published left behind.
private struct DurableRows {
    var lines: [OracleKey: LineImage] = [:]
    var holds: [OracleKey: HoldImage] = [:]

    mutating func apply(_ effects: LedgerEffects) {
        for line in effects.lines { lines[OracleKey(line.tenant, line.id.rawValue)] = line }
        for hold in effects.holds { holds[OracleKey(hold.tenant, hold.id.rawValue)] = hold }
    }
}
