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

    /// Rows that are not looked for are seldom visited: searches are short, at every size.
    @Test(arguments: [0, 4]) func searchesAreShort(_ partCountLog2: Int) {
        struct Numbers: SlotHashes {
            func mixed(_ slot: Int) -> UInt64 { RowKey(TenantID(1), UInt64(slot)).mixed }
        }
        var index = SlotIndex(partCountLog2: partCountLog2)
        for slot in 0..<20_000 {
            index.insert(Numbers().mixed(slot), slot: slot, hashes: Numbers())
            guard slot % 2_000 == 1_999 else { continue }
            var visits = 0
            for number in 0..<1_000 {
                let found = index.find(Numbers().mixed(1_000_000 + number)) { _ in
                    visits += 1
                    return false
                }
                #expect(found == nil)
            }
            // A miss passes 8.5 places at the fullest, and one in 63 of them has its tag.
            #expect(visits < 300, "\(slot + 1) rows")
        }
    }

    /// Room made ahead is what growing would have come to, and growing goes on from there.
    @Test(arguments: [0, 1, 6, 7, 767, 768, 769, 20_000]) func roomIsMadeAhead(_ count: Int) {
        struct Numbers: SlotHashes {
            func mixed(_ slot: Int) -> UInt64 { RowKey(TenantID(1), UInt64(slot)).mixed }
        }
        var grown = SlotIndex(partCountLog2: 0)
        var reserved = SlotIndex(partCountLog2: 0)
        reserved.reserve(count)
        let reservedByteCount = reserved.byteCount
        for slot in 0..<count {
            grown.insert(Numbers().mixed(slot), slot: slot, hashes: Numbers())
            reserved.insert(Numbers().mixed(slot), slot: slot, hashes: Numbers())
        }
        #expect(reserved.byteCount == reservedByteCount && reservedByteCount == grown.byteCount)
        for slot in count..<count + 1_000 {
            reserved.insert(Numbers().mixed(slot), slot: slot, hashes: Numbers())
        }
        for slot in 0..<count + 1_000 {
            #expect(reserved.find(Numbers().mixed(slot)) { $0 == slot } == slot)
        }
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
