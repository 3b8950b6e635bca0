import Domain
import Ground
import Testing

@testable import Journal

@Suite struct RequestTableTests {
    /// A request as the oracle has it.
    private struct Made {
        var tag: UInt64
        var sequence: UInt64
        var statedMicros: Int64?
        var day: Int
    }

    private func entry(_ made: Made) -> RequestEntry {
        RequestEntry(
            tag: made.tag, sequence: made.sequence, statesTime: made.statedMicros != nil)
    }

    /// A dictionary and a list of everything say the same, while pages go to the store at random
    /// times and the table is saved and restored, also with pages of another size.
    @Test(arguments: [1, 2, 60, 500], [UInt64(1), 2, 3])
    func agreesWithADictionary(_ countMax: Int, _ seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var table = RequestTable(countMax: countMax)
        var all: [Made] = []
        var byTag: [UInt64: Int] = [:]
        for sequence in UInt64(1)...4_000 {
            let note: Comment = "limit \(countMax) seed \(seed) sequence \(sequence)"
            // Tags crowd into few parts and places, so that probes collide.
            let tag =
                UInt64.random(in: 0...3, using: &random) << 54
                | UInt64.random(in: 0...4_000, using: &random)
            let expected = byTag[tag].flatMap { $0 >= table.startNumber ? all[$0].sequence : nil }
            #expect(table.find(tag) == expected, note)
            if byTag[tag] == nil {
                let stated = Bool.random(using: &random) ? Int64(sequence) * 1_000 : nil
                let made = Made(
                    tag: tag, sequence: sequence, statedMicros: stated, day: Int(sequence / 700))
                byTag[tag] = all.count
                table.insert(entry(made), statedMicros: stated, day: made.day)
                all.append(made)
            }
            if Int.random(in: 0..<20, using: &random) == 0 {
                let durable = UInt64.random(in: 0...sequence, using: &random)
                while let offer = table.offer(durableSequence: durable) {
                    check(offer, all, durable, note)
                    table.archived(offer)
                }
            }
            if Int.random(in: 0..<400, using: &random) == 0 {
                let other = Bool.random(using: &random) ? countMax : max(1, countMax / 5)
                table = RequestTable(
                    countMax: other, mark: table.mark,
                    pages: table.pageNumbers.map { table.page($0) })
            }
        }
        let forgotten = all[..<table.startNumber]
        #expect(forgotten.contains { $0.statedMicros == nil } == false || table.forgotUntimed)
        let newest = forgotten.compactMap(\.statedMicros).max() ?? .min
        #expect(newest <= table.forgottenNewestMicros, "seed \(seed)")
        #expect(table.endNumber == all.count && table.startNumber > 0)
        for made in all[table.startNumber...] { #expect(table.find(made.tag) == made.sequence) }
    }

    /// An offer is the next page, whole and durable, each request with its day.
    private func check(
        _ offer: RequestTable.Offer, _ all: [Made], _ durable: UInt64, _ note: Comment
    ) {
        for (place, number) in offer.numbers.enumerated() {
            let entry = offer.page.entries[place]
            guard entry.sequence > 0 else { continue }
            #expect(entry == self.entry(all[number]) && entry.sequence <= durable, note)
            let day = offer.days.last { $0.firstNumber <= number }?.day
            #expect(day == all[number].day, note)
        }
    }

    @Test func memoryIsBoundedAndNothingIsForgottenThatIsNotInTheStore() {
        var table = RequestTable(countMax: 100)
        for number in UInt64(0)..<1_000 {
            let entry = RequestEntry(tag: number, sequence: number + 1, statesTime: true)
            table.insert(entry, statedMicros: 0, day: 0)
        }
        #expect(table.count == 1_000, "the store has none yet")
        #expect(table.offer(durableSequence: 15) == nil, "the page is not durable")
        while let offer = table.offer(durableSequence: 1_000) { table.archived(offer) }
        #expect(table.count == 1_000 && table.archivedEnd == 944)
        for number in UInt64(1_000)..<2_200 {
            let entry = RequestEntry(tag: number, sequence: number + 1, statesTime: true)
            table.insert(entry, statedMicros: 0, day: 0)
            while let offer = table.offer(durableSequence: 3_000) { table.archived(offer) }
        }
        #expect((100...115).contains(table.count), "forgotten in groups of sixteen and more")
        #expect(MemoryLayout<RequestEntry>.stride == 16)
    }

    @Test func theTagOfAKeyIsTheTenantsOwn() {
        let key = RequestKey.make(hash: Hash128(high: 1, low: 2), statedMillis: 1_700_000_000_000)
        #expect(
            RequestEntry.tag(key, tenant: TenantID(1))
                != RequestEntry.tag(key, tenant: TenantID(2)))
        let entry = RequestEntry(tag: 7, sequence: 9, statesTime: false)
        #expect(entry.sequence == 9 && !entry.statesTime)
    }
}
