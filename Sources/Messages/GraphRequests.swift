internal import CMessages
public import Domain
public import Ground

/// An entity as the wire names it: kind, text, and the hash of the text made at the door.
public struct EntityMessage: Sendable, Hashable {
    /// Raw value of EntityKind, 1 to 12.
    public var kind: UInt8
    public var hash: Hash128
    public var name: String

    /// All fields as given.
    public init(kind: UInt8, hash: Hash128, name: String) {
        self.kind = kind
        self.hash = hash
        self.name = name
    }
}

/// One link of PutLinksRequest.
public struct LinkMessage: Sendable, Hashable {
    public var from: EntityMessage
    /// Raw value of RelationKind, 1 to 14.
    public var relation: UInt8
    public var to: EntityMessage
    /// 0 means the time of the call.
    public var eventTimeMicros: Int64
}

/// PutLinksRequest, checked.
public struct PutLinksRequest: Sendable {
    public var requestKey: Hash128
    public var links: [LinkMessage]
}

/// MarkEntityRequest, checked.
public struct MarkEntityRequest: Sendable {
    public var requestKey: Hash128
    public var entity: EntityMessage
    /// Raw value of MarkKind, 1 to 5.
    public var mark: UInt8
    public var reason: String
    public var source: String
    /// 0 means never.
    public var expiresAtMicros: Int64
}

/// GetNeighborhoodRequest, checked.
public struct GetNeighborhoodRequest: Sendable {
    public var entity: EntityMessage
    public var hops: Int
    public var nodeCountMax: Int
}

/// The bounds of GraphService's messages.
public enum GraphBounds {
    /// Links of one call.
    public static let linksMax = 4_096
    /// Hops of a neighbourhood.
    public static let hopsMax = 3
    /// Nodes of a neighbourhood.
    public static let nodesMax = 1_000
    /// Highest EntityKind.
    static let entityKindMax: UInt32 = 12
    /// Highest RelationKind.
    static let relationKindMax: UInt32 = 14
    /// Highest MarkKind.
    static let markKindMax: UInt32 = 5
}

extension Codec {
    /// GraphService.PutLinks.
    public func putLinks(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> PutLinksRequest {
        try unsafe decode(Schemas.putLinksRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let count = unsafe try FieldRules.count(
                message.n_links, "links", max: GraphBounds.linksMax)
            var links: [LinkMessage] = []
            links.reserveCapacity(count)
            for index in 0..<count {
                guard let link = unsafe message.links[index] else { continue }
                do throws(MessageFault) {
                    links.append(unsafe try Self.link(link.pointee, key: key))
                } catch {
                    throw error.inside("links[\(index)]")
                }
            }
            return PutLinksRequest(requestKey: requestKey, links: links)
        }
    }

    private static func link(
        _ message: Creditrisk__V1__Link, key: HashKey
    ) throws(MessageFault) -> LinkMessage {
        let from = unsafe try entity(message.from, "from", key: key)
        let to = unsafe try entity(message.to, "to", key: key)
        guard from.kind != to.kind || from.hash != to.hash else {
            throw MessageFault(.linkToItself, field: "to", "a link must join two entities")
        }
        let relation = unsafe message.relation.rawValue
        guard (1...GraphBounds.relationKindMax).contains(relation) else {
            throw MessageFault(
                .relationMissing, field: "relation", "relation must be a known relation")
        }
        return LinkMessage(
            from: from, relation: UInt8(relation), to: to,
            eventTimeMicros: unsafe try FieldRules.timeMicros(
                message.event_time_micros, "event_time_micros"))
    }

    static func entity(
        _ pointer: UnsafeMutablePointer<Creditrisk__V1__Entity>?, _ field: String, key: HashKey
    ) throws(MessageFault) -> EntityMessage {
        guard let message = unsafe pointer?.pointee else {
            throw MessageFault(.fieldMissing, field: field, "\(field) is required")
        }
        let kind = unsafe message.kind.rawValue
        guard (1...GraphBounds.entityKindMax).contains(kind) else {
            throw MessageFault(
                .entityKindMissing, field: "\(field).kind", "\(field).kind must be a known kind")
        }
        let name = unsafe try FieldRules.requiredText(
            message.id, "\(field).id", max: FieldRules.identifierBytesMax)
        return EntityMessage(
            kind: UInt8(kind), hash: SipHash.hash(name.utf8, key: key), name: name)
    }

    /// GraphService.MarkEntity.
    public func markEntity(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> MarkEntityRequest {
        try unsafe decode(Schemas.markEntityRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let mark = unsafe message.mark.rawValue
            guard (1...GraphBounds.markKindMax).contains(mark) else {
                throw MessageFault(.markMissing, field: "mark", "mark must be a known mark")
            }
            return unsafe try MarkEntityRequest(
                requestKey: requestKey,
                entity: Self.entity(message.entity, "entity", key: key), mark: UInt8(mark),
                reason: FieldRules.requiredText(message.reason, "reason"),
                source: FieldRules.optional(message.source, "source"),
                expiresAtMicros: FieldRules.timeMicros(
                    message.expires_at_micros, "expires_at_micros"))
        }
    }

    /// GraphService.GetSignals: the subject.
    public func getSignals(_ bytes: Span<UInt8>, key: HashKey) throws(MessageFault) -> SubjectID {
        try unsafe decode(Schemas.getSignalsRequest, bytes) { message throws(MessageFault) in
            try unsafe SubjectID(
                FieldRules.identifier(message.subject_id, "subject_id", key: key))
        }
    }

    /// GraphService.GetNeighborhood.
    public func getNeighborhood(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> GetNeighborhoodRequest {
        try unsafe decode(Schemas.getNeighborhoodRequest, bytes) { message throws(MessageFault) in
            let entity = unsafe try Self.entity(message.entity, "entity", key: key)
            let hops = unsafe Int(message.hops)
            guard (0...GraphBounds.hopsMax).contains(hops) else {
                throw MessageFault(
                    .hopsOutOfRange, field: "hops",
                    "hops must be from 1 to \(GraphBounds.hopsMax), or 0 for 2")
            }
            let nodes = unsafe Int(message.node_count_max)
            guard (0...GraphBounds.nodesMax).contains(nodes) else {
                throw MessageFault(
                    .countOutOfRange, field: "node_count_max",
                    "node_count_max must be from 1 to \(GraphBounds.nodesMax), or 0 for 100")
            }
            return GetNeighborhoodRequest(
                entity: entity, hops: hops == 0 ? 2 : hops,
                nodeCountMax: nodes == 0 ? 100 : nodes)
        }
    }
}
