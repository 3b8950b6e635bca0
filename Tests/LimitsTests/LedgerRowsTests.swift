import Dispatch
import Domain
import Ground
import Synchronization
import Testing

@testable import Limits

/// A hold's slot goes to a hold of another line while the publisher takes the first one off its
/// list: sequencer and publisher on threads of their own, every second round in the order that a
/// thread sanitizer must see, the others as it happens.
@Suite struct LedgerRowsTests {
    private static let roundCount = 400

    /// What the threads share: the round each of them is in. Relaxed on purpose: these words put
    /// the steps in order, and must not hide from the sanitizer that a lock was needed for it.
    private final class Rounds: Sendable {
        let begun = Atomic<Int>(0)
        let published = Atomic<Int>(0)

        func wait(_ word: borrowing Atomic<Int>, _ round: Int) {
            while word.load(ordering: .relaxed) < round {}
        }
    }

    /// Hold `round` is on line `round % 2`, and all of them are in one stripe.
    private struct World {
        let rows = LedgerRows()
        var lineImages: [LineImage] = []
        var lines: [Int] = []
        var holds: [HoldImage] = []

        init() {
            var stripes: Set<UInt64> = []
            var number: UInt64 = 0
            while lines.count < 2 {
                number += 1
                guard stripes.insert(RowKey(lender, number).mixed &>> 58).inserted else { continue }
                let image = LineImage(
                    id: LineID(number), tenant: lender, subject: borrower, product: .zero,
                    currency: euro, status: .open, version: 1, limitMinor: 100, heldMinor: 0,
                    principalMinor: 0, openedAtMicros: 0, lastSequence: 1)
                lineImages.append(image)
                lines.append(rows.lines.insert(LineRow(image)))
            }
            let stripe = RowKey(lender, number + 1).mixed &>> 58
            while holds.count <= LedgerRowsTests.roundCount {
                number += 1
                guard RowKey(lender, number).mixed &>> 58 == stripe else { continue }
                holds.append(
                    HoldImage(
                        id: HoldID(number), tenant: lender, line: lineImages[holds.count % 2].id,
                        state: .held, amountMinor: 1, committedMinor: 0, expiresAtMicros: 0,
                        lastSequence: UInt64(2 * holds.count + 1)))
            }
        }

        /// The hold of a round, ended by its second record.
        func ended(_ round: Int) -> HoldImage {
            var hold = holds[round]
            hold.state = .released
            hold.lastSequence += 1
            return hold
        }

        func place(_ round: Int) -> Int {
            let slot = rows.holds.insert(HoldRow(holds[round]))
            let line = round % 2
            rows.write(lineImages[line], at: lines[line], isFirst: false, placing: slot)
            return slot
        }
    }

    @Test(.timeLimit(.minutes(1))) func aSlotThatIsGivenAwayStaysInItsNewLine() {
        let (world, rounds) = (World(), Rounds())
        let publisher = DispatchQueue(label: "test.publisher")
        publisher.async {
            for round in 0..<Self.roundCount {
                let hold = world.ended(round)
                var effects = LedgerEffects()
                effects.holds = [hold]
                rounds.wait(rounds.begun, round + 1)
                world.rows.publish(effects, sequence: hold.lastSequence)
                rounds.published.store(round + 1, ordering: .relaxed)
            }
        }
        var slot = world.place(0)
        for round in 0..<Self.roundCount {
            let (line, stripe) = (world.lines[round % 2], world.rows.holds.stripe(slot))
            stripe.write(world.ended(round), at: slot &>> 6, isFirst: true)
            // The two halves of `Ledger.forget`, with the publisher between or beside them.
            world.rows.unlinkFromLine(slot, line: line)
            rounds.begun.store(round + 1, ordering: .relaxed)
            if round % 2 == 0 { rounds.wait(rounds.published, round + 1) }
            stripe.forget(slot &>> 6)
            let next = world.place(round + 1)
            #expect(next == slot, "round \(round): the test needs the same slot")
            rounds.wait(rounds.published, round + 1)
            #expect(world.rows.openHolds(line: line) == [], "round \(round)")
            let other = world.lines[(round + 1) % 2]
            #expect(world.rows.openHolds(line: other) == [next], "round \(round)")
            slot = next
        }
        publisher.sync {}
    }
}
