import Domain
import FraudGraph
import Ground
import Messages
import Testing

@testable import Decisions

/// Warnings as a person reads them.
@Suite struct GraphWarningsTests {
    /// A link of a case: who, how, to what.
    typealias Fact = (from: (EntityKind, String), relation: RelationKind, to: (EntityKind, String))

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var facts: [Fact]
        var marked: (EntityKind, String)
        var marks: [Mark] = [Mark(kind: .confirmedFraud, reason: "stolen card")]
        var hops = -1
        var text: String?
        var testDescription: String { name }
    }

    static let phone = (EntityKind.phone, "+49 30 1")
    static let anna = (EntityKind.person, "anna")
    static let ben = (EntityKind.person, "ben")
    static let carl = (EntityKind.person, "carl")
    static let mail = (EntityKind.email, "c@example.org")
    static let shared: [Fact] = [(anna, .uses, phone), (ben, .uses, phone)]

    static let cases = [
        Case(
            name: "nobody marked", facts: shared, marked: carl, text: nil),
        Case(
            name: "one hop through a phone", facts: shared, marked: ben, hops: 1,
            text: "anna shares the phone +49 30 1 with ben, who is marked confirmed fraud: "
                + "stolen card"),
        Case(
            name: "self marked", facts: shared, marked: anna, hops: 0,
            text: "anna is marked confirmed fraud: stolen card"),
        Case(
            name: "two hops",
            facts: shared + [(ben, .uses, mail), (carl, .uses, mail)], marked: carl, hops: 2,
            text: "anna shares the phone +49 30 1 with ben, who shares the email c@example.org "
                + "with carl, who is marked confirmed fraud: stolen card"),
        Case(
            name: "a direct link", facts: [(ben, .guarantees, anna)], marked: ben, hops: 1,
            text: "anna is linked to ben, who is marked confirmed fraud: stolen card"),
        Case(
            name: "two direct links",
            facts: [(anna, .transfers, ben), (ben, .transfers, carl)], marked: carl, hops: 2,
            text: "anna is linked to ben, who is linked to carl, who is marked confirmed fraud: "
                + "stolen card"),
        Case(
            name: "the phone itself", facts: shared, marked: phone,
            marks: [Mark(kind: .blocked)], hops: 1,
            text: "anna has the phone +49 30 1, which is marked blocked"),
        Case(
            name: "no reason given", facts: shared, marked: ben, marks: [Mark(kind: .blocked)],
            hops: 1, text: "anna shares the phone +49 30 1 with ben, who is marked blocked"),
        Case(
            name: "only the mark that still holds", facts: shared, marked: ben,
            marks: [
                Mark(kind: .confirmedFraud, reason: "old", expiresAtMicros: 100),
                Mark(kind: .blocked, reason: "new"),
            ], hops: 1,
            text: "anna shares the phone +49 30 1 with ben, who is marked blocked: new"),
        Case(
            name: "a mark that is over", facts: shared, marked: ben,
            marks: [Mark(kind: .confirmedFraud, reason: "old", expiresAtMicros: 100)]),
        Case(
            name: "a mark that is no warning", facts: shared, marked: ben,
            marks: [Mark(kind: .vip, reason: "pays early")]),
    ]

    private func graph(_ row: Case) -> FraudGraph {
        let graph = FraudGraph()
        let tenant = DemoLender.tenant
        let entities = row.facts.flatMap { [$0.from, $0.to] } + [row.marked]
        graph.putNames(
            tenant: tenant, names: entities.map { EntityName(entity: entity($0), name: $0.1) })
        graph.putLinks(
            tenant: tenant,
            links: row.facts.map { fact in
                Link(
                    from: entity(fact.from), relation: fact.relation, to: entity(fact.to),
                    eventMicros: 1)
            }, sequence: 1)
        for mark in row.marks { graph.mark(tenant: tenant, entity: entity(row.marked), mark: mark) }
        return graph
    }

    private func entity(_ entity: (EntityKind, String)) -> Entity {
        Entity(kind: entity.0, id: DemoLender.hash(entity.1))
    }

    @Test(arguments: cases)
    func sentence(row: Case) throws {
        let graph = graph(row)
        let tenant = DemoLender.tenant
        let signals = graph.signals(
            tenant: tenant, subject: entity(Self.anna), nowMicros: 1_000, scratch: GraphScratch())
        let warning = GraphWarnings(graph: graph, tenant: tenant, nowMicros: 1_000)
            .warning(of: signals, subject: entity(Self.anna))
        #expect(warning?.text == row.text)
        #expect(signals.hopsToFlagged == row.hops)
        guard let warning else { return }
        #expect(warning.hops == row.hops)
        #expect(warning.path.first?.entity.name == "anna")
        #expect(warning.path.first?.relation == 0)
        #expect(warning.path.count == 1 || row.hops > 0)
        #expect(warning.path.last?.entity.name == row.marked.1)
        #expect(warning.path.dropFirst().allSatisfy { $0.relation > 0 })
    }

    /// Entities without a name stand as the digits of their hash, never as nothing.
    @Test func namelessEntitiesHaveTheirHash() throws {
        let graph = FraudGraph()
        let (anna, ben) = (entity(Self.anna), entity(Self.ben))
        graph.putLinks(
            tenant: DemoLender.tenant,
            links: [Link(from: anna, relation: .refers, to: ben, eventMicros: 1)], sequence: 1)
        graph.mark(tenant: DemoLender.tenant, entity: ben, mark: Mark(kind: .blocked))
        let signals = graph.signals(
            tenant: DemoLender.tenant, subject: anna, nowMicros: 2, scratch: GraphScratch())
        let warning = GraphWarnings(graph: graph, tenant: DemoLender.tenant, nowMicros: 2)
            .warning(of: signals, subject: anna)
        #expect(warning?.text == "\(anna.id) is linked to \(ben.id), who is marked blocked")
    }
}
