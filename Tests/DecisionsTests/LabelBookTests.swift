import Domain
import Ground
import Messages
import Testing

@testable import Decisions

@Suite struct LabelBookTests {
    static let tenant = TenantID(1)
    static let key = HashKey(first: 3, second: 4)
    static let web = NamedLabel(name: "channel", value: "web", key: key)
    static let shop = NamedLabel(name: "shop", value: "7", key: key)

    /// A record that makes a set of labels and carries the words of some.
    static func record(
        _ sequence: UInt64, set: UInt32, _ labels: [NamedLabel], words: [NamedLabel]
    ) -> DurableRecord {
        var rare = RareEffects()
        rare.labelSets = [
            LabelSetImage(
                id: LabelSetID(set), tenant: tenant, labels: labels.map(\.label).sorted())
        ]
        var effects = LedgerEffects()
        effects.rare = rare
        return DurableRecord(
            type: .holdPlaced, tenant: tenant, sequence: sequence, tenantSequence: sequence,
            timeMicros: 1, keyID: 0, outcome: .done, subject: .none, effects: effects,
            body: LabelWords.encode(words))
    }

    static func filled() -> LabelBook {
        let book = LabelBook()
        book.apply(record(5, set: 1, [web], words: [web]))
        book.apply(record(6, set: 2, [web, shop], words: [shop]))
        return book
    }

    static let both: Set<LabelText> = [
        LabelText(name: "channel", value: "web"), LabelText(name: "shop", value: "7"),
    ]

    @Test func whatRecordsSayIsKnown() {
        let book = Self.filled()
        #expect(
            book.labels(of: LabelSetID(1), tenant: Self.tenant)
                == [LabelText(name: "channel", value: "web")])
        #expect(Set(book.labels(of: LabelSetID(2), tenant: Self.tenant)) == Self.both)
        #expect(book.labels(of: .none, tenant: Self.tenant).isEmpty)
        #expect(book.labels(of: LabelSetID(9), tenant: Self.tenant).isEmpty)
        #expect(book.members(of: LabelSetID(2)) == [Self.web.label, Self.shop.label].sorted())
    }

    @Test func onlyUnknownWordsAreCarried() {
        let book = Self.filled()
        let other = NamedLabel(name: "shop", value: "8", key: Self.key)
        #expect(book.unknown([Self.web, other, Self.shop], tenant: Self.tenant) == [other])
        #expect(book.unknown([Self.web], tenant: TenantID(2)) == [Self.web])
    }

    @Test func aTenantSeesItsOwnWords() {
        let book = Self.filled()
        #expect(
            book.value(Self.shop.label.value, of: Self.shop.label.dimension, tenant: TenantID(2))
                == "")
        #expect(book.dimension(Dimension.grade, tenant: TenantID(2)) == "grade")
        let number = Self.shop.label.dimension
        #expect(book.dimension(number, tenant: TenantID(2)) == String(number))
    }

    @Test func aCheckpointGivesTheBookBack() throws {
        let book = Self.filled()
        let loaded = LabelBook()
        #expect(book.blockCount() == 2)
        for index in 0..<book.blockCount() {
            var writer = ByteWriter()
            #expect(book.copyBlock(index, into: &writer) == 6)
            try loaded.loadBlock(writer.bytes, includedSequence: 6)
            for cut in 0..<writer.bytes.count {
                #expect(throws: ByteReaderError.self) {
                    try LabelBook().loadBlock(Array(writer.bytes[..<cut]), includedSequence: 6)
                }
            }
        }
        #expect(Set(loaded.labels(of: LabelSetID(2), tenant: Self.tenant)) == Self.both)
        loaded.apply(Self.record(6, set: 2, [Self.web, Self.shop], words: [Self.shop]))
        var before = ByteWriter()
        var after = ByteWriter()
        _ = book.copyBlock(0, into: &before)
        _ = loaded.copyBlock(0, into: &after)
        #expect(before.bytes == after.bytes)
    }
}
