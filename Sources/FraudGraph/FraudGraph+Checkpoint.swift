public import Domain
public import Ground

/// How far the graph is, and what the running checkpoint copies.
struct GraphProgress {
    /// Nodes `first..<first + count` of a tenant.
    struct Slice {
        let tenant: TenantID
        let first: Int
        let count: Int
    }

    var appliedSequence: UInt64 = 0
    /// Records up to here are in the loaded checkpoint; nil before one is loaded.
    var loadedSequence: UInt64?
    var blocks: [[Slice]] = []
    var planSequence: UInt64 = 0
}

extension FraudGraph: Projection {
    /// Applies `linksPut` and `entityMarked` records; others only move the sequence on.
    public func apply(_ record: DurableRecord) {
        let loadedSequence = progress.withLock { $0.loadedSequence ?? 0 }
        if record.sequence > loadedSequence {
            do {
                try take(record)
            } catch {
                // The body was written by us and is covered by the journal's hash.
                preconditionFailure("graph record \(record.sequence): \(error)")
            }
        }
        noteApplied(record.sequence)
    }

    private func take(_ record: DurableRecord) throws(ByteReaderError) {
        switch record.type {
        case .linksPut:
            let put = try LinksPut(decoding: record.body)
            if !put.names.isEmpty { putNames(tenant: record.tenant, names: put.names) }
            putLinks(tenant: record.tenant, links: put.links, sequence: record.sequence)
        case .entityMarked:
            let marked = try EntityMarked(decoding: record.body, sequence: record.sequence)
            mark(tenant: record.tenant, entity: marked.entity, mark: marked.mark)
        default: break
        }
    }

    /// Says that every record up to `sequence` has been put; checkpoints include up to there.
    public func noteApplied(_ sequence: UInt64) {
        progress.withLock { $0.appliedSequence = max($0.appliedSequence, sequence) }
    }
}

extension FraudGraph: CheckpointParticipant {
    static let blockNodeCount = 1_024
    /// Reason: 16 nodes with their links are written in a few microseconds under the read lock.
    static let copyNodeCount = 16
    static let blockFormat: UInt8 = 1

    /// Stable name in the store.
    public var checkpointName: String { "graph" }

    /// Freezes which nodes the next checkpoint's blocks hold: call it once per checkpoint.
    ///
    /// What arrives later comes with records after the sequence that the blocks include; where a
    /// block holds some of it already, replay finds it there and changes nothing.
    public func blockCount() -> Int {
        let sequence = progress.withLock { $0.appliedSequence }
        let graphs = tenants.withLock { $0.sorted { $0.key.rawValue < $1.key.rawValue } }
        var blocks: [[GraphProgress.Slice]] = []
        var open: [GraphProgress.Slice] = []
        var openCount = 0
        for (tenant, graph) in graphs {
            let nodeCount = graph.withRead { $0.nodeCount }
            for first in stride(from: 0, to: nodeCount, by: Self.blockNodeCount) {
                let count = min(Self.blockNodeCount, nodeCount - first)
                open.append(.init(tenant: tenant, first: first, count: count))
                openCount += count
                if openCount >= 256 {
                    blocks.append(open)
                    open = []
                    openCount = 0
                }
            }
        }
        if !open.isEmpty { blocks.append(open) }
        progress.withLock { progress in
            progress.blocks = blocks
            progress.planSequence = sequence
        }
        return blocks.count
    }

    /// Writes the nodes of block `index` with the links that leave them.
    ///
    /// Format: u8 1, u32 node count, then each node: u32 tenant, entity, u8 has name and the name,
    /// u8 mark count, marks (as in the record, then u64 sequence), u32 count of leaving links,
    /// oldest first: u8 relation, entity, i64 event microseconds, u64 sequence.
    public func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (slices, sequence) = progress.withLock { ($0.blocks[index], $0.planSequence) }
        writer.write(Self.blockFormat)
        writer.write(UInt32(slices.reduce(0) { $0 + $1.count }))
        for slice in slices {
            guard let graph = graph(of: slice.tenant) else {
                preconditionFailure("a planned tenant stays")
            }
            let end = slice.first + slice.count
            for first in stride(from: slice.first, to: end, by: Self.copyNodeCount) {
                graph.withRead { graph in
                    for node in first..<min(first + Self.copyNodeCount, end) {
                        writer.write(slice.tenant.rawValue)
                        graph.encode(UInt32(node), into: &writer)
                    }
                }
            }
        }
        return sequence
    }

    /// Takes a block back. Errors: `ByteReaderError` when the bytes are not a block's.
    public func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        try reader.expect(format: Self.blockFormat)
        for _ in 0..<(try reader.read(UInt32.self)) {
            let tenant = TenantID(try reader.read(UInt32.self))
            try takeGraph(of: tenant).withWrite { graph throws(ByteReaderError) in
                try graph.decodeNode(from: &reader)
            }
        }
        guard reader.remaining == 0 else {
            throw ByteReaderError(offset: reader.offset, problem: "bytes after a graph block")
        }
        progress.withLock { progress in
            progress.loadedSequence = min(progress.loadedSequence ?? .max, includedSequence)
            progress.appliedSequence = progress.loadedSequence ?? 0
        }
    }

    /// A hash of every entity, name, mark and link, whatever order they came in.
    public func stateHash() -> Hash128 {
        var sum = Hash128.zero
        for (tenant, graph) in tenants.withLock({ $0 }) {
            let nodeCount = graph.withRead { $0.nodeCount }
            for node in 0..<nodeCount {
                let hash = graph.withRead { $0.hash(of: UInt32(node), tenant: tenant.rawValue) }
                sum.high &+= hash.high
                sum.low &+= hash.low
            }
        }
        return sum
    }
}

extension TenantGraph {
    /// Places of the links that leave a node, oldest first.
    private func leavingPlaces(_ node: UInt32) -> [UInt32] {
        var places: [UInt32] = []
        var cursor = LinkCursor(heads[Int(node)], in: pool)
        while let place = cursor.next(in: pool) {
            if pool.link(at: place).isOutgoing { places.append(place) }
        }
        return places.reversed()
    }

    func encode(_ node: UInt32, into writer: inout ByteWriter) {
        writer.write(entity(node))
        writer.write(UInt8(names[node] == nil ? 0 : 1))
        if let name = names[node] { writer.write(name) }
        let marks = marks[node] ?? []
        writer.write(UInt8(marks.count))
        for mark in marks {
            writer.write(mark)
            writer.write(mark.sequence)
        }
        let places = leavingPlaces(node)
        writer.write(UInt32(places.count))
        for place in places { encodeLink(at: place, into: &writer) }
    }

    private func encodeLink(at place: UInt32, into writer: inout ByteWriter) {
        let link = pool.link(at: place)
        writer.write(link.relation.rawValue)
        writer.write(entity(link.target))
        writer.write(link.eventMicros)
        writer.write(pool.sequence(at: place))
    }

    func decodeNode(from reader: inout ByteReader) throws(ByteReaderError) {
        let entity = try reader.readEntity()
        _ = takeNode(of: entity)
        if try reader.read(UInt8.self) == 1 { setName(try reader.readString(), of: entity) }
        for _ in 0..<(try reader.read(UInt8.self)) {
            var mark = try reader.readMark(sequence: 0)
            mark.sequence = try reader.read(UInt64.self)
            put(mark, on: entity)
        }
        for _ in 0..<(try reader.read(UInt32.self)) {
            let relation = try reader.readRelation()
            let target = try reader.readEntity()
            let eventMicros = try reader.readEventMicros()
            let link = Link(from: entity, relation: relation, to: target, eventMicros: eventMicros)
            put(link, sequence: try reader.read(UInt64.self))
        }
    }

    /// Links enter as a sum, since the order in which a node met them may differ after a restart.
    func hash(of node: UInt32, tenant: UInt32) -> Hash128 {
        let key = HashKey(first: 0x6672_6175, second: 0x6467_7261)
        var writer = ByteWriter(capacity: 256)
        writer.write(tenant)
        writer.write(entity(node))
        writer.write(names[node] ?? "")
        for mark in marks[node] ?? [] {
            writer.write(mark)
            writer.write(mark.sequence)
        }
        var sum = SipHash.hash(writer.bytes, key: key)
        for place in leavingPlaces(node) {
            var writer = ByteWriter(capacity: 64)
            writer.write(tenant)
            writer.write(entity(node))
            encodeLink(at: place, into: &writer)
            let hash = SipHash.hash(writer.bytes, key: key)
            sum.high &+= hash.high
            sum.low &+= hash.low
        }
        return sum
    }
}
