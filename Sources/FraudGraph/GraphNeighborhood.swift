/// A part of the graph, ready to draw.
public struct GraphNeighborhood: Hashable, Sendable {
    /// One entity in the picture.
    public struct Node: Hashable, Sendable {
        /// The entity.
        public let entity: Entity
        /// Display name, when known.
        public let name: String?
        /// Marks that count now.
        public let marks: [Mark]
        /// Links away from the entity asked for.
        public let distance: Int
        /// Links it has in the whole graph.
        public let degree: Int
        /// True when so many persons share it that it is no bridge.
        public let isHub: Bool
    }

    /// One link in the picture, between positions in `nodes`.
    public struct Edge: Hashable, Sendable {
        /// Where it starts.
        public let from: Int
        /// Where it ends.
        public let to: Int
        /// How the two are linked.
        public let relation: RelationKind
        /// When it happened, microseconds.
        public let eventMicros: Int64
    }

    /// The entity asked for first, then by distance.
    public var nodes: [Node] = []
    /// The links between them.
    public var edges: [Edge] = []
    /// True when a limit left something out.
    public var isTruncated = false
}

/// How large a picture may become.
public struct NeighborhoodLimits: Sendable {
    /// Reason: more than this no eye can follow.
    public static let nodeCountMaxDefault = 500
    /// Reason: links looked at, as in a decision's walk.
    public static let workMaxDefault = 20_000

    /// Entities in the picture.
    public var nodeCountMax: Int
    /// Links in the picture.
    public var edgeCountMax: Int
    /// Links looked at.
    public var workMax: Int
    /// Who is a hub: shown, but not walked through unless asked for.
    public var graph: GraphLimits

    /// The usual limits.
    public init(
        nodeCountMax: Int = nodeCountMaxDefault, edgeCountMax: Int = 4 * nodeCountMaxDefault,
        workMax: Int = workMaxDefault, graph: GraphLimits = GraphLimits()
    ) {
        self.nodeCountMax = nodeCountMax
        self.edgeCountMax = edgeCountMax
        self.workMax = workMax
        self.graph = graph
    }
}

/// Draws the neighbourhood of one node: breadth first, over links of every kind.
struct NeighborhoodWalk {
    let graph: TenantGraph
    let limits: NeighborhoodLimits
    let nowMicros: Int64
    private var order: [(node: UInt32, distance: Int)] = []
    private var positions: [UInt32: Int] = [:]
    private var picture = GraphNeighborhood()
    private var workDone = 0

    init(graph: TenantGraph, limits: NeighborhoodLimits, nowMicros: Int64) {
        self.graph = graph
        self.limits = limits
        self.nowMicros = nowMicros
    }

    mutating func run(from node: UInt32, hops: Int) -> GraphNeighborhood {
        _ = position(of: node, distance: 0)
        var next = 0
        while next < order.count {
            let (node, distance) = order[next]
            if distance < hops && (next == 0 || !isHub(node)) { expand(next) }
            next += 1
        }
        picture.nodes = order.map(drawn)
        return picture
    }

    private func isHub(_ node: UInt32) -> Bool {
        limits.graph.isHub(graph.kinds[Int(node)], persons: graph.personCounts[Int(node)])
    }

    private mutating func position(of node: UInt32, distance: Int) -> Int? {
        if let known = positions[node] { return known }
        guard order.count < limits.nodeCountMax else { return nil }
        positions[node] = order.count
        order.append((node, distance))
        return order.count - 1
    }

    private mutating func expand(_ index: Int) {
        let (node, distance) = order[index]
        var cursor = LinkCursor(graph.heads[Int(node)], in: graph.pool)
        while let place = cursor.next(in: graph.pool) {
            guard workDone < limits.workMax, picture.edges.count < limits.edgeCountMax else {
                picture.isTruncated = true
                return
            }
            workDone += 1
            let link = graph.pool.link(at: place)
            guard let other = position(of: link.target, distance: distance + 1) else {
                picture.isTruncated = true
                continue
            }
            // A link between two expanded entities is met from both ends: the first end draws it.
            let isSecondMeeting =
                other < index && order[other].distance <= distance && isExpanded(other)
            guard !isSecondMeeting, other != index || link.isOutgoing else { continue }
            picture.edges.append(
                .init(
                    from: link.isOutgoing ? index : other, to: link.isOutgoing ? other : index,
                    relation: link.relation, eventMicros: link.eventMicros))
        }
    }

    /// Whether an earlier entity has been expanded; hubs other than the first have not.
    private func isExpanded(_ index: Int) -> Bool { index == 0 || !isHub(order[index].node) }

    private func drawn(_ place: (node: UInt32, distance: Int)) -> GraphNeighborhood.Node {
        .init(
            entity: graph.entity(place.node), name: graph.names[place.node],
            marks: (graph.marks[place.node] ?? []).filter { nowMicros < $0.expiresAtMicros },
            distance: place.distance, degree: Int(graph.degrees[Int(place.node)]),
            isHub: isHub(place.node))
    }
}
