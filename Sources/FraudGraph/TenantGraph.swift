internal import Ground

/// One tenant's graph: dense node numbers from 0 in the order of arrival, and columns by number.
///
///     columns: kind 1, id 16, newest block 4, degree 4, persons 4, marks 1 = 30 bytes a node
///     index:   open addressing, 4 bytes a slot, load at most one half: 8 to 16 bytes a node
///     links:   see `LinkPool`
///
/// Names and marks are rare and lie in dictionaries. Nodes and links are only ever added.
///
/// Thread: whoever holds the graph's lock; readers share it.
final class TenantGraph {
    private(set) var kinds: [UInt8] = []
    private(set) var ids: [Hash128] = []
    private(set) var heads: [UInt32] = []
    private(set) var degrees: [UInt32] = []
    /// Distinct persons linked to the node: what the hub rule looks at.
    private(set) var personCounts: [UInt32] = []
    /// Kinds of marks the node ever had; whether one still counts is in `marks`.
    private(set) var markBits: [UInt8] = []
    private(set) var marks: [UInt32: [Mark]] = [:]
    private(set) var names: [UInt32: String] = [:]
    private(set) var linkCount = 0
    let pool = LinkPool()
    private var slots = [UInt32](repeating: 0, count: 16)

    var nodeCount: Int { ids.count }

    /// Bytes of columns, index and link pages; names and marks not counted.
    var byteCount: Int {
        kinds.capacity + ids.capacity * 16 + heads.capacity * 4 + degrees.capacity * 4
            + personCounts.capacity * 4 + markBits.capacity + slots.count * 4 + pool.byteCount
    }

    @inline(__always)
    func isPerson(_ node: UInt32) -> Bool { kinds[Int(node)] == EntityKind.person.rawValue }

    func entity(_ node: UInt32) -> Entity {
        guard let kind = EntityKind(rawValue: kinds[Int(node)]) else {
            preconditionFailure("a stored kind is a kind")
        }
        return Entity(kind: kind, id: ids[Int(node)])
    }

    func node(of entity: Entity) -> UInt32? {
        let mask = slots.count &- 1
        var slot = Self.start(entity) & mask
        while slots[slot] != 0 {
            let node = slots[slot] &- 1
            if ids[Int(node)] == entity.id && kinds[Int(node)] == entity.kind.rawValue {
                return node
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    private static func start(_ entity: Entity) -> Int {
        let mixed = entity.id.low ^ (UInt64(entity.kind.rawValue) &* 0x9e37_79b9_7f4a_7c15)
        return Int(truncatingIfNeeded: (mixed ^ mixed &>> 29) & 0x7fff_ffff_ffff_ffff)
    }

    /// The node of an entity, made when it is new.
    func takeNode(of entity: Entity) -> UInt32 {
        if let node = node(of: entity) { return node }
        let node = UInt32(ids.count)
        kinds.append(entity.kind.rawValue)
        ids.append(entity.id)
        heads.append(LinkPool.none)
        degrees.append(0)
        personCounts.append(0)
        markBits.append(0)
        if ids.count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for node in 0..<UInt32(ids.count) { linkSlot(node) }
        } else {
            linkSlot(node)
        }
        return node
    }

    private func linkSlot(_ node: UInt32) {
        let mask = slots.count - 1
        var slot = Self.start(entity(node)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = node + 1
    }

    func setName(_ name: String, of entity: Entity) { names[takeNode(of: entity)] = name }

    /// Adds a link unless it is there; true when it is new.
    ///
    /// Complexity: linear in the links of the end that has fewer.
    @discardableResult
    func put(_ link: Link, sequence: UInt64) -> Bool {
        let from = takeNode(of: link.from)
        let to = takeNode(of: link.to)
        let outgoing = HalfLink(
            target: to, relation: link.relation, isOutgoing: true, eventMicros: link.eventMicros)
        let incoming = HalfLink(
            target: from, relation: link.relation, isOutgoing: false,
            eventMicros: link.eventMicros)
        let fromIsSmaller = degrees[Int(from)] <= degrees[Int(to)]
        let (near, far, wanted) = fromIsSmaller ? (from, to, outgoing) : (to, from, incoming)
        var linkedBefore = false
        var cursor = LinkCursor(heads[Int(near)], in: pool)
        while let place = cursor.next(in: pool) {
            let known = pool.link(at: place)
            guard known.target == far else { continue }
            linkedBefore = true
            if known == wanted { return false }
        }
        append(outgoing, sequence: sequence, to: from)
        append(incoming, sequence: sequence, to: to)
        if !linkedBefore && from != to {
            if isPerson(from) { personCounts[Int(to)] += 1 }
            if isPerson(to) { personCounts[Int(from)] += 1 }
        }
        linkCount += 1
        return true
    }

    private func append(_ link: HalfLink, sequence: UInt64, to node: UInt32) {
        heads[Int(node)] = pool.append(link, sequence: sequence, to: heads[Int(node)])
        degrees[Int(node)] += 1
    }

    /// Sets a mark; an older record never undoes a newer one of the same kind.
    func put(_ mark: Mark, on entity: Entity) {
        let node = takeNode(of: entity)
        markBits[Int(node)] |= MarkSet(mark.kind).rawValue
        var all = marks[node] ?? []
        if let index = all.firstIndex(where: { $0.kind == mark.kind }) {
            guard all[index].sequence <= mark.sequence else { return }
            all[index] = mark
        } else {
            all.append(mark)
            all.sort { $0.kind.rawValue < $1.kind.rawValue }
        }
        marks[node] = all
    }

    /// Whether a mark of one of `kinds` counts now. Free for the many without marks.
    @inline(__always)
    func isMarked(_ node: UInt32, _ kinds: MarkSet, nowMicros: Int64) -> Bool {
        guard markBits[Int(node)] & kinds.rawValue != 0 else { return false }
        return marks[node, default: []].contains { mark in
            kinds.contains(MarkSet(mark.kind)) && nowMicros < mark.expiresAtMicros
        }
    }
}
