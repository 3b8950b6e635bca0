import Domain
import Ground
import Synchronization
import Testing

@testable import Limits

/// Readers on threads of their own, beside the sequencer and the publisher: under the thread
/// sanitizer this is the proof that they share rows rightly.
@Suite struct DurableReaderTests {
    /// What the threads share.
    private final class Shared: Sendable {
        let rows: LedgerRows
        let waiting = Lock<[(effects: LedgerEffects, sequence: UInt64)]>([])
        let isDone = Atomic<Bool>(false)
        /// The version of each line that was published last, to be seen at least.
        let versions = Lock<[UInt64: UInt64]>([:])
        /// The number of the record in hand, which may open a line and take it back.
        let number = Atomic<UInt64>(1)
        let problems = Lock<[String]>([])

        init(_ rows: LedgerRows) { self.rows = rows }

        func publishAll() {
            var taken: [(effects: LedgerEffects, sequence: UInt64)] = []
            waiting.withLock { swap(&$0, &taken) }
            for (effects, sequence) in taken {
                rows.publish(effects, sequence: sequence)
                versions.withLock { versions in
                    for line in effects.lines { versions[line.id.rawValue] = line.version }
                }
            }
        }

        func read(_ number: UInt64) {
            let id = LineID(number)
            let least = versions.withLock { $0[number] ?? 0 }
            let line = rows.durableLine(lender, id)
            if (line?.version ?? 0) < least { note("line \(number) is older than published") }
            if let line, line.heldMinor + line.principalMinor > 1_000_000 {
                note("line \(number) is torn")
            }
            let holds = rows.durableHolds(lender, of: id)
            if holds.contains(where: { $0.line != id || $0.state != .held }) {
                note("line \(number) lists another's holds")
            }
            for hold in holds.prefix(2) { _ = rows.durableHold(lender, hold.id) }
            if let last = holds.dropFirst().first {
                let rest = rows.durableHolds(lender, of: id, before: last.id)
                if rest.contains(where: { $0.id.rawValue >= last.id.rawValue || $0.line != id }) {
                    note("line \(number) goes on elsewhere")
                }
            }
            let lines = rows.durableLines(lender, of: borrower) ?? []
            if lines.contains(where: { $0.subject != borrower }) { note("another's line") }
            let last = LineID(self.number.load(ordering: .relaxed))
            let behind = rows.durableLines(lender, of: borrower, before: last) ?? []
            if behind.contains(where: { $0.id.rawValue >= last.rawValue }) {
                note("lines before \(last.rawValue) come behind it")
            }
            _ = rows.durableSubject(lender, borrower)
        }

        func note(_ problem: String) { problems.withLock { $0.append(problem) } }
    }

    @Test(.timeLimit(.minutes(2))) func readersSeeWholeDurableRowsWhileTheSequencerRuns() async {
        var world = LedgerFixture()
        world.ledger = Ledger(endedHoldCountMax: 64)
        let shared = Shared(world.ledger.rows)
        let readers = (1...2).map { seed in
            Task.detached {
                var random = RandomSource(seed: UInt64(seed))
                while !shared.isDone.load(ordering: .acquiring) {
                    shared.read(UInt64.random(in: 1...24, using: &random))
                    await Task.yield()
                }
            }
        }
        let publisher = Task.detached {
            while !shared.isDone.load(ordering: .acquiring) {
                shared.publishAll()
                await Task.yield()
            }
        }
        var random = RandomSource(seed: 5)
        for turn in 0..<4_000 {
            let operations = operations(turn, &random, world)
            let stamp = world.stamp
            shared.number.store(stamp.tenantSequence, ordering: .relaxed)
            let result = world.ledger.apply(operations, stamp: stamp)
            if result.outcome == .done {
                world.sequence += 1
                shared.waiting.withLock { $0.append((result.effects, stamp.sequence)) }
            }
            if turn % 50 == 0 { await Task.yield() }
        }
        shared.isDone.store(true, ordering: .releasing)
        for reader in readers { await reader.value }
        await publisher.value
        shared.publishAll()
        #expect(shared.problems.withLock { $0 }.isEmpty)
        #expect(world.ledger.rows.inFlightCount == 0)
        let numbers = world.ledger.endedHolds.count + world.ledger.openHoldCount
        #expect(world.ledger.holdCount == numbers && world.ledger.endedHolds.count == 64)
    }

    /// Pages of a list that is longer than one look at it: whole, in order, none twice, also behind
    /// a hold that has ended meanwhile.
    @Test func longListsGoOnWhereTheyEnded() {
        var world = LedgerFixture()
        world.ledger = Ledger()
        func publish(_ result: LedgerResult) {
            world.ledger.rows.publish(result.effects, sequence: world.sequence)
        }
        for _ in 0..<7 { publish(world.apply(world.open(1_000_000))) }
        let count = UInt64(2 * LedgerRows.walkedHoldCountMax + 100)
        for _ in 0..<count { publish(world.apply(world.reserve(1, 1))) }
        // More than one look finds nothing durable at the head of the list.
        let newest = world.sequence
        for _ in 0...LedgerRows.walkedHoldCountMax { world.apply(world.reserve(1, 1)) }
        let rows = world.ledger.rows
        let whole = rows.durableHolds(lender, of: LineID(1), countMax: .max)
        #expect(whole.map(\.id.rawValue) == (8...newest).reversed())
        let page = rows.durableHolds(lender, of: LineID(1), before: HoldID(5_000), countMax: 3)
        #expect(page.map(\.id.rawValue) == [4_999, 4_998, 4_997])
        for number in [UInt64(4_997), 4_995] { publish(world.apply(world.release(number))) }
        for before in [UInt64(4_997), 4_998] {
            let rest = rows.durableHolds(
                lender, of: LineID(1), before: HoldID(before), countMax: 2)
            #expect(rest.map(\.id.rawValue) == [4_996, 4_994], "behind \(before)")
        }
        #expect(rows.durableHolds(lender, of: LineID(2), before: HoldID(5_000)).isEmpty)

        let lines = rows.durableLines(lender, of: borrower, before: LineID(5), countMax: 2)
        #expect(lines?.map(\.id.rawValue) == [4, 3])
        #expect(rows.durableLines(lender, of: borrower, before: LineID(1)) == [])
        #expect(rows.durableLines(lender, of: borrower, before: LineID(99)) == nil)
        let other = SubjectID(Hash128(high: 2, low: 2))
        #expect(rows.durableLines(lender, of: other, before: LineID(5)) == nil)
    }

    /// A page goes on behind durable lines only: the slot of any other may be given away.
    @Test func noPageGoesOnBehindALineThatIsNotDurable() {
        var world = LedgerFixture()
        let rows = world.ledger.rows
        let first = world.apply(world.open(100))
        rows.publish(first.effects, sequence: 1)
        let second = world.apply(world.open(100))
        let third = world.apply(world.repay(2, 1))
        #expect(third.outcome == .done)
        func numbers(behind line: UInt64) -> [UInt64]? {
            rows.durableLines(lender, of: borrower, before: LineID(line))?.map(\.id.rawValue)
        }
        #expect(numbers(behind: 1) == [])
        #expect(numbers(behind: 2) == nil, "in flight, and twice")
        // A line that was taken back, whose slot the next line gets.
        let opening = world.open(100)
        let undone = world.apply(opening, world.reserve(nil, 200))
        #expect(undone.outcome != .done)
        #expect(numbers(behind: 4) == nil, "taken back")
        let last = world.apply(opening)
        #expect(numbers(behind: 4) == nil, "new")
        rows.publish(second.effects, sequence: 2)
        #expect(numbers(behind: 2) == [1], "durable, though a later record is not")
        rows.publish(third.effects, sequence: 3)
        rows.publish(last.effects, sequence: 4)
        #expect(numbers(behind: 2) == [1] && numbers(behind: 4) == [2, 1])
    }

    /// Openings first, then holds that come, change, end and are forgotten, some of them undone.
    private func operations(
        _ turn: Int, _ random: inout RandomSource, _ world: LedgerFixture
    ) -> [LedgerOperation] {
        if turn < 24 { return [world.open(1_000_000)] }
        let line = UInt64.random(in: 1...24, using: &random)
        let last = max(25, world.sequence)
        let recent = UInt64.random(in: max(25, last - 20)...last, using: &random)
        return switch Int.random(in: 0..<10, using: &random) {
        case 0...4: [world.reserve(line, 10)]
        case 5: [world.commit(recent, 5, keepsRest: true)]
        case 6: [world.release(recent)]
        case 7: [world.reserve(line, 10), world.reserve(line, 5_000_000)]
        case 8: [world.open(50), world.repay(line, 1), world.reserve(nil, 60)]
        default: [world.repay(line, 3)]
        }
    }
}
