public import Domain
public import Ground
public import Messages

/// What the products of lines are called: records and the ledger keep only a hash.
///
/// Learned from the records that open lines and never forgotten, so that a reply about a line is
/// the same whatever the configuration says later. Products are few: one table a tenant, replaced
/// whole when a name is new.
///
/// Thread: any for reading, under a lock held for one look-up; the publisher for `apply`.
public final class ProductBook: Projection, CheckpointParticipant {
    private struct State {
        var names: [TenantID: ProductNames] = [:]
        var appliedSequence: UInt64 = 0
    }

    private let state = Lock(State())

    init() {}

    /// The tenant's names by hash.
    public func names(of tenant: TenantID) -> ProductNames {
        state.withLock { $0.names[tenant] ?? [:] }
    }

    /// Learns the name that a record which opens a line carries as its change, or the names that a
    /// batch carries.
    public func apply(_ record: DurableRecord) {
        guard !record.body.isEmpty else { return }
        let learned: ProductNames
        if record.type == .batchApplied {
            learned = Self.decode(record.body)
        } else if let line = record.effects.lines.last {
            learned = [line.product: String(decoding: record.body, as: UTF8.self)]
        } else {
            return
        }
        state.withLock { state in
            state.appliedSequence = max(state.appliedSequence, record.sequence)
            for (product, name) in learned where state.names[record.tenant]?[product] == nil {
                state.names[record.tenant, default: [:]][product] = name
            }
        }
    }

    /// The names that a batch carries, for `apply`. Format: each product hash, name.
    public static func encode(_ names: ProductNames) -> [UInt8] {
        var writer = ByteWriter()
        for (product, name) in names.sorted(by: { $0.key < $1.key }) {
            writer.write(product)
            writer.write(name)
        }
        return writer.bytes
    }

    /// What `encode` wrote. The journal has checked its hash: anything else was written by a bug.
    private static func decode(_ bytes: [UInt8]) -> ProductNames {
        var names: ProductNames = [:]
        var reader = ByteReader(bytes)
        do {
            while reader.offset < bytes.count {
                let product = try reader.readHash()
                names[product] = try reader.readString()
            }
        } catch {
            preconditionFailure("the products of a batch do not open: \(error)")
        }
        return names
    }

    /// Stable name in the store.
    public var checkpointName: String { "products" }

    /// One: products are few.
    public func blockCount() -> Int { 1 }

    /// Format: u8 1, u32 count, then each: u32 tenant, product hash, name; in order of both.
    public func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let state = state.withLock { $0 }
        let rows = state.names.flatMap { tenant, names in names.map { (tenant, $0.key, $0.value) } }
        writer.write(UInt8(1))
        writer.write(UInt32(rows.count))
        let ordered = rows.sorted { ($0.0.rawValue, $0.1) < ($1.0.rawValue, $1.1) }
        for (tenant, hash, name) in ordered {
            writer.write(tenant.rawValue)
            writer.write(hash)
            writer.write(name)
        }
        return state.appliedSequence
    }

    /// Takes a block back. Errors: `ByteReaderError` naming the byte.
    public func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        let format = try reader.read(UInt8.self)
        guard format == 1 else {
            throw ByteReaderError(offset: 0, problem: "format \(format) is not known")
        }
        var loaded = State()
        loaded.appliedSequence = includedSequence
        for _ in 0..<(try reader.read(UInt32.self)) {
            let tenant = TenantID(try reader.read(UInt32.self))
            let hash = try reader.readHash()
            loaded.names[tenant, default: [:]][hash] = try reader.readString()
        }
        state.withLock { [loaded] state in state = loaded }
    }
}
