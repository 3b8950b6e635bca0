import Domain
import Ground
import Testing

@testable import Decisions

@Suite struct ProductBookTests {
    func record(_ sequence: UInt64, tenant: UInt32, product: UInt64, name: String)
        -> DurableRecord
    {
        var effects = LedgerEffects()
        effects.lines = [
            LineImage(
                id: LineID(sequence), tenant: TenantID(tenant), subject: .none,
                product: Hash128(high: 1, low: product), currency: Currency(packed: 0),
                status: .open, version: 1, limitMinor: 1, heldMinor: 0, principalMinor: 0,
                openedAtMicros: 0, lastSequence: sequence)
        ]
        return DurableRecord(
            type: .lineOpened, tenant: TenantID(tenant), sequence: sequence,
            tenantSequence: sequence, timeMicros: 0, keyID: 0, outcome: .done, subject: .none,
            effects: effects, body: Array(name.utf8))
    }

    @Test func namesAreLearnedOnceAndKeptByTenant() throws {
        let book = ProductBook()
        book.apply(record(1, tenant: 1, product: 7, name: "card"))
        book.apply(record(2, tenant: 1, product: 7, name: "renamed"))
        book.apply(record(3, tenant: 2, product: 7, name: "loan"))
        book.apply(record(4, tenant: 2, product: 8, name: ""))
        #expect(book.names(of: TenantID(1)) == [Hash128(high: 1, low: 7): "card"])
        #expect(book.names(of: TenantID(2)) == [Hash128(high: 1, low: 7): "loan"])
        #expect(book.names(of: TenantID(3)).isEmpty)

        var writer = ByteWriter()
        #expect(book.copyBlock(0, into: &writer) == 3)
        let loaded = ProductBook()
        try loaded.loadBlock(writer.bytes, includedSequence: 3)
        #expect(loaded.names(of: TenantID(1)) == book.names(of: TenantID(1)))
        #expect(loaded.names(of: TenantID(2)) == book.names(of: TenantID(2)))
    }

    @Test func aDamagedBlockIsRefused() {
        #expect(throws: ByteReaderError.self) {
            try ProductBook().loadBlock([2, 0, 0, 0, 0], includedSequence: 1)
        }
        #expect(throws: ByteReaderError.self) {
            try ProductBook().loadBlock([1, 1, 0, 0, 0], includedSequence: 1)
        }
    }
}
