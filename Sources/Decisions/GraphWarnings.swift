public import Domain
public import FraudGraph
internal import Ground
public import Messages

/// Turns a path to a flagged entity into a warning that a person can read and follow.
///
/// Allocates; runs only when there is something to warn of. Thread: any.
public struct GraphWarnings {
    let graph: FraudGraph
    let tenant: TenantID
    let nowMicros: Int64

    /// The graph of one tenant, and the time at which marks must still hold.
    public init(graph: FraudGraph, tenant: TenantID, nowMicros: Int64) {
        self.graph = graph
        self.tenant = tenant
        self.nowMicros = nowMicros
    }

    /// The warning of a subject's signals, or nil when no flagged entity is near. A subject that
    /// is flagged itself is the whole path.
    public func warning(of signals: GraphSignals, subject: Entity) -> GraphWarningMessage? {
        let found = signals.isFlagged ? ownPath(subject) : signals.pathToFlagged
        guard let path = found, let end = path.entities.last else { return nil }
        let mark = graph.marks(tenant: tenant, entity: end).first { mark in
            MarkSet.risky.contains(MarkSet(mark.kind)) && nowMicros < mark.expiresAtMicros
        }
        guard let mark else { return nil }
        return GraphWarningMessage(
            mark: mark.kind.rawValue, hops: signals.hopsToFlagged,
            path: path.entities.indices.map { index in
                PathStepMessage(
                    relation: index == 0 ? 0 : path.relations[index - 1].rawValue,
                    entity: EntityMessage(
                        kind: path.entities[index].kind.rawValue, hash: path.entities[index].id,
                        name: name(path, index)))
            }, text: sentence(path, mark))
    }

    private func ownPath(_ subject: Entity) -> GraphPath? {
        let picture = graph.neighborhood(
            tenant: tenant, entity: subject, hops: 0, nowMicros: nowMicros)
        return picture.map { picture in
            GraphPath(entities: [subject], relations: [], names: [picture.nodes[0].name])
        }
    }

    private func name(_ path: GraphPath, _ index: Int) -> String {
        path.names[index] ?? path.entities[index].id.description
    }

    /// "anna shares the phone +49 30 1 with ben, who is marked confirmed fraud: stolen card".
    private func sentence(_ path: GraphPath, _ mark: Mark) -> String {
        var text = name(path, 0)
        for index in path.entities.indices.dropFirst() {
            let entity = path.entities[index]
            let who = index == 1 ? "" : ", who"
            if entity.kind != .person {
                // What leads to nobody else is not shared: the applicant has it, and it is marked.
                let verb = index == path.entities.count - 1 ? "has" : "shares"
                text += "\(who) \(verb) the \(entity.kind.words) \(name(path, index))"
            } else if path.entities[index - 1].kind == .person {
                text += "\(who) is linked to \(name(path, index))"
            } else {
                text += " with \(name(path, index))"
            }
        }
        let marked = "is marked \(mark.kind.words)"
        if let last = path.entities.last, path.entities.count > 1 {
            text += last.kind == .person ? ", who" : ", which"
        }
        text += " \(marked)"
        return mark.reason.isEmpty ? text : "\(text): \(mark.reason)"
    }
}

extension EntityKind {
    /// As people say it.
    var words: String { name.replacing("_", with: " ") }
}

extension MarkKind {
    /// As people say it.
    var words: String { name.replacing("_", with: " ") }
}
