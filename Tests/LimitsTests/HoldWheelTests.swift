import Domain
import Ground
import Testing

@testable import Limits

/// The wheel against a sorted list, by seeds: the same hold first, at every moment, whatever is
/// set, called off and waited for.
@Suite struct HoldWheelTests {
    private struct Waiting: Comparable {
        var dueMicros: Int64
        var tenant: UInt32
        var number: UInt64
        var slot: Int

        static func < (left: Waiting, right: Waiting) -> Bool {
            (left.dueMicros, left.tenant, left.number)
                < (right.dueMicros, right.tenant, right.number)
        }
    }

    /// How far ahead holds end, microseconds: within a tick, a level, all levels.
    @Test(
        arguments: [
            (UInt64(1), Int64(50_000)), (2, 5_000_000), (3, 900_000_000), (4, 8_000_000_000),
            (5, 3_000_000_000_000), (6, 400_000_000_000_000), (7, 9_000_000_000_000_000),
        ])
    func agreesWithASortedList(_ seed: UInt64, _ spanMicros: Int64) {
        var random = RandomSource(seed: seed)
        let rows = RowStripes<HoldRow>()
        var wheel = HoldWheel(rows)
        var waiting: [Waiting] = []
        var number: UInt64 = 0
        var now: Int64 = 1_750_000_000_000_000
        for turn in 0..<4_000 {
            let note: Comment = "seed \(seed) turn \(turn)"
            switch Int.random(in: 0..<10, using: &random) {
            case 0...5:
                number += 1
                // Several due at once, now and then.
                let steps = Int64.random(in: 0...50, using: &random)
                let due =
                    turn % 4 == 0
                    ? now + spanMicros / 50 * steps
                    : now + Int64.random(in: 0...spanMicros, using: &random)
                let tenant = UInt32.random(in: 1...3, using: &random)
                let slot = rows.restore(HoldRow(hold(tenant, number, due)))
                wheel.insert(slot, dueMicros: due, nowMicros: now)
                waiting.append(
                    Waiting(dueMicros: due, tenant: tenant, number: number, slot: slot))
            case 6, 7:
                guard let index = waiting.indices.randomElement(using: &random) else { break }
                let gone = waiting.remove(at: index)
                wheel.remove(gone.slot)
                wheel.remove(gone.slot)
                rows.stripe(gone.slot).forget(gone.slot &>> 6)
            default:
                now += Int64.random(in: 0...spanMicros / 200, using: &random)
                if turn % 500 == 499 { now += spanMicros }
            }
            waiting.sort()
            #expect(wheel.count == waiting.count, note)
            while true {
                let due = look(&wheel, now)
                let expected = waiting.first.flatMap { $0.dueMicros <= now ? $0.slot : nil }
                #expect(due == expected, note)
                guard let due, due == expected else { break }
                wheel.remove(due)
                waiting.removeFirst()
            }
            checkNext(wheel.nextDueMicros, waiting.first?.dueMicros, now, note)
        }
    }

    /// Looks until it is known what is first.
    private func look(_ wheel: inout HoldWheel, _ now: Int64) -> Int? {
        while true {
            if let due = wheel.firstDue(atMicros: now) { return due }
            guard let next = wheel.nextDueMicros, next <= now else { return nil }
        }
    }

    /// Never late, never in the past, and exact within a tick.
    private func checkNext(
        _ next: Int64?, _ first: Int64?, _ now: Int64, _ note: Comment
    ) {
        guard let next, let first else {
            #expect(next == nil && first == nil, note)
            return
        }
        #expect(next <= first && next > now, note)
        if first >> 16 == now >> 16 { #expect(next == first, note) }
    }

    /// Whoever looks again at `nextDueMicros` finds a hold at most six looks later, on time.
    @Test(arguments: [Int64(70_000), 17_000_000, 4_300_000_000, 2_600_000_000_000])
    func aFewLooksLeadToADistantHold(_ distanceMicros: Int64) {
        let rows = RowStripes<HoldRow>()
        var wheel = HoldWheel(rows)
        var now: Int64 = 1_750_000_000_000_000
        let due = now + distanceMicros
        let slot = rows.restore(HoldRow(hold(1, 1, due)))
        wheel.insert(slot, dueMicros: due, nowMicros: now)
        var looks = 0
        while wheel.firstDue(atMicros: now) == nil, looks < 10 {
            now = wheel.nextDueMicros ?? now
            looks += 1
        }
        #expect(now == due && looks <= HoldWheel.levelCount + 1)
    }

    @Test func manyOfOneHourComeInOrder() {
        let rows = RowStripes<HoldRow>()
        var wheel = HoldWheel(rows)
        let start: Int64 = 1_750_000_000_000_000
        for number in 1...20_000 {
            // All end in an hour: far levels.
            let due = start + 4_500_000_000 + Int64(number)
            let slot = rows.restore(HoldRow(hold(1, UInt64(number), due)))
            wheel.insert(slot, dueMicros: due, nowMicros: start)
        }
        let now = start + 4_600_000_000
        var found: [UInt64] = []
        var restCount = 0
        while let next = wheel.nextDueMicros, next <= now {
            if let slot = wheel.firstDue(atMicros: now) {
                found.append(rows.image(slot).id.rawValue)
                wheel.remove(slot)
            } else {
                restCount += 1
            }
        }
        // Every hold moved at least once, and no look moved more than its slice.
        #expect(restCount >= 20_000 / HoldWheel.movedCountMax - 1)
        #expect(found == Array(1...20_000), "in order of time")
    }

    /// Their tick moves in slices, and what is set and called off between two slices is not lost.
    @Test func manyOfOneMomentComeInOrder() {
        let rows = RowStripes<HoldRow>()
        var wheel = HoldWheel(rows)
        let start: Int64 = 1_750_000_000_000_000
        let due = start + 9_000_000
        var slots: [Int] = []
        for number in 1...5_000 {
            slots.append(rows.restore(HoldRow(hold(1, UInt64(number), due))))
            wheel.insert(slots[number - 1], dueMicros: due, nowMicros: start)
        }
        #expect(wheel.firstDue(atMicros: due) == nil && (wheel.nextDueMicros ?? .max) <= due)
        for number in stride(from: 2, through: 5_000, by: 2) { wheel.remove(slots[number - 1]) }
        let late = rows.restore(HoldRow(hold(1, 6_000, due - 1)))
        wheel.insert(late, dueMicros: due - 1, nowMicros: due)
        var found: [UInt64] = []
        while let slot = look(&wheel, due) {
            found.append(rows.image(slot).id.rawValue)
            wheel.remove(slot)
        }
        #expect(found == [6_000] + Array(stride(from: 1, through: 4_999, by: 2)))
        #expect(wheel.count == 0 && wheel.nextDueMicros == nil)
    }

    private func hold(_ tenant: UInt32, _ number: UInt64, _ due: Int64) -> HoldImage {
        HoldImage(
            id: HoldID(number), tenant: TenantID(tenant), line: LineID(1), state: .held,
            amountMinor: 1, committedMinor: 0, expiresAtMicros: due)
    }
}
