import Testing

@testable import FraudGraph

/// The memory of links: sizes as drawn, every bit kept, order newest first.
@Suite struct LinkPoolTests {
    @Test func aHalfLinkIsTwelveBytes() {
        #expect(MemoryLayout<HalfLink>.size == 12)
        #expect(MemoryLayout<HalfLink>.stride == 12)
    }

    @Test(arguments: [0, 1, -1, 1_700_000_000_000_000, Link.eventMicrosMax, -Link.eventMicrosMax])
    func aHalfLinkKeepsEveryBit(eventMicros: Int64) {
        for relation in RelationKind.allNumbers {
            for isOutgoing in [true, false] {
                let link = HalfLink(
                    target: .max, relation: relation, isOutgoing: isOutgoing,
                    eventMicros: eventMicros)
                #expect(link.target == .max)
                #expect(link.relation == relation)
                #expect(link.isOutgoing == isOutgoing)
                #expect(link.eventMicros == eventMicros)
            }
        }
    }

    @Test func listsGrowAcrossBlocksAndPages() {
        let pool = LinkPool()
        var heads: [UInt32] = [LinkPool.none, LinkPool.none]
        for number in 0..<150_000 {
            let list = number % 10 == 0 ? 1 : 0
            let link = HalfLink(
                target: UInt32(number), relation: .uses, isOutgoing: true, eventMicros: 0)
            heads[list] = pool.append(link, sequence: UInt64(number) * 3, to: heads[list])
        }
        for list in 0...1 {
            var expected = (0..<150_000).filter { ($0 % 10 == 0) == (list == 1) }
            var cursor = LinkCursor(heads[list], in: pool)
            while let place = cursor.next(in: pool) {
                let number = expected.popLast() ?? -1
                #expect(pool.link(at: place).target == UInt32(number))
                #expect(pool.sequence(at: place) == UInt64(number) * 3)
            }
            #expect(expected.isEmpty)
        }
    }

    @Test func kindsAndRelationsHaveNamesBothWays() {
        for kind in EntityKind.known { #expect(EntityKind(name: kind.name) == kind) }
        for relation in RelationKind.allNumbers.prefix(14) {
            #expect(RelationKind(name: relation.name) == relation)
        }
        #expect(EntityKind(rawValue: 0) == nil && EntityKind(rawValue: 32) == nil)
        #expect(EntityKind(name: "person") == .person)
        #expect(EntityKind(name: "nobody") == nil)
    }
}

extension RelationKind {
    static var allNumbers: [RelationKind] { (1..<128).compactMap(RelationKind.init(rawValue:)) }
}
