public import Domain
internal import Ground

/// What a gather met.
public enum GatherOutcome: Equatable, Sendable {
    /// The subject has a row; so many of the wanted features were missing in it.
    case found(missingCount: Int)
    /// Nothing is known of the subject; every value is NaN.
    case unknownSubject
}

/// One subject's values as they are read by people: by number, with their instants.
public struct FeatureRowImage: Hashable, Sendable {
    /// Ascending.
    public let ids: [FeatureID]
    /// One value for each number.
    public let values: [Double]
    /// When each value was true, microseconds.
    public let asOfMicros: [Int64]
    /// Journal sequence of the last record that reached the row.
    public let lastSequence: UInt64
}

/// Every tenant's hot feature values, in 64 shards by key hash.
///
/// Readers on any worker take the shard's lock for one gather, under 1 us. A put takes the shard's
/// writing lock throughout, and the shard's lock only to find the row, to write values in place
/// and to swap blocks: rows are rebuilt and slots doubled beside the readers. A lock and not a
/// published pointer: a gather is a few hundred nanoseconds, so two readers rarely meet in one of
/// 64 shards, and values are written in place.
///
/// Thread: any; puts of one subject must come in sequence order.
public final class HotFeatureCache: Sendable {
    /// Reason: with a few workers, two rarely want the same of 64 at once.
    public static let shardCount = 64

    let shards: [Lock<FeatureShard>]
    /// Held by whoever changes a shard: rows stay put while a successor is built.
    let writing: [Gate]
    let progress = Lock(FeatureProgress())

    /// Starts empty.
    public init() {
        shards = (0..<Self.shardCount).map { _ in Lock(FeatureShard()) }
        writing = (0..<Self.shardCount).map { _ in Gate() }
    }

    func shard(_ mix: UInt64) -> Lock<FeatureShard> { shards[Int(mix & 63)] }

    /// Takes one subject's values in, already checked against the registry.
    ///
    /// A value older than the one there (by `asOfMicros`) changes nothing; an equally old one
    /// replaces it, the later record winning. A record that the row includes already is skipped.
    /// Complexity: linear in the columns; linear in the row when a feature is new to it.
    public func put(
        tenant: TenantID, subject: SubjectID, ids: [FeatureID], values: [Double],
        asOfMicros: Int64, sequence: UInt64
    ) {
        precondition(ids.count == values.count, "packed columns have one length")
        let columns = FeatureColumns(ids: ids, values: values, asOfMicros: asOfMicros)
        let mix = FeatureShard.mix(tenant, subject)
        let shard = shard(mix)
        writing[Int(mix & 63)].withLock {
            let finding = shard.withLock { shard in
                shard.merge(tenant, subject, mix: mix, columns: columns, sequence: sequence)
            }
            switch finding {
            case .done: return
            case .rebuild(let old):
                let row = old.rebuilt(with: columns, sequence: sequence)
                shard.withLock { $0.replace(old, with: row, mix: mix) }
                // Readers look at rows under the lock only, so none can still be at the old one.
                old.deallocate()
            case .unknown(let fullSlots):
                let row = FeatureRow.made(
                    tenant: tenant, subject: subject, columns: columns, sequence: sequence)
                let grownSlots = fullSlots.map(FeatureShard.grown)
                shard.withLock { $0.insert(row, mix: mix, grownSlots: grownSlots) }
            }
        }
    }

    /// Fills `values` with the features wanted, NaN where missing.
    ///
    /// `values` has at least the plan's length. Allocates nothing.
    public func gather(
        tenant: TenantID, subject: SubjectID, ids: [FeatureID], into values: inout [Double]
    ) -> GatherOutcome {
        var span = values.mutableSpan
        return gather(tenant: tenant, subject: subject, ids: ids, into: &span)
    }

    /// Fills `values` with the features wanted, NaN where missing.
    public func gather(
        tenant: TenantID, subject: SubjectID, ids: [FeatureID],
        into values: inout MutableSpan<Double>
    ) -> GatherOutcome {
        precondition(values.count >= ids.count, "the plan fits the scratch")
        return unsafe values.withUnsafeMutableBufferPointer { out in
            let mix = FeatureShard.mix(tenant, subject)
            return shard(mix).withLock { shard in
                guard let row = shard.row(tenant, subject, mix: mix) else {
                    for index in ids.indices { unsafe out[index] = .nan }
                    return .unknownSubject
                }
                var missingCount = 0
                for index in ids.indices {
                    if let place = row.place(of: Int(ids[index].rawValue)) {
                        unsafe out[index] = row.value(at: place)
                    } else {
                        unsafe out[index] = .nan
                        missingCount &+= 1
                    }
                }
                return .found(missingCount: missingCount)
            }
        }
    }

    /// The whole row of a subject; nil when nothing is known of it.
    public func row(tenant: TenantID, subject: SubjectID) -> FeatureRowImage? {
        let mix = FeatureShard.mix(tenant, subject)
        return shard(mix).withLock { shard in
            shard.row(tenant, subject, mix: mix).map(FeatureRowImage.init)
        }
    }

    /// Rows, present values and bytes held, over all tenants.
    public var size: FeatureCacheSize {
        shards.reduce(into: FeatureCacheSize()) { size, shard in
            shard.withLock { shard in
                size.rowCount += shard.rows.count
                size.valueCount += shard.valueCount
                size.byteCount += shard.byteCount
            }
        }
    }
}

/// How much the cache holds.
public struct FeatureCacheSize: Hashable, Sendable {
    /// Subjects with a row.
    public internal(set) var rowCount = 0
    /// Values present in all rows.
    public internal(set) var valueCount = 0
    /// Rows, row numbers and slots, without the allocator's own bytes.
    public internal(set) var byteCount = 0
}

extension FeatureRowImage {
    init(_ row: FeatureRow) {
        ids = row.ids
        values = (0..<row.valueCount).map(row.value)
        asOfMicros = (0..<row.valueCount).map { row.stamp(row.stampIndex(at: $0)) }
        lastSequence = row.lastSequence
    }
}
