import Domain
import Ground
import Testing

@testable import Limits

@Suite struct PortfolioCellsTests {
    @Test func aRowHasTheSizeThatIsDrawn() {
        #expect(MemoryLayout<CellRow>.stride == 48)
        #expect(MemoryLayout<CellUndo>.stride <= 40)
    }

    struct Key: Hashable {
        var definition: Int
        var period: Int32
        var currency: UInt8
        var values: [UInt64]
    }

    private func place(_ key: Key) -> CellPlace {
        var values = CellValues(repeating: 0)
        for place in key.values.indices { values[place] = key.values[place] }
        return CellPlace(
            definition: key.definition, period: key.period, currency: key.currency,
            values: values)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func agreesWithADictionary(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var table = CellTable()
        var expected: [Key: Int] = [:]
        for turn in 0..<20_000 {
            let key = Key(
                definition: Int.random(in: 0...2, using: &random),
                period: Int32.random(in: -1...1, using: &random),
                currency: UInt8.random(in: 0...1, using: &random),
                values: (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    UInt64.random(in: 1...4, using: &random)
                })
            let slot = table.slot(of: place(key))
            #expect(slot == expected[key], "seed \(seed) turn \(turn)")
            if let slot {
                let row = table[slot]
                #expect(row.period == key.period && row.currency == key.currency)
                let values = table.values(of: row)
                for place in 0..<4 {
                    let value = place < key.values.count ? key.values[place] : 0
                    #expect(values[place] == value, "seed \(seed) turn \(turn)")
                }
                table.remove(slot)
                expected[key] = nil
            } else {
                expected[key] = table.insert(place(key), next: CellTable.none)
            }
            #expect(table.count == expected.count, "seed \(seed) turn \(turn)")
        }
        let copy = table.copied()
        for (key, slot) in expected { #expect(copy.slot(of: place(key)) == slot) }
        #expect(copy.slotCount == table.slotCount && copy.count == table.count)
    }

    @Test(arguments: [UInt8(0), 80, 90, 100])
    func aLevelIsKeptBesideTheValues(_ level: UInt8) {
        var table = CellTable()
        var values = CellValues(repeating: 7)
        values[3] = 8
        let key = CellPlace(definition: 1, period: 20_000, currency: 3, values: values)
        let slot = table.insert(key, next: 5)
        table[slot].level = level
        #expect(table[slot].level == level && table[slot].next == 5)
        #expect(table.slot(of: key) == slot)
        table[slot].level = 0
        #expect(table[slot].level == 0)
    }
}
