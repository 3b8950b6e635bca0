public import Ground

/// The body of a `linksPut` record.
///
/// Body format: u8 1, u32 name count, names (entity, text), u32 link count, links (entity,
/// u8 relation, entity, i64 event microseconds); an entity is u8 kind and its hash.
public struct LinksPut: Hashable, Sendable {
    static let bodyFormat: UInt8 = 1

    /// Display names.
    public var names: [EntityName]
    /// The links.
    public var links: [Link]

    /// Both as given.
    public init(names: [EntityName] = [], links: [Link]) {
        self.names = names
        self.links = links
    }

    /// The body of the record.
    public func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 9 + links.count * 43 + names.count * 48)
        writer.write(Self.bodyFormat)
        writer.write(UInt32(names.count))
        for entry in names {
            writer.write(entry.entity)
            writer.write(entry.name)
        }
        writer.write(UInt32(links.count))
        for link in links {
            writer.write(link.from)
            writer.write(link.relation.rawValue)
            writer.write(link.to)
            writer.write(link.eventMicros)
        }
        return writer.bytes
    }

    /// Reads a body in clear. Errors: `ByteReaderError` naming the byte.
    public init(decoding body: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(body)
        try reader.expect(format: Self.bodyFormat)
        names = []
        links = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let entity = try reader.readEntity()
            names.append(EntityName(entity: entity, name: try reader.readString()))
        }
        for _ in 0..<(try reader.read(UInt32.self)) {
            let from = try reader.readEntity()
            let relation = try reader.readRelation()
            let to = try reader.readEntity()
            links.append(
                Link(
                    from: from, relation: relation, to: to,
                    eventMicros: try reader.readEventMicros()))
        }
    }
}

/// The body of an `entityMarked` record.
///
/// Body format: u8 1, entity, u8 kind, reason, source, i64 expiry microseconds.
public struct EntityMarked: Hashable, Sendable {
    static let bodyFormat: UInt8 = 1

    /// The entity.
    public var entity: Entity
    /// Its sequence is the record's.
    public var mark: Mark

    /// Both as given.
    public init(entity: Entity, mark: Mark) {
        self.entity = entity
        self.mark = mark
    }

    /// The body of the record.
    public func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.write(Self.bodyFormat)
        writer.write(entity)
        writer.write(mark)
        return writer.bytes
    }

    /// Reads a body in clear. Errors: `ByteReaderError` naming the byte.
    public init(decoding body: [UInt8], sequence: UInt64) throws(ByteReaderError) {
        var reader = ByteReader(body)
        try reader.expect(format: Self.bodyFormat)
        entity = try reader.readEntity()
        mark = try reader.readMark(sequence: sequence)
    }
}

extension ByteWriter {
    mutating func write(_ entity: Entity) {
        write(entity.kind.rawValue)
        write(entity.id)
    }

    mutating func write(_ mark: Mark) {
        write(mark.kind.rawValue)
        write(mark.reason)
        write(mark.source)
        write(mark.expiresAtMicros)
    }
}

extension ByteReader {
    mutating func expect(format: UInt8) throws(ByteReaderError) {
        guard try read(UInt8.self) == format else {
            throw ByteReaderError(offset: 0, problem: "unknown format of graph bytes")
        }
    }

    mutating func readEntity() throws(ByteReaderError) -> Entity {
        guard let kind = EntityKind(rawValue: try read(UInt8.self)) else {
            throw ByteReaderError(offset: offset - 1, problem: "unknown kind of entity")
        }
        return Entity(kind: kind, id: try readHash())
    }

    mutating func readRelation() throws(ByteReaderError) -> RelationKind {
        guard let relation = RelationKind(rawValue: try read(UInt8.self)) else {
            throw ByteReaderError(offset: offset - 1, problem: "unknown relation")
        }
        return relation
    }

    mutating func readEventMicros() throws(ByteReaderError) -> Int64 {
        let micros = try read(Int64.self)
        guard micros.magnitude <= Link.eventMicrosMax.magnitude else {
            throw ByteReaderError(offset: offset - 8, problem: "event time out of range")
        }
        return micros
    }

    mutating func readMark(sequence: UInt64) throws(ByteReaderError) -> Mark {
        guard let kind = MarkKind(rawValue: try read(UInt8.self)) else {
            throw ByteReaderError(offset: offset - 1, problem: "unknown mark")
        }
        let reason = try readString()
        let source = try readString()
        return Mark(
            kind: kind, reason: reason, source: source,
            expiresAtMicros: try read(Int64.self), sequence: sequence)
    }
}
