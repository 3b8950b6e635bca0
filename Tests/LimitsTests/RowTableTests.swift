import Domain
import Ground
import Testing

@testable import Limits

@Suite struct RowTableTests {
    private func row(_ tenant: UInt32, _ number: UInt64) -> HoldImage {
        HoldImage(
            id: HoldID(number), tenant: TenantID(tenant), line: LineID(1), state: .held,
            amountMinor: Int64(number), committedMinor: 0, heldMinor: 0, expiresAtMicros: 0)
    }

    @Test(arguments: [(UInt64(1), 0), (2, 0), (3, 4), (4, 8)])
    func agreesWithADictionary(_ seed: UInt64, _ partCountLog2: Int) {
        var random = RandomSource(seed: seed)
        var table = RowTable<HoldImage>(partCountLog2: partCountLog2)
        var expected: [UInt64: Int] = [:]
        for turn in 0..<20_000 {
            let tenant = UInt32.random(in: 1...2, using: &random)
            let number = UInt64.random(in: 1...600, using: &random)
            let key = UInt64(tenant) << 32 | number
            let slot = table.slot(tenant: TenantID(tenant), number: number)
            #expect(slot == expected[key], "seed \(seed) turn \(turn)")
            if let slot {
                #expect(table[slot] == row(tenant, number), "seed \(seed) turn \(turn)")
                table.remove(slot)
                expected[key] = nil
            } else {
                expected[key] = table.insert(row(tenant, number))
            }
            #expect(table.count == expected.count, "seed \(seed) turn \(turn)")
        }
        #expect(table.slotCount <= 1_200, "vacant slots are used again")
    }
}
