import Dispatch
import Domain
import Ground
import Limits
import Testing

@testable import Journal

/// A running journal in a folder of its own, and what it answered.
struct RunningJournal {
    let folder = TemporaryFolder()
    let box = VerdictBox()
    let clock = SimulatedClock(wallMicros: 1_700_000_000_000_000)
    var maker = ProposalMaker()
    let journal: Journal

    init(segmentBytes: Int = 1 << 20) throws {
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.segmentBytes = segmentBytes
        configuration.identity = 7
        let box = box
        journal = try Journal.open(
            configuration, clock: clock, projections: [], participants: [],
            onVerdicts: { box.take($0) }, onFatal: { _ in })
    }

    /// The record that answered a proposal.
    func record(_ proposal: Proposal) throws -> DurableRecord {
        journal.submit([proposal])
        guard case .recorded(let record, _) = try #require(box.answer(proposal.ticket)) else {
            throw JournalError.recordUnknown(proposal.ticket)
        }
        return record
    }
}

@Suite struct WalkingTests {
    /// Lines that share records in batches: each is walked back through its own changes alone, in
    /// pieces of every size, and finds all of them.
    @Test(arguments: [1, 3, 1_000]) func aLineIsWalkedThroughItsOwnRecords(_ piece: Int) throws {
        var running = try RunningJournal()
        running.maker.expiresAtMicros = .max
        var expected: [UInt64: [UInt64]] = [:]
        var ticket: UInt64 = 0
        func next() -> UInt64 {
            ticket += 1
            return ticket
        }
        var lines: [UInt64] = []
        for _ in 0..<4 {
            let opened = try running.record(running.maker.open(next(), limitMinor: 1_000_000))
            lines.append(opened.tenantSequence)
            expected[opened.tenantSequence] = [opened.sequence]
        }
        var random = RandomSource(seed: UInt64(piece))
        for _ in 0..<60 {
            let chosen = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                lines[Int.random(in: 0..<lines.count, using: &random)]
            }
            let record = try running.record(
                running.maker.batch(next(), chosen.map { ($0, 1) }))
            for line in Set(chosen) { expected[line, default: []].append(record.sequence) }
            // A refusal names the line and is no part of its chain.
            _ = try running.record(
                running.maker.reserve(next(), line: lines[0], amountMinor: 10_000_000))
        }
        for line in lines {
            var found: [UInt64] = []
            var from: UInt64?
            while from != 0 {
                from = try running.journal.walkBack(
                    tenant: TenantID(1), line: LineID(line), from: from, countMax: piece
                ) { record in
                    found.append(record.sequence)
                    #expect(record.effects.lines.contains { $0.id == LineID(line) })
                    return .goOn
                }
            }
            #expect(found.reversed() == expected[line], "line \(line)")
        }
        let stopped = try running.journal.walkBack(
            tenant: TenantID(1), line: LineID(lines[0]), countMax: 100
        ) { _ in .stop }
        let changes = try #require(expected[lines[0]])
        #expect(stopped == changes[changes.count - 2], "the walk goes on where it stopped")
        #expect(
            try running.journal.walkBack(
                tenant: TenantID(2), line: LineID(lines[0]), countMax: 9
            ) { _ in .goOn } == 0, "another tenant's line is unknown")
        try running.journal.close()
    }

    /// A counter is walked through the records that changed it, from the newest to the step of the
    /// scan that made it.
    @Test func aCounterIsWalkedThroughItsOwnRecords() throws {
        var running = try RunningJournal()
        running.maker.expiresAtMicros = .max
        let lines = try [
            running.record(running.maker.open(1)), running.record(running.maker.open(2)),
        ].map(\.tenantSequence)
        let limit = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: TenantID(1),
            scope: [ScopeTerm(dimension: Dimension.tenant)], measure: .used, bound: .amount(500),
            period: .absolute, currency: euro)
        let set = try running.record(
            running.maker.proposal(3, .portfolioLimitSet, [.setPortfolioLimit(limit)]))
        let id = PortfolioLimitID(set.tenantSequence)
        var expected: [UInt64] = []
        var key: CellKey?
        for ticket in UInt64(10)..<40 {
            let record = try running.record(
                running.maker.reserve(ticket, line: lines[Int(ticket) % 2], amountMinor: 1))
            guard let cell = record.effects.rare.cells.first else { continue }
            key = cell.key
            expected.append(record.sequence)
        }
        let cell = try #require(key)
        #expect(cell.limit == id && expected.count >= 25, "it was counted by then")
        var found: [UInt64] = []
        let end = try running.journal.walkBack(tenant: TenantID(1), cell: cell, countMax: 100) {
            found.append($0.sequence)
            return .goOn
        }
        #expect(end == 0 && Array(found.reversed().suffix(expected.count)) == expected)
        try running.journal.close()
    }

    /// A walk that begins at a record of another line is damage, not somebody else's statement.
    @Test func aWalkNeverLeavesItsChain() throws {
        let running = try RunningJournal()
        let first = try running.record(running.maker.open(1))
        let second = try running.record(running.maker.open(2))
        #expect(throws: JournalError.self) {
            _ = try running.journal.walkBack(
                tenant: TenantID(1), line: LineID(first.tenantSequence), from: second.sequence,
                countMax: 1
            ) { _ in .goOn }
        }
        try running.journal.close()
    }
}

@Suite struct WatchersTests {
    /// A watch is called for its line and no other, and no more after it ended.
    @Test func aWatchWakesForItsLineOnly() throws {
        let running = try RunningJournal()
        let first = try running.record(running.maker.open(1)).tenantSequence
        let second = try running.record(running.maker.open(2)).tenantSequence
        let woken = Lock<[UInt64]>([])
        let arrived = DispatchSemaphore(value: 0)
        let token = try #require(
            running.journal.watch(.line(TenantID(1), LineID(first))) { sequence in
                woken.withLock { $0.append(sequence) }
                arrived.signal()
            })
        _ = try running.record(running.maker.reserve(3, line: second, amountMinor: 1))
        let hit = try running.record(running.maker.reserve(4, line: first, amountMinor: 1))
        #expect(arrived.wait(timeout: .now() + .seconds(10)) == .success)
        // Refused: nothing of the line changed.
        _ = try running.record(running.maker.reserve(5, line: first, amountMinor: 9_999_999))
        running.journal.unwatch(token)
        _ = try running.record(running.maker.reserve(6, line: first, amountMinor: 1))
        _ = try running.record(running.maker.reserve(7, line: first, amountMinor: 1))
        #expect(woken.withLock { $0 } == [hit.sequence])
        try running.journal.close()
        #expect(running.journal.watch(.line(TenantID(1), LineID(first))) { _ in } == nil)
    }

    @Test func watchesAreBoundedAndKeyed() {
        let watchers = Watchers()
        let calls = Lock<[String]>([])
        var tokens: [WatchToken] = []
        for number in 0..<Watchers.countMax {
            let line = LineID(UInt64(number % 3))
            if let token = watchers.add(.line(TenantID(1), line), { _ in }) { tokens.append(token) }
        }
        #expect(tokens.count == Watchers.countMax)
        #expect(watchers.add(.line(TenantID(1), LineID(1))) { _ in } == nil)
        for token in tokens { watchers.remove(token) }
        let values = InlineArray<4, UInt64>(repeating: 0)
        let key = CellKey(limit: PortfolioLimitID(5), values: values, period: 0, currency: euro)
        func add(_ watched: Watched, _ name: String) {
            _ = watchers.add(watched) { sequence in
                calls.withLock { $0.append("\(name) \(sequence)") }
            }
        }
        add(.cell(TenantID(1), key), "cell")
        add(.limit(TenantID(1), PortfolioLimitID(5)), "limit")
        add(.limit(TenantID(2), PortfolioLimitID(5)), "other")
        var records: [SequencedRecord] = []
        for sequence in UInt64(1)...3 {
            var rare = RareEffects()
            rare.cells = [
                CellImage(
                    key: key, tenant: TenantID(1), amountMinor: 1, count: 1, level: 0,
                    lastSequence: sequence)
            ]
            var effects = LedgerEffects()
            effects.rare = rare
            records.append(
                SequencedRecord(
                    record: DurableRecord(
                        type: .holdPlaced, tenant: TenantID(1), sequence: sequence,
                        tenantSequence: sequence, timeMicros: 0, keyID: 0, outcome: .done,
                        subject: .none, effects: effects, body: []),
                    requestKey: .zero, fingerprint: .zero, previous: PreviousSequences(),
                    previousOfSubject: 0, alternative: 0))
        }
        watchers.publish(records)
        #expect(calls.withLock { $0.sorted() } == ["cell 3", "limit 3"], "once for a batch")
    }
}
