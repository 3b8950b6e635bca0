public import Domain
public import Ground

/// Every tenant's registry: a projection of `featuresRegistered` records.
///
/// Readers take the whole snapshot of a tenant under a lock held for one dictionary look-up, or
/// keep the one they have: registries are immutable.
///
/// Thread: any for `registry(of:)`; the publisher for `apply`.
public final class FeatureRegistries: Projection, CheckpointParticipant, Sendable {
    private struct State {
        var registries: [TenantID: FeatureRegistry] = [:]
        var appliedSequence: UInt64 = 0
        var loadedSequence: UInt64 = 0
    }
    private let state = Lock(State())

    /// Starts without tenants.
    public init() {}

    /// The tenant's features now.
    public func registry(of tenant: TenantID) -> FeatureRegistry {
        state.withLock { $0.registries[tenant] ?? .empty }
    }

    /// Takes definitions in that the road has checked by `registering` and made durable.
    public func apply(_ record: DurableRecord) {
        let loadedSequence = state.withLock { $0.loadedSequence }
        guard record.type == .featuresRegistered, record.sequence > loadedSequence else {
            state.withLock { $0.appliedSequence = max($0.appliedSequence, record.sequence) }
            return
        }
        let grown: FeatureRegistry
        do {
            let definitions = try FeatureRegistration.decode(record.body)
            grown = try registry(of: record.tenant).registering(definitions)
        } catch is FeatureError {
            // Registrations are guarded, so rivals do not both become records; should one all the
            // same, the journal's order decides, here as in every replay.
            grown = registry(of: record.tenant)
        } catch {
            preconditionFailure("featuresRegistered record \(record.sequence): \(error)")
        }
        state.withLock { state in
            state.registries[record.tenant] = grown
            state.appliedSequence = max(state.appliedSequence, record.sequence)
        }
    }

    /// Stable name in the store.
    public var checkpointName: String { "registries" }

    /// One: registries are few and small.
    public func blockCount() -> Int { 1 }

    /// Format: u8 1, u32 tenant count, then each: u32 tenant, u32 feature count, and each
    /// definition with its u32 version.
    public func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let (registries, sequence) = state.withLock { ($0.registries, $0.appliedSequence) }
        writer.write(UInt8(1))
        writer.write(UInt32(registries.count))
        for (tenant, registry) in registries.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.write(tenant.rawValue)
            writer.write(UInt32(registry.definitions.count))
            for definition in registry.definitions {
                definition.encode(into: &writer)
                writer.write(definition.version)
            }
        }
        return sequence
    }

    /// Takes a block back. Errors: `ByteReaderError`, or `FeatureError` for a refused definition.
    public func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        guard try reader.read(UInt8.self) == 1 else {
            throw ByteReaderError(offset: 0, problem: "unknown format of a registry block")
        }
        var registries: [TenantID: FeatureRegistry] = [:]
        for _ in 0..<(try reader.read(UInt32.self)) {
            let tenant = TenantID(try reader.read(UInt32.self))
            var definitions: [FeatureDefinition] = []
            for _ in 0..<(try reader.read(UInt32.self)) {
                var definition = try FeatureDefinition(from: &reader)
                definition.version = try reader.read(UInt32.self)
                definitions.append(definition)
            }
            registries[tenant] = try FeatureRegistry.empty.registering(definitions)
                .withVersions(of: definitions)
        }
        state.withLock { state in
            state.registries = registries
            state.appliedSequence = includedSequence
            state.loadedSequence = includedSequence
        }
    }
}
