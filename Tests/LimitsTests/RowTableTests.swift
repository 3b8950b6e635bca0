import Domain
import Ground
import Testing

@testable import Limits

@Suite struct RowTableTests {
    private func row(_ tenant: UInt32, _ number: UInt64) -> HoldRow {
        HoldRow(
            HoldImage(
                id: HoldID(number), tenant: TenantID(tenant), line: LineID(1), state: .held,
                amountMinor: Int64(number), committedMinor: 0, expiresAtMicros: 0))
    }

    @Test(arguments: [(UInt64(1), 0), (2, 0), (3, 4), (4, 8)])
    func agreesWithADictionary(_ seed: UInt64, _ partCountLog2: Int) {
        var random = RandomSource(seed: seed)
        var table = RowTable<HoldRow>(capacity: 1_280, partCountLog2: partCountLog2)
        var expected: [UInt64: Int] = [:]
        for turn in 0..<20_000 {
            let tenant = UInt32.random(in: 1...2, using: &random)
            let number = UInt64.random(in: 1...600, using: &random)
            let key = UInt64(tenant) << 32 | number
            let slot = table.slot(RowKey(TenantID(tenant), number))
            #expect(slot == expected[key], "seed \(seed) turn \(turn)")
            if let slot {
                let found = table[slot].image
                #expect(found == row(tenant, number).image, "seed \(seed) turn \(turn)")
                table.remove(slot)
                let isVacant = table[slot].isVacant
                #expect(isVacant, "seed \(seed) turn \(turn)")
                expected[key] = nil
            } else {
                expected[key] = table.insert(row(tenant, number))
            }
            let count = table.count
            #expect(count == expected.count, "seed \(seed) turn \(turn)")
        }
        let slotCount = table.slotCount
        #expect(slotCount <= 1_200, "vacant slots are used again")
    }

    @Test func aFullTableSaysSo() {
        var table = RowTable<HoldRow>(capacity: 256, partCountLog2: 0)
        var wasFull = false
        for number in 1...256 {
            wasFull = wasFull || table.isFull
            _ = table.insert(row(1, UInt64(number)))
        }
        #expect(!wasFull, "with 255 rows")
        let isFull = table.isFull
        #expect(isFull, "with 256 rows")
        table.remove(7)
        let hasRoom = !table.isFull
        #expect(hasRoom, "with one less")
        let slot = table.insert(row(2, 1))
        #expect(slot == 7)
    }

    @Test func subjectsAndNumbersAreTold() {
        let subject = SubjectID(Hash128(high: 3, low: 9))
        #expect(RowKey(TenantID(1), subject) != RowKey(TenantID(1), 9))
        #expect(RowKey(TenantID(1), 9) != RowKey(TenantID(2), 9))
        #expect(RowKey(TenantID(1), subject).mixed != RowKey(TenantID(1), 9).mixed)
    }
}

@Suite struct RowLayoutTests {
    @Test func rowsAreAsSmallAsPromised() {
        #expect(MemoryLayout<LineImage>.stride == 120)
        #expect(MemoryLayout<LineRow>.stride == 136)
        #expect(MemoryLayout<HoldImage>.stride == 64)
        #expect(MemoryLayout<HoldRow>.stride == 80)
        #expect(MemoryLayout<DrawingImage>.stride == 48)
        #expect(MemoryLayout<DrawingRow>.stride == 56)
        #expect(MemoryLayout<DueHeap.Entry>.stride == 16)
    }
}
