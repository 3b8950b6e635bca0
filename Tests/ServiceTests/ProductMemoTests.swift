import Domain
import Ground
import Testing

@testable import Service

@Suite struct ProductMemoTests {
    /// More products than there are slots, of two tenants that call them differently, asked for in
    /// any order: each has its own name, and one that was just told is not asked for again.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func saysWhatTheBookSays(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var memo = ProductMemo()
        for _ in 0..<2_000 {
            let product = Hash128(high: 7, low: random.next() % 40)
            let tenant = TenantID(UInt32(1 + random.next() % 2))
            let name = "\(tenant.rawValue) \(product.low)"
            #expect(memo.name(product, of: tenant) { name } == name, "seed \(seed)")
            let again = memo.name(product, of: tenant) { nil }
            #expect(again == name, "seed \(seed)")
        }
    }

    @Test func whatIsUnknownIsAskedForAgain() {
        var memo = ProductMemo()
        let product = Hash128(high: 1, low: 2)
        #expect(memo.name(product, of: TenantID(1)) { nil } == "")
        #expect(memo.name(product, of: TenantID(1)) { "card" } == "card")
    }
}
