import Domain
import Ground
import Testing

@testable import Limits

/// What is listed after a restore is what was listed before it: everything, newest first, and a
/// page goes on where one from before ended.
@Suite struct RestoredOrderTests {
    /// Three restores one after the other, each from blocks that were copied between records and
    /// from the records behind them.
    @Test(arguments: UInt64(1)...8) func listsAreWholeAndNewestFirst(_ seed: UInt64) {
        var world = ListedWorld(seed: seed)
        for round in 0..<4 {
            let note: Comment = "seed \(seed) round \(round)"
            for _ in 0..<250 { world.step() }
            #expect(world.problem(in: world.ledger) == nil, note)
            let restored = world.restored()
            #expect(world.problem(in: restored, firstPagesOf: world.ledger) == nil, note)
            world.ledger = restored
        }
        #expect(world.longestHoldCount > 12, "seed \(seed): lists are too short to be out of order")
        let problem = world.problemOfEnding()
        #expect(problem == nil, "seed \(seed)")
    }

    /// Ids that come upwards, downwards and shuffled, also those of one record.
    @Test(arguments: [nil, UInt64(1), 2, 3]) func everyOrderOfImagesGivesOneList(_ seed: UInt64?) {
        var world = LedgerFixture()
        var (lines, holds): ([LineImage], [HoldImage]) = ([], [])
        for _ in 0..<3 {
            let result = world.batch(
                [world.open(1_000)], [world.open(1_000)], [world.reserve(1, 1)],
                [world.reserve(1, 1)], [world.reserve(2, 1), world.reserve(1, 2_000)],
                [world.reserve(1, 1)])
            lines += result.effects.lines
            holds += result.effects.holds
        }
        let wantedLines = Set(lines.map(\.id.rawValue)).sorted(by: >)
        let wantedHolds = holds.filter { $0.line == LineID(1) }.map(\.id.rawValue).sorted(by: >)
        #expect(wantedLines == [16, 15, 9, 8, 2, 1] && wantedHolds.count == 9)
        if let seed {
            var random = RandomSource(seed: seed)
            lines.shuffle(using: &random)
            holds.shuffle(using: &random)
        } else {
            lines.reverse()
            holds.reverse()
        }
        var ledger = Ledger()
        ledger.beginRestoring()
        for line in lines { ledger.restore(line) }
        for hold in holds { ledger.restore(hold) }
        ledger.finishRestoring()
        let listed = ledger.rows.durableLines(lender, of: borrower) ?? []
        #expect(listed.map(\.id.rawValue) == wantedLines)
        let open = ledger.rows.durableHolds(lender, of: LineID(1))
        #expect(open.map(\.id.rawValue) == wantedHolds)
    }

    /// One line with very many holds, one subject with very many lines: sorted once, and not once
    /// for each that comes out of order.
    @Test(.timeLimit(.minutes(1))) func longListsAreSortedOnce() {
        let count = UInt64(40_000)
        var random = RandomSource(seed: 9)
        var ledger = Ledger()
        ledger.beginRestoring()
        for number in (1...count).shuffled(using: &random) {
            ledger.restore(
                LineImage(
                    id: LineID(number), tenant: lender, subject: borrower, product: .zero,
                    currency: euro, status: .open, version: 1, limitMinor: 100_000, heldMinor: 0,
                    principalMinor: 0, openedAtMicros: 0, lastSequence: number))
        }
        for number in (1...count).shuffled(using: &random) {
            ledger.restore(
                HoldImage(
                    id: HoldID(count + number), tenant: lender, line: LineID(7), state: .held,
                    amountMinor: 1, committedMinor: 0, expiresAtMicros: 90_000_000_000,
                    lastSequence: count + number))
        }
        // Drawings one after the other, the youngest first: slots are used again in such an order.
        for number in (1...count).reversed() {
            ledger.restore(
                DrawingImage(
                    id: 2 * count + number, tenant: lender, line: LineID(7), principalMinor: 1,
                    labels: .none, placedSeconds: 0, nominalRatePpm: 0, lastSequence: 2 * count))
        }
        ledger.finishRestoring()
        let drawings = ledger.drawings(lender, of: LineID(7)).map(\.id)
        #expect(drawings == Array(2 * count + 1...3 * count))
        let holds = ledger.rows.durableHolds(lender, of: LineID(7), countMax: .max)
        #expect(holds.map(\.id.rawValue) == (count + 1...2 * count).reversed())
        let lines = ledger.rows.durableLines(lender, of: borrower, countMax: .max) ?? []
        #expect(lines.map(\.id.rawValue) == (1...count).reversed())
    }
}

/// A ledger of two tenants with few subjects and lines, and beside it what ought to be listed.
private struct ListedWorld {
    private struct Key: Hashable {
        var tenant: TenantID
        var number: UInt64
        init(_ tenant: TenantID, _ number: UInt64) { (self.tenant, self.number) = (tenant, number) }
    }
    private static let subjects = (1...4).map { SubjectID(Hash128(high: $0, low: 5)) }

    // Few ended holds are kept, so that slots of holds are used again.
    var ledger = Ledger(endedHoldCountMax: 8)
    private var random: RandomSource
    private var sequence: UInt64 = 0
    private var numbers: [TenantID: UInt64] = [TenantID(1): 0, TenantID(2): 0]
    private var now: Int64 = 1_750_000_000_000_000
    private var journal: [LedgerEffects] = []
    private var lines: [Key: LineImage] = [:]
    private var open: [Key: HoldImage] = [:]
    private var dueProblem: String?
    private(set) var longestHoldCount = 0

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    // MARK: Records

    mutating func step() {
        now += Int64.random(in: 0...200_000, using: &random)
        while let due = ledger.firstDue(atMicros: now) { end(due) }
        let tenant = TenantID(UInt32.random(in: 1...2, using: &random))
        if Int.random(in: 0..<4, using: &random) == 0 {
            let chains = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 1...2, using: &random)).map { _ in operation(tenant) }
            }
            let stamp = stamp(tenant)
            let operations = chains.flatMap { $0 }
            take(
                ledger.applyBatch(
                    operations, chains: chains.map { UInt16($0.count) }, stamp: stamp),
                stamp, numberCount: UInt64(operations.count))
        } else {
            let stamp = stamp(tenant)
            take(ledger.apply([operation(tenant)], stamp: stamp), stamp, numberCount: 1)
        }
        let counts = Dictionary(grouping: open.values) { Key($0.tenant, $0.line.rawValue) }
        longestHoldCount = max(longestHoldCount, counts.values.map(\.count).max() ?? 0)
    }

    private func stamp(_ tenant: TenantID) -> LedgerStamp {
        LedgerStamp(
            tenant: tenant, tenantSequence: (numbers[tenant] ?? 0) + 1, sequence: sequence + 1,
            timeMicros: now, expiryMicros: now)
    }

    private mutating func take(_ result: LedgerResult, _ stamp: LedgerStamp, numberCount: UInt64) {
        guard result.outcome == .done else { return }
        sequence += 1
        numbers[stamp.tenant, default: 0] += numberCount
        ledger.rows.publish(result.effects, sequence: sequence)
        journal.append(result.effects)
        for line in result.effects.lines { lines[Key(line.tenant, line.id.rawValue)] = line }
        for hold in result.effects.holds {
            open[Key(hold.tenant, hold.id.rawValue)] = hold.state == .held ? hold : nil
        }
    }

    /// What is due first, which must be the first of all that is open.
    private mutating func end(_ due: DueWork) {
        let first = open.values.min {
            ($0.expiresAtMicros, $0.tenant.rawValue, $0.id.rawValue)
                < ($1.expiresAtMicros, $1.tenant.rawValue, $1.id.rawValue)
        }
        guard case .expire(let id) = due.operation, id == first?.id, due.tenant == first?.tenant
        else {
            dueProblem = "\(due.operation) is due before \(String(describing: first))"
            return
        }
        let stamp = stamp(due.tenant)
        take(ledger.apply([due.operation], stamp: stamp), stamp, numberCount: 1)
    }

    private mutating func operation(_ tenant: TenantID) -> LedgerOperation {
        let known = lines.values.filter { $0.tenant == tenant }.map(\.id.rawValue).sorted()
        let kind = Int.random(in: 0..<20, using: &random)
        guard let line = known.randomElement(using: &random), kind > 1 else {
            return .openLine(
                LineOpening(
                    subject: Self.subjects[Int.random(in: 0..<4, using: &random)], product: .zero,
                    currency: euro, limitMinor: 10_000))
        }
        let holds = open.values.filter { $0.tenant == tenant }.map(\.id.rawValue).sorted()
        if kind > 13, let hold = holds.randomElement(using: &random) {
            return kind > 16
                ? .release(hold: HoldID(hold))
                : .commit(
                    hold: HoldID(hold), amountMinor: 3, currency: euro, keepsRest: kind == 14)
        }
        // Half of them on one line; a few are too much, and break the chain they are in.
        let place = Bool.random(using: &random) ? known[0] : line
        let lasts = Int64.random(in: 1_000_000...60_000_000, using: &random)
        return .reserve(
            line: .existing(LineID(place)), amountMinor: kind == 2 ? 20_000 : 7, currency: euro,
            expiresAtMicros: now + lasts, labels: [])
    }

    // MARK: Restores

    /// A ledger made of blocks, copied one by one while records go on, and of all records since.
    mutating func restored() -> Ledger {
        let start = journal.count
        var lineBlocks: [[LineImage]] = []
        var holdBlocks: [[HoldImage]] = []
        while lineBlocks.count < ledger.lineBlockCount {
            lineBlocks.append(ledger.lineBlock(lineBlocks.count))
            for _ in 0..<8 { step() }
        }
        while holdBlocks.count < ledger.holdBlockCount {
            holdBlocks.append(ledger.holdBlock(holdBlocks.count))
            for _ in 0..<8 { step() }
        }
        var made = Ledger(endedHoldCountMax: 8)
        made.beginRestoring()
        for block in lineBlocks { made.restore(block) }
        for block in holdBlocks { made.restore(block) }
        for effects in journal[start...] { made.restore(effects) }
        made.finishRestoring()
        return made
    }

    // MARK: Judgement

    /// What a ledger lists otherwise than it ought to. The first page of every list may be another
    /// ledger's.
    func problem(in ledger: Ledger, firstPagesOf other: Ledger? = nil) -> String? {
        if let dueProblem { return dueProblem }
        for (key, line) in lines {
            let wanted = open.values
                .filter { $0.tenant == key.tenant && $0.line == line.id }
                .sorted { $0.id.rawValue > $1.id.rawValue }
            for size in [2, 5, 1_000] {
                var listed: [HoldImage] = []
                var source = (other ?? ledger).rows
                while true {
                    let page = source.durableHolds(
                        key.tenant, of: line.id, before: listed.last?.id, countMax: size)
                    if page.isEmpty { break }
                    listed += page
                    source = ledger.rows
                }
                if listed != wanted {
                    return "line \(key.number) lists \(listed.map(\.id.rawValue)) "
                        + "of \(wanted.map(\.id.rawValue))"
                }
            }
            if let problem = problemOfLinks(ledger.rows, key) { return problem }
        }
        return problemOfLines(ledger, other)
    }

    private func problemOfLines(_ ledger: Ledger, _ other: Ledger?) -> String? {
        for tenant in numbers.keys {
            for subject in Self.subjects {
                let wanted = lines.values
                    .filter { $0.tenant == tenant && $0.subject == subject }
                    .sorted { $0.id.rawValue > $1.id.rawValue }
                var listed: [LineImage] = []
                var source = (other ?? ledger).rows
                while let page = source.durableLines(
                    tenant, of: subject, before: listed.last?.id, countMax: 2), !page.isEmpty
                {
                    listed += page
                    source = ledger.rows
                }
                if listed != wanted {
                    return "\(listed.map(\.id.rawValue)) listed of \(wanted.map(\.id.rawValue))"
                }
            }
        }
        return nil
    }

    /// A list leads backwards where it leads forwards.
    private func problemOfLinks(_ rows: LedgerRows, _ key: Key) -> String? {
        guard let line = rows.lines.slot(RowKey(key.tenant, key.number)) else { return "no line" }
        var (previous, next) = (Link.none, rows.lines[line, \.firstHold])
        while next != Link.none {
            if rows.holds[Int(next), \.previousOfLine] != previous {
                return "line \(key.number): a link leads back elsewhere"
            }
            (previous, next) = (next, rows.holds[Int(next), \.nextOfLine])
        }
        return nil
    }

    /// All that is open ends, in the order in which it is due, and is listed no more.
    mutating func problemOfEnding() -> String? {
        now += 100_000_000
        while dueProblem == nil, let due = ledger.firstDue(atMicros: now) { end(due) }
        if !open.isEmpty { return "\(open.count) never end" }
        return problem(in: ledger)
    }
}
