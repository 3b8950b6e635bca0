public import Domain
internal import Ground

/// Every tenant's graph of who shares what with whom.
///
/// Readers on any worker share a tenant's read-write lock for one walk, usually a few
/// microseconds and at most the work budget's; the publisher takes it alone for at most 4 links,
/// so it waits for the longest walk in flight and new walks wait for it. Not a plain lock: workers
/// would wait for each other's walks. Not published pointers: links are appended in place.
///
/// Thread: any for reading; the journal's publisher for writing.
public final class FraudGraph: Sendable {
    /// Reason: 4 links keep the write side below 10 us; a record's links may so become visible in
    /// pieces, but before its caller is answered.
    static let linksPerLock = 4

    let tenants = Lock<[TenantID: ReadWriteLock<TenantGraph>]>([:])
    let progress = Lock(GraphProgress())

    /// Starts empty.
    public init() {}

    func graph(of tenant: TenantID) -> ReadWriteLock<TenantGraph>? {
        tenants.withLock { $0[tenant] }
    }

    func takeGraph(of tenant: TenantID) -> ReadWriteLock<TenantGraph> {
        tenants.withLock { tenants in
            if let graph = tenants[tenant] { return graph }
            let graph = ReadWriteLock(TenantGraph())
            tenants[tenant] = graph
            return graph
        }
    }

    /// Adds links; one that is there already changes nothing. Returns how many were new.
    @discardableResult
    public func putLinks(tenant: TenantID, links: [Link], sequence: UInt64) -> Int {
        let graph = takeGraph(of: tenant)
        var newCount = 0
        for first in stride(from: 0, to: links.count, by: Self.linksPerLock) {
            let end = min(first + Self.linksPerLock, links.count)
            newCount += graph.withWrite { graph in
                links[first..<end].count { graph.put($0, sequence: sequence) }
            }
        }
        return newCount
    }

    /// Sets display names, for people to read in paths and pictures.
    public func putNames(tenant: TenantID, names: [EntityName]) {
        takeGraph(of: tenant).withWrite { graph in
            for entry in names { graph.setName(entry.name, of: entry.entity) }
        }
    }

    /// Sets a mark in place of an older one of the same kind.
    public func mark(tenant: TenantID, entity: Entity, mark: Mark) {
        takeGraph(of: tenant).withWrite { $0.put(mark, on: entity) }
    }

    /// The marks of an entity, expired ones too, by kind.
    public func marks(tenant: TenantID, entity: Entity) -> [Mark] {
        graph(of: tenant)?.withRead { graph in
            graph.node(of: entity).flatMap { graph.marks[$0] }
        } ?? []
    }

    /// What the subject's neighbourhood says at `nowMicros`.
    ///
    /// Complexity: linear in the links looked at, at most `limits.workMax`; allocates only to
    /// write down a path to a flagged entity.
    public func signals(
        tenant: TenantID, subject: Entity, limits: GraphLimits = GraphLimits(),
        nowMicros: Int64, scratch: GraphScratch
    ) -> GraphSignals {
        guard let graph = graph(of: tenant) else { return GraphSignals() }
        return graph.withRead { graph in
            guard let node = graph.node(of: subject) else { return GraphSignals() }
            return graph.withView { view in
                var walk = SignalWalk(
                    graph: graph, view: view, limits: limits, nowMicros: nowMicros,
                    scratch: scratch)
                return walk.run(from: node)
            }
        }
    }

    /// The entities and links within `hops` links (0 to 3) of an entity; nil when it is unknown.
    ///
    /// For the offloaded side: allocates, and holds the read lock for at most the work budget.
    public func neighborhood(
        tenant: TenantID, entity: Entity, hops: Int,
        limits: NeighborhoodLimits = NeighborhoodLimits(), nowMicros: Int64
    ) -> GraphNeighborhood? {
        precondition((0...3).contains(hops), "pictures are of at most three hops")
        guard let graph = graph(of: tenant) else { return nil }
        return graph.withRead { graph in
            guard let node = graph.node(of: entity) else { return nil }
            var walk = NeighborhoodWalk(graph: graph, limits: limits, nowMicros: nowMicros)
            return walk.run(from: node, hops: hops)
        }
    }

    /// How much the tenant's graph holds.
    public func size(tenant: TenantID) -> GraphSize {
        graph(of: tenant)?.withRead { graph in
            GraphSize(
                entityCount: graph.nodeCount, linkCount: graph.linkCount,
                byteCount: graph.byteCount)
        } ?? GraphSize(entityCount: 0, linkCount: 0, byteCount: 0)
    }
}

/// How much a graph holds.
public struct GraphSize: Hashable, Sendable {
    /// Entities known.
    public let entityCount: Int
    /// Links known.
    public let linkCount: Int
    /// Columns, index and link pages; names and marks not counted.
    public let byteCount: Int
}

/// A display name of an entity.
public struct EntityName: Hashable, Sendable {
    /// Reason: a label in a picture.
    public static let nameByteCountMax = 256

    /// The entity.
    public var entity: Entity
    /// What people call it.
    public var name: String

    /// Both as given.
    public init(entity: Entity, name: String) {
        self.entity = entity
        self.name = name
    }
}
