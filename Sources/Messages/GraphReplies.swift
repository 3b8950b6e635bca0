internal import CMessages

/// One step of a warning's path, as the wire shows it.
public struct PathStepMessage: Sendable, Hashable {
    /// Raw value of RelationKind; 0 on the first step.
    public var relation: UInt8
    public var entity: EntityMessage

    /// Both fields as given.
    public init(relation: UInt8, entity: EntityMessage) {
        self.relation = relation
        self.entity = entity
    }
}

/// A link to a marked entity, as the wire shows it.
public struct GraphWarningMessage: Sendable, Hashable {
    /// Raw value of MarkKind.
    public var mark: UInt8
    public var hops: Int
    public var path: [PathStepMessage]
    public var text: String

    /// All fields as given.
    public init(mark: UInt8, hops: Int, path: [PathStepMessage], text: String) {
        self.mark = mark
        self.hops = hops
        self.path = path
        self.text = text
    }
}

/// GetSignalsResponse's content.
public struct SignalsReply: Sendable {
    public var hopsToFlagged: Int
    public var personsWithin1: Int
    public var personsWithin2: Int
    /// EntityKind and the persons that share one of it.
    public var sharers: [(kind: UInt8, personCount: Int)]
    public var warning: GraphWarningMessage?
    public var workDone: Int
    public var isBudgetReached: Bool

    /// All fields as given.
    public init(
        hopsToFlagged: Int, personsWithin1: Int, personsWithin2: Int,
        sharers: [(kind: UInt8, personCount: Int)], warning: GraphWarningMessage?, workDone: Int,
        isBudgetReached: Bool
    ) {
        self.hopsToFlagged = hopsToFlagged
        self.personsWithin1 = personsWithin1
        self.personsWithin2 = personsWithin2
        self.sharers = sharers
        self.warning = warning
        self.workDone = workDone
        self.isBudgetReached = isBudgetReached
    }
}

/// GetNeighborhoodResponse's content.
public struct NeighborhoodReply: Sendable {
    /// A node: entity, links away from the middle, raw values of MarkKind.
    public typealias Node = (entity: EntityMessage, distance: Int, marks: [UInt8])
    /// An edge: positions in `nodes`, raw value of RelationKind, when.
    public typealias Edge = (from: Int, to: Int, relation: UInt8, eventTimeMicros: Int64)
    public var nodes: [Node]
    public var edges: [Edge]
    public var isTruncated: Bool

    /// All fields as given.
    public init(nodes: [Node], edges: [Edge], isTruncated: Bool) {
        self.nodes = nodes
        self.edges = edges
        self.isTruncated = isTruncated
    }
}

extension Codec {
    /// PutLinksResponse.
    public func putLinksReply(linkCount: Int) -> [UInt8] {
        unsafe encode(Schemas.putLinksResponse) { reply in
            unsafe reply.link_count = UInt32(linkCount)
        }
    }

    /// GetSignalsResponse.
    public func signalsReply(_ signals: SignalsReply) -> [UInt8] {
        unsafe encode(Schemas.getSignalsResponse) { reply in
            unsafe reply.hops_to_flagged = Int32(signals.hopsToFlagged)
            unsafe reply.persons_within_1 = UInt32(signals.personsWithin1)
            unsafe reply.persons_within_2 = UInt32(signals.personsWithin2)
            unsafe reply.n_sharers = signals.sharers.count
            unsafe reply.sharers = list(signals.sharers.count) { index in
                unsafe Optional(
                    make(Schemas.sharers) { message in
                        unsafe message.kind = Creditrisk__V1__EntityKind(
                            rawValue: UInt32(signals.sharers[index].kind))
                        unsafe message.person_count = UInt32(signals.sharers[index].personCount)
                    })
            }
            if let warning = signals.warning { unsafe reply.warning = self.warning(warning) }
            unsafe reply.work_done = UInt32(signals.workDone)
            unsafe reply.budget_reached = signals.isBudgetReached ? 1 : 0
        }
    }

    func warning(
        _ warning: GraphWarningMessage
    ) -> UnsafeMutablePointer<Creditrisk__V1__GraphWarning> {
        unsafe make(Schemas.graphWarning) { message in
            unsafe message.mark = Creditrisk__V1__MarkKind(rawValue: UInt32(warning.mark))
            unsafe message.hops = Int32(warning.hops)
            unsafe message.n_path = warning.path.count
            unsafe message.path = list(warning.path.count) { index in
                unsafe Optional(
                    make(Schemas.pathStep) { step in
                        unsafe step.relation = Creditrisk__V1__RelationKind(
                            rawValue: UInt32(warning.path[index].relation))
                        unsafe step.entity = entity(warning.path[index].entity)
                    })
            }
            unsafe message.text = text(warning.text)
        }
    }

    private func entity(_ entity: EntityMessage) -> UnsafeMutablePointer<Creditrisk__V1__Entity> {
        unsafe make(Schemas.entity) { message in
            unsafe message.kind = Creditrisk__V1__EntityKind(rawValue: UInt32(entity.kind))
            unsafe message.id = text(entity.name)
        }
    }

    /// GetNeighborhoodResponse.
    public func neighborhoodReply(_ picture: NeighborhoodReply) -> [UInt8] {
        unsafe encode(Schemas.getNeighborhoodResponse) { reply in
            unsafe reply.n_nodes = picture.nodes.count
            unsafe reply.nodes = list(picture.nodes.count) { index in
                unsafe Optional(node(picture.nodes[index]))
            }
            unsafe reply.n_edges = picture.edges.count
            unsafe reply.edges = list(picture.edges.count) { index in
                unsafe Optional(edge(picture.edges[index]))
            }
            unsafe reply.truncated = picture.isTruncated ? 1 : 0
        }
    }

    private func node(
        _ node: NeighborhoodReply.Node
    ) -> UnsafeMutablePointer<Creditrisk__V1__GraphNode> {
        unsafe make(Schemas.graphNode) { message in
            unsafe message.entity = entity(node.entity)
            unsafe message.distance = Int32(node.distance)
            unsafe message.n_marks = node.marks.count
            unsafe message.marks = list(node.marks.count) { index in
                Creditrisk__V1__MarkKind(rawValue: UInt32(node.marks[index]))
            }
        }
    }

    private func edge(
        _ edge: NeighborhoodReply.Edge
    ) -> UnsafeMutablePointer<Creditrisk__V1__GraphEdge> {
        unsafe make(Schemas.graphEdge) { message in
            unsafe message.from_index = UInt32(edge.from)
            unsafe message.to_index = UInt32(edge.to)
            unsafe message.relation = Creditrisk__V1__RelationKind(rawValue: UInt32(edge.relation))
            unsafe message.event_time_micros = edge.eventTimeMicros
        }
    }
}
