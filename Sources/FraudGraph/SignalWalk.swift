/// A bounded breadth-first walk, person to person, through shared identifiers and direct links.
///
/// Links between two identifiers are not followed. The nearest flagged entity is the first met, so
/// the walk is by level, and within one level newest links first.
struct SignalWalk {
    let graph: TenantGraph
    let view: GraphView
    let limits: GraphLimits
    let nowMicros: Int64
    let scratch: GraphScratch
    let workMax: Int
    var signals = GraphSignals()
    private let epoch: UInt32
    private var stepCount = 0

    init(
        graph: TenantGraph, view: GraphView, limits: GraphLimits, nowMicros: Int64,
        scratch: GraphScratch
    ) {
        self.graph = graph
        self.view = view
        self.limits = limits
        self.nowMicros = nowMicros
        self.scratch = scratch
        workMax = min(limits.workMax, scratch.workMax)
        epoch = scratch.begin()
    }

    mutating func run(from subject: UInt32) -> GraphSignals {
        signals.isKnown = true
        _ = scratch.visit(subject, epoch: epoch)
        scratch.setStep(
            .init(node: subject, parent: -1, via: 0, firstRelation: 0, secondRelation: 0), at: 0)
        stepCount = 1
        signals.isFlagged = isFlagged(subject)
        var level = 0..<1
        for hop in 1...3 {
            let isCounted = hop <= limits.countedHops
            guard isCounted || wantsFlagged(hop), !level.isEmpty else { break }
            for step in level {
                expand(step, hop: hop)
                if signals.budgetReached || (!isCounted && signals.hopsToOtherFlagged >= 0) {
                    break
                }
            }
            if hop <= 1 { signals.personsWithin1 = stepCount - 1 }
            if hop <= 2 { signals.personsWithin2 = stepCount - 1 }
            if hop <= limits.countedHops { signals.personsWithin3 = stepCount - 1 }
            if signals.budgetReached { break }
            level = level.upperBound..<stepCount
        }
        return signals
    }

    /// Free for the many without marks.
    @inline(__always)
    private func isFlagged(_ node: UInt32) -> Bool {
        guard view.markBits(node) & limits.flaggedMarks.rawValue != 0 else { return false }
        return graph.isMarked(node, limits.flaggedMarks, nowMicros: nowMicros)
    }

    private func wantsFlagged(_ hop: Int) -> Bool {
        signals.hopsToOtherFlagged < 0 && hop <= limits.flaggedHops
    }

    /// True while there is budget for one more link.
    @inline(__always)
    private mutating func work() -> Bool {
        guard signals.workDone < workMax else {
            signals.budgetReached = true
            return false
        }
        signals.workDone &+= 1
        return true
    }

    private mutating func expand(_ step: Int, hop: Int) {
        let person = scratch.step(step).node
        var cursor = LinkCursor(view.head(person), in: view)
        while let place = cursor.next(in: view) {
            guard work() else { return }
            let link = view.link(at: place)
            if view.isPerson(link.target) {
                meet(
                    .init(
                        node: link.target, parent: Int32(step), via: 0,
                        firstRelation: link.relation.rawValue, secondRelation: 0),
                    isNew: scratch.visit(link.target, epoch: epoch).isNew, hop: hop)
            } else if scratch.visit(link.target, epoch: epoch).isNew {
                cross(link, step: step, hop: hop)
                if signals.budgetReached { return }
            }
        }
    }

    /// Goes through an identifier met for the first time to the persons behind it.
    private mutating func cross(_ link: HalfLink, step: Int, hop: Int) {
        let identifier = link.target
        let kind = view.kind(identifier)
        if hop == 1 { signals.identifiersByKind[Int(kind)] &+= 1 }
        if wantsFlagged(hop), isFlagged(identifier) {
            signals.hopsToOtherFlagged = hop
            signals.pathToFlagged = path(
                to: .init(
                    node: identifier, parent: Int32(step), via: 0,
                    firstRelation: link.relation.rawValue, secondRelation: 0))
        }
        guard !limits.isHub(kind, persons: view.personCount(identifier)) else {
            signals.hubCount &+= 1
            return
        }
        let subject = scratch.step(0).node
        var cursor = LinkCursor(view.head(identifier), in: view)
        while let place = cursor.next(in: view) {
            guard work() else { return }
            let second = view.link(at: place)
            let target = second.target
            guard view.isPerson(target), target != subject else { continue }
            let (slot, isNew) = scratch.visit(target, epoch: epoch)
            if hop == 1, scratch.share(kind, slot: slot) {
                signals.sharersByKind[Int(kind)] &+= 1
            }
            meet(
                .init(
                    node: target, parent: Int32(step), via: identifier &+ 1,
                    firstRelation: link.relation.rawValue,
                    secondRelation: second.relation.rawValue),
                isNew: isNew, hop: hop)
        }
    }

    /// Takes a person into the next level, once.
    @inline(__always)
    private mutating func meet(_ step: GraphScratch.Step, isNew: Bool, hop: Int) {
        guard isNew else { return }
        scratch.setStep(step, at: stepCount)
        stepCount &+= 1
        guard wantsFlagged(hop), isFlagged(step.node) else { return }
        signals.hopsToOtherFlagged = hop
        signals.pathToFlagged = path(to: step)
    }

    /// The way back to the subject. Allocates: a warning is rare and is read by people.
    private func path(to last: GraphScratch.Step) -> GraphPath {
        var nodes: [UInt32] = []
        var relations: [UInt8] = []
        var step = last
        while true {
            nodes.append(step.node)
            guard step.parent >= 0 else { break }
            if step.via > 0 {
                relations.append(step.secondRelation)
                nodes.append(step.via - 1)
            }
            relations.append(step.firstRelation)
            step = scratch.step(Int(step.parent))
        }
        return GraphPath(
            entities: nodes.reversed().map(graph.entity),
            relations: relations.reversed().compactMap(RelationKind.init(rawValue:)),
            names: nodes.reversed().map { graph.names[$0] })
    }
}
