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
            let lines = rows.durableLines(lender, of: borrower)
            if lines.contains(where: { $0.subject != borrower }) { note("another's line") }
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
