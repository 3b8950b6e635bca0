internal import Decisions
internal import Domain
internal import FraudGraph
internal import GRPC
internal import Ground
internal import Messages

/// creditrisk.v1.GraphService: links, marks, signals and pictures.
struct GraphService: Sendable {
    private static let limits = GraphLimits()

    let engine: Engine

    var methods: [Method] {
        let path = "/creditrisk.v1.GraphService/"
        return [
            .unary(
                path + "PutLinks", class: .inlineUpTo(bytes: Engine.inlineRequestBytesMax)
            ) { call, request in putLinks(call, request) },
            .unary(path + "MarkEntity") { call, request in mark(call, request) },
            .unary(path + "GetSignals") { call, request in signals(call, request) },
            .unary(path + "GetNeighborhood", class: .offloaded) { call, request in
                neighborhood(call, request)
            },
        ]
    }

    private func putLinks(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.codec(for: call)
            let wanted = try codec.putLinks(request, key: room.definition.identifierKey)
            engine.write(call, request, key: wanted.requestKey, type: .linksPut) { scratch, _ in
                let change = linksPut(wanted.links)
                let persons = change.names.map(\.entity).filter { $0.kind == .person }
                return WritePlan(
                    alternative: Alternative(
                        type: .linksPut, subject: .none,
                        touches: persons.map { GuardKeys.subject(SubjectID($0.id)) },
                        body: scratch.codec.recordBody(
                            response: scratch.codec.putLinksReply(linkCount: change.links.count),
                            change: change.encode())))
            }
        }
    }

    /// The links with their times, and a name for every entity, in order of identifiers.
    private func linksPut(_ links: [LinkMessage]) -> LinksPut {
        let nowMicros = engine.nowMicros
        var names: [Entity: String] = [:]
        let dated = links.map { link in
            let (from, to) = (Entity(link.from), Entity(link.to))
            names[from] = link.from.name
            names[to] = link.to.name
            return Link(
                from: from, relation: RelationKind(stored: link.relation), to: to,
                eventMicros: link.eventTimeMicros == 0 ? nowMicros : link.eventTimeMicros)
        }
        return LinksPut(
            names: names.map(EntityName.init).sorted { $0.entity.id < $1.entity.id }, links: dated)
    }

    private func mark(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.markEntity(request, key: room.definition.identifierKey)
            guard let kind = MarkKind(rawValue: wanted.mark) else {
                preconditionFailure("the message's check admits only known marks")
            }
            let entity = Entity(wanted.entity)
            let mark = Mark(
                kind: kind, reason: wanted.reason, source: wanted.source,
                expiresAtMicros: wanted.expiresAtMicros == 0 ? .max : wanted.expiresAtMicros)
            engine.write(call, request, key: wanted.requestKey, type: .entityMarked) { scratch, _ in
                WritePlan(
                    alternative: Alternative(
                        type: .entityMarked,
                        subject: entity.kind == .person ? SubjectID(entity.id) : .none,
                        touches: [GuardKeys.marks(room.definition.tenant)],
                        body: scratch.codec.recordBody(
                            change: EntityMarked(entity: entity, mark: mark).encode())))
            }
        }
    }

    private func signals(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let context = engine.contexts[call.workerIndex]
            let subject = try context.codec.getSignals(request, key: room.definition.identifierKey)
            let person = Entity(kind: .person, id: subject.hash)
            let nowMicros = engine.nowMicros
            let signals = engine.stores.graph.signals(
                tenant: room.definition.tenant, subject: person, limits: Self.limits,
                nowMicros: nowMicros, scratch: context.scratch.graph)
            let warnings = GraphWarnings(
                graph: engine.stores.graph, tenant: room.definition.tenant, nowMicros: nowMicros)
            call.reply(
                context.codec.signalsReply(
                    SignalsReply(
                        hopsToFlagged: signals.hopsToFlagged,
                        personsWithin1: signals.personsWithin1,
                        personsWithin2: signals.personsWithin2, sharers: Self.sharers(signals),
                        warning: warnings.warning(of: signals, subject: person),
                        workDone: signals.workDone,
                        isBudgetReached: signals.budgetReached)))
        }
    }

    private static func sharers(_ signals: GraphSignals) -> [(kind: UInt8, personCount: Int)] {
        EntityKind.known.compactMap { kind in
            let count = signals.sharers(through: kind)
            return count > 0 ? (kind.rawValue, count) : nil
        }
    }

    private func neighborhood(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = Codec()
            let wanted = try codec.getNeighborhood(request, key: room.definition.identifierKey)
            var limits = NeighborhoodLimits()
            limits.nodeCountMax = wanted.nodeCountMax
            let picture = engine.stores.graph.neighborhood(
                tenant: room.definition.tenant, entity: Entity(wanted.entity), hops: wanted.hops,
                limits: limits, nowMicros: engine.nowMicros)
            guard let picture else { throw Refusal.entityUnknown }
            call.reply(codec.neighborhoodReply(NeighborhoodReply(picture)))
        }
    }
}

extension Entity {
    /// An entity as it came; the message's check admits only known kinds.
    init(_ message: EntityMessage) {
        guard let kind = EntityKind(rawValue: message.kind) else {
            preconditionFailure("the message's check admits only known kinds")
        }
        self.init(kind: kind, id: message.hash)
    }
}

extension RelationKind {
    /// A relation as it came; the message's check admits only known ones.
    init(stored rawValue: UInt8) {
        guard let relation = RelationKind(rawValue: rawValue) else {
            preconditionFailure("the message's check admits only known relations")
        }
        self = relation
    }
}

extension NeighborhoodReply {
    /// A picture as the wire shows it.
    init(_ picture: GraphNeighborhood) {
        self.init(
            nodes: picture.nodes.map { node in
                let entity = EntityMessage(
                    kind: node.entity.kind.rawValue, hash: node.entity.id,
                    name: node.name ?? node.entity.id.description)
                return (entity, node.distance, node.marks.map(\.kind.rawValue))
            },
            edges: picture.edges.map { ($0.from, $0.to, $0.relation.rawValue, $0.eventMicros) },
            isTruncated: picture.isTruncated)
    }
}
