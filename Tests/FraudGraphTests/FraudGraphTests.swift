import Dispatch
import Domain
import Ground
import Testing

@testable import FraudGraph

/// The graph beside plain sets and dictionaries, its walks, limits and restarts.
@Suite struct FraudGraphTests {
    let tenant = TenantID(1)

    func person(_ number: Int) -> Entity { RandomGraph.entity(.person, number) }

    func uses(_ number: Int, _ identifier: Entity, at eventMicros: Int64 = 0) -> Link {
        Link(
            from: person(number), relation: .uses, to: identifier, eventMicros: eventMicros)
    }

    func signals(
        _ graph: FraudGraph, _ number: Int, _ limits: GraphLimits = GraphLimits(),
        nowMicros: Int64 = 0
    ) -> GraphSignals {
        graph.signals(
            tenant: tenant, subject: person(number), limits: limits, nowMicros: nowMicros,
            scratch: GraphScratch())
    }

    @Test(arguments: [
        (seed: UInt64(1), links: 300, hub: UInt32(4)), (2, 1_500, 6), (3, 6_000, 12),
        (4, 3_000, .max), (5, 60, 1),
    ])
    func equalsTheOracle(seed: UInt64, links: Int, hub: UInt32) {
        var random = RandomSource(seed: seed)
        let graph = FraudGraph()
        var oracle = GraphOracle()
        let persons = max(links / 4, 10)
        for sequence in 1...UInt64(links) {
            let link = RandomGraph.link(&random, persons: persons, identifiers: persons / 2 + 1)
            let isNew = !oracle.links.contains(link)
            oracle.put(link)
            let count = graph.putLinks(tenant: tenant, links: [link], sequence: sequence)
            #expect(count == (isNew ? 1 : 0), "seed \(seed)")
        }
        for _ in 0..<persons / 20 + 1 {
            let kind: EntityKind = Int.random(in: 0..<3, using: &random) == 0 ? .phone : .person
            let entity = RandomGraph.entity(kind, Int.random(in: 0..<persons, using: &random))
            oracle.flagged.insert(entity)
            graph.mark(tenant: tenant, entity: entity, mark: Mark(kind: .confirmedFraud))
        }
        var limits = GraphLimits(workMax: 1 << 20, countedHops: 3)
        for kind in EntityKind.known { limits[hubAbove: kind] = hub }
        let scratch = GraphScratch(workMax: 1 << 20)
        for number in 0..<persons {
            let subject = person(number)
            let found = graph.signals(
                tenant: tenant, subject: subject, limits: limits, nowMicros: 0, scratch: scratch)
            let expected = oracle.walk(from: subject, limits: limits)
            let comment: Comment = "seed \(seed), person \(number)"
            guard found.isKnown else {
                #expect(expected.within == [0, 0, 0], comment)
                continue
            }
            let within = [found.personsWithin1, found.personsWithin2, found.personsWithin3]
            #expect(within == expected.within, comment)
            #expect(found.hopsToFlagged == expected.flagged, comment)
            #expect(!found.budgetReached, comment)
            for kind in EntityKind.known {
                #expect(
                    found.sharers(through: kind)
                        == oracle.sharers(of: subject, kind: kind, limits: limits), comment)
            }
            checkPath(found, from: subject, oracle, comment)
        }
        #expect(graph.size(tenant: tenant).linkCount == oracle.links.count, "seed \(seed)")
    }

    /// A path starts at the subject, ends at a flagged entity, and every step is a link.
    private func checkPath(
        _ signals: GraphSignals, from subject: Entity, _ oracle: GraphOracle, _ comment: Comment
    ) {
        guard let path = signals.pathToFlagged else {
            #expect(signals.hopsToOtherFlagged == -1, comment)
            return
        }
        #expect(path.entities.first == subject, comment)
        #expect(oracle.flagged.contains(path.entities[path.entities.count - 1]), comment)
        #expect(path.relations.count == path.entities.count - 1, comment)
        #expect(path.names.count == path.entities.count, comment)
        for index in path.relations.indices {
            let ends = [path.entities[index], path.entities[index + 1]]
            let isLinked = oracle.links.contains { link in
                link.relation == path.relations[index]
                    && (ends == [link.from, link.to] || ends == [link.to, link.from])
            }
            #expect(isLinked, comment)
        }
        let personCount = path.entities.dropFirst().count { $0.kind == .person }
        let isIdentifierLast = path.entities.last?.kind != .person
        #expect(personCount + (isIdentifierLast ? 1 : 0) == signals.hopsToOtherFlagged, comment)
    }

    @Test func aHubIsNoBridge() {
        let graph = FraudGraph()
        let address = RandomGraph.entity(.ip, 1)
        let limit = Int(GraphLimits.looseKindPersonCountMaxDefault)
        for number in 0..<limit {
            // Twice the same person is still one person.
            graph.putLinks(
                tenant: tenant, links: [uses(number, address), uses(number, address, at: 1)],
                sequence: 1)
        }
        #expect(signals(graph, 0).personsWithin1 == limit - 1)
        graph.putLinks(tenant: tenant, links: [uses(limit, address)], sequence: 2)
        let now = signals(graph, 0)
        #expect(now.personsWithin1 == 0)
        #expect(now.hubCount == 1)
        #expect(now.identifiers(of: .ip) == 1)
        var open = GraphLimits()
        open.dropHubRule()
        #expect(signals(graph, 0, open).personsWithin1 == limit)
    }

    @Test func aMarkCountsUntilItExpires() {
        let graph = FraudGraph()
        let phone = RandomGraph.entity(.phone, 1)
        graph.putLinks(tenant: tenant, links: [uses(1, phone), uses(2, phone)], sequence: 1)
        graph.putNames(tenant: tenant, names: [EntityName(entity: phone, name: "+49 30 1")])
        let until: Int64 = 1_000
        graph.mark(
            tenant: tenant, entity: person(2),
            mark: Mark(kind: .confirmedFraud, expiresAtMicros: until, sequence: 5))
        let before = signals(graph, 1, nowMicros: until - 1)
        #expect(before.hopsToFlagged == 1)
        #expect(before.pathToFlagged?.entities == [person(1), phone, person(2)])
        #expect(before.pathToFlagged?.relations == [.uses, .uses])
        #expect(before.pathToFlagged?.names == [nil, "+49 30 1", nil])
        #expect(signals(graph, 1, nowMicros: until).hopsToFlagged == -1)
        #expect(signals(graph, 2, nowMicros: 0).hopsToFlagged == 0)
        graph.mark(tenant: tenant, entity: person(2), mark: Mark(kind: .vip, sequence: 6))
        #expect(signals(graph, 1, nowMicros: until).hopsToFlagged == -1, "a VIP is no fraud")
        graph.mark(
            tenant: tenant, entity: person(2), mark: Mark(kind: .confirmedFraud, sequence: 4))
        #expect(
            signals(graph, 1, nowMicros: until).hopsToFlagged == -1, "older records undo nothing")
    }

    @Test func aWalkStopsAtItsBudgetAndSaysSo() {
        let graph = FraudGraph()
        let card = RandomGraph.entity(.card, 1)
        graph.putLinks(tenant: tenant, links: (0..<1_000).map { uses($0, card) }, sequence: 1)
        var limits = GraphLimits(workMax: 100)
        limits.dropHubRule()
        let found = signals(graph, 0, limits)
        #expect(found.budgetReached)
        #expect(found.workDone == 100)
        #expect(found.personsWithin1 == found.personsWithin2)
        #expect((90...100).contains(found.personsWithin1))
        limits.workMax = 1_000_000
        let small = graph.signals(
            tenant: tenant, subject: person(0), limits: limits, nowMicros: 0,
            scratch: GraphScratch(workMax: 50))
        #expect(small.workDone == 50, "a scratch is never overrun")
    }

    @Test func tenantsAndUnknownSubjectsAreApart() {
        let graph = FraudGraph()
        let phone = RandomGraph.entity(.phone, 1)
        graph.putLinks(tenant: tenant, links: [uses(1, phone), uses(2, phone)], sequence: 1)
        graph.putLinks(tenant: TenantID(2), links: [uses(1, phone)], sequence: 2)
        let other = graph.signals(
            tenant: TenantID(2), subject: person(1), nowMicros: 0, scratch: GraphScratch())
        #expect(other.isKnown && other.personsWithin1 == 0)
        #expect(signals(graph, 1).personsWithin1 == 1)
        #expect(!signals(graph, 9).isKnown)
        #expect(signals(graph, 9).hopsToFlagged == -1)
    }

    @Test func aNeighborhoodHoldsEachLinkOnce() throws {
        let graph = FraudGraph()
        let phone = RandomGraph.entity(.phone, 1)
        let card = RandomGraph.entity(.card, 1)
        let links = [
            uses(1, phone, at: 5), uses(1, phone, at: 6), uses(2, phone), uses(2, card),
            uses(3, card),
            Link(from: person(1), relation: .guarantees, to: person(2), eventMicros: 9),
        ]
        graph.putLinks(tenant: tenant, links: links, sequence: 1)
        graph.mark(tenant: tenant, entity: person(3), mark: Mark(kind: .suspected))
        let expected: [(hops: Int, nodes: Int, links: Int)] = [
            (0, 1, 0), (1, 3, 3), (2, 4, 5), (3, 5, 6),
        ]
        for (hops, nodeCount, linkCount) in expected {
            let picture = try #require(
                graph.neighborhood(tenant: tenant, entity: person(1), hops: hops, nowMicros: 0))
            #expect(picture.nodes.count == nodeCount)
            #expect(picture.nodes[0].entity == person(1))
            #expect(picture.nodes.allSatisfy { $0.distance <= hops })
            let drawn = picture.edges.map { edge in
                Link(
                    from: picture.nodes[edge.from].entity, relation: edge.relation,
                    to: picture.nodes[edge.to].entity, eventMicros: edge.eventMicros)
            }
            #expect(Set(drawn).count == drawn.count)
            #expect(drawn.count == linkCount)
            #expect(Set(drawn).isSubset(of: links))
            #expect(!picture.isTruncated)
        }
        let small = graph.neighborhood(
            tenant: tenant, entity: person(1), hops: 3,
            limits: NeighborhoodLimits(nodeCountMax: 2), nowMicros: 0)
        #expect(small?.nodes.count == 2 && small?.isTruncated == true)
        #expect(
            graph.neighborhood(tenant: tenant, entity: person(9), hops: 1, nowMicros: 0) == nil)
    }

    @Test func readersAndTheWriterShare() {
        let graph = FraudGraph()
        let tenant = tenant
        let wrong = Lock(0)
        let done = DispatchGroup()
        let subject = person(0)
        let links = (0..<4_000).map { uses($0 % 40, RandomGraph.entity(.card, $0 / 40)) }
        for reader in 0..<2 {
            DispatchQueue(label: "reader \(reader)").async(group: done) {
                let scratch = GraphScratch()
                var last = 0
                for _ in 0..<300 {
                    let found = graph.signals(
                        tenant: tenant, subject: subject, nowMicros: 0, scratch: scratch)
                    if found.personsWithin1 < last || found.personsWithin1 > 39 {
                        wrong.withLock { $0 += 1 }
                    }
                    last = found.personsWithin1
                }
            }
        }
        DispatchQueue(label: "writer").async(group: done) {
            for (index, link) in links.enumerated() {
                graph.putLinks(tenant: tenant, links: [link], sequence: UInt64(index + 1))
            }
        }
        done.wait()
        #expect(wrong.withLock { $0 } == 0)
    }
}
