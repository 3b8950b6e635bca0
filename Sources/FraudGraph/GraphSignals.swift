/// The way from a subject to a flagged entity: `entities.count == relations.count + 1`.
public struct GraphPath: Hashable, Sendable {
    /// The subject first, the flagged entity last.
    public var entities: [Entity]
    /// How each entity is linked to the next.
    public var relations: [RelationKind]
    /// Display names where they are known, by position.
    public var names: [String?]

    /// All parts as given.
    public init(entities: [Entity], relations: [RelationKind], names: [String?]) {
        self.entities = entities
        self.relations = relations
        self.names = names
    }
}

/// What the neighbourhood of a subject says.
public struct GraphSignals: Hashable, Sendable {
    /// False when the graph has never heard of the subject.
    public internal(set) var isKnown = false
    /// True when the subject itself carries a mark that makes it flagged.
    public internal(set) var isFlagged = false
    /// Hops to the nearest other flagged entity: 1 through one shared identifier (or that
    /// identifier itself, or a direct link); -1 when none is near.
    public internal(set) var hopsToOtherFlagged = -1
    /// The way to the nearest other flagged entity; nil when none is near.
    public internal(set) var pathToFlagged: GraphPath?

    /// Hops to the nearest flagged entity, the subject itself being 0; -1 when none is near.
    public var hopsToFlagged: Int { isFlagged ? 0 : hopsToOtherFlagged }

    /// Distinct other persons within 1 hop.
    public internal(set) var personsWithin1 = 0
    /// Distinct other persons within 2 hops.
    public internal(set) var personsWithin2 = 0
    /// Distinct other persons within 3 hops; counted only when `GraphLimits.countedHops` is 3.
    public internal(set) var personsWithin3 = 0
    /// Identifiers met that were hubs and so no bridges.
    public internal(set) var hubCount = 0
    /// Links looked at.
    public internal(set) var workDone = 0
    /// True when the walk stopped early: every count is then a lower bound.
    public internal(set) var budgetReached = false
    var sharersByKind = SIMD32<Int32>(repeating: 0)
    var identifiersByKind = SIMD32<Int32>(repeating: 0)

    /// Distinct other persons who share an identifier of `kind` with the subject.
    public func sharers(through kind: EntityKind) -> Int {
        Int(sharersByKind[Int(kind.rawValue)])
    }

    /// Distinct identifiers of `kind` that the subject has.
    public func identifiers(of kind: EntityKind) -> Int {
        Int(identifiersByKind[Int(kind.rawValue)])
    }
}
