import Domain
import FraudGraph
import Ground

/// The obvious graph: sets and dictionaries, searched level by level.
struct GraphOracle {
    var links: Set<Link> = []
    var flagged: Set<Entity> = []
    private var neighbors: [Entity: Set<Entity>] = [:]

    mutating func put(_ link: Link) {
        links.insert(link)
        neighbors[link.from, default: []].insert(link.to)
        neighbors[link.to, default: []].insert(link.from)
    }

    func persons(of entity: Entity) -> Set<Entity> {
        (neighbors[entity] ?? []).filter { $0.kind == .person && $0 != entity }
    }

    func identifiers(of entity: Entity) -> Set<Entity> {
        (neighbors[entity] ?? []).filter { $0.kind != .person && $0 != entity }
    }

    private func isBridge(_ identifier: Entity, _ limits: GraphLimits) -> Bool {
        persons(of: identifier).count <= Int(limits[hubAbove: identifier.kind])
    }

    /// Persons by hops from the subject, and the hops to the nearest flagged entity.
    func walk(from subject: Entity, limits: GraphLimits) -> (within: [Int], flagged: Int) {
        var seen: Set<Entity> = [subject]
        var level: Set<Entity> = [subject]
        var within: [Int] = []
        var nearest = flagged.contains(subject) ? 0 : -1
        for hop in 1...3 {
            var next: Set<Entity> = []
            var met: Set<Entity> = []
            for person in level {
                next.formUnion(persons(of: person))
                for identifier in identifiers(of: person) {
                    met.insert(identifier)
                    if isBridge(identifier, limits) { next.formUnion(persons(of: identifier)) }
                }
            }
            next.subtract(seen)
            seen.formUnion(next)
            within.append(seen.count - 1)
            let isNear = !next.isDisjoint(with: flagged) || !met.isDisjoint(with: flagged)
            if nearest < 0 && isNear { nearest = hop }
            level = next
        }
        return (within, nearest)
    }

    func sharers(of subject: Entity, kind: EntityKind, limits: GraphLimits) -> Int {
        var all: Set<Entity> = []
        for identifier in identifiers(of: subject)
        where identifier.kind == kind && isBridge(identifier, limits) {
            all.formUnion(persons(of: identifier))
        }
        all.remove(subject)
        return all.count
    }
}

/// Random persons, identifiers and links.
struct RandomGraph {
    static func entity(_ kind: EntityKind, _ number: Int) -> Entity {
        Entity(
            kind: kind,
            id: SipHash.hash([kind.rawValue], key: HashKey(first: UInt64(number), second: 1)))
    }

    static func link(_ random: inout RandomSource, persons: Int, identifiers: Int) -> Link {
        let person = entity(.person, Int.random(in: 0..<persons, using: &random))
        let kinds = [EntityKind.phone, .device, .card, .ip, .employer]
        let other: Entity
        if Int.random(in: 0..<12, using: &random) == 0 {
            other = entity(.person, Int.random(in: 0..<persons, using: &random))
        } else {
            // A square makes a few identifiers much more popular than the rest.
            let number = Double.random(in: 0..<1, using: &random)
            other = entity(
                kinds[Int.random(in: 0..<kinds.count, using: &random)],
                Int(number * number * Double(identifiers)))
        }
        let relation: RelationKind = Bool.random(using: &random) ? .uses : .owns
        let isReversed = Int.random(in: 0..<5, using: &random) == 0
        return Link(
            from: isReversed ? other : person, relation: relation,
            to: isReversed ? person : other,
            eventMicros: Int64.random(in: -3...3, using: &random))
    }
}
