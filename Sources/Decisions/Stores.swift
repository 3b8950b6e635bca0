public import Domain
public import Features
public import FraudGraph
internal import Ground
internal import Messages

/// The projections that decisions read, beside the journal's own ledger view.
///
/// Thread: readers on any worker; the journal's publisher applies.
public struct Stores: Sendable {
    public let registries = FeatureRegistries()
    public let features = HotFeatureCache()
    public let graph = FraudGraph()
    public let products = ProductBook()

    /// Empty stores, ready for recovery.
    public init() {}

    /// What the journal feeds and checkpoints: each stage behind the opening of its bodies.
    ///
    /// `onRegistryChange` is told after a registration of a tenant has been applied.
    public func projections(
        onRegistryChange: @escaping @Sendable (TenantID) -> Void
    ) -> [any Projection & CheckpointParticipant] {
        [
            OpenedProjection(
                registries, types: [.featuresRegistered], onApplied: onRegistryChange),
            OpenedProjection(features, types: [.featuresPut]),
            OpenedProjection(graph, types: [.linksPut, .entityMarked]),
            OpenedProjection(products, types: [.lineOpened, .decision]),
        ]
    }
}

/// Opens the body of the records that concern one stage and hands it the change inside.
///
/// Thread: the journal's publisher, in sequence order; checkpoints as the stage says.
final class OpenedProjection<Stage: Projection & CheckpointParticipant>: Projection,
    CheckpointParticipant
{
    private let stage: Stage
    private let types: Set<RecordType>
    private let onApplied: @Sendable (TenantID) -> Void

    init(
        _ stage: Stage, types: Set<RecordType>,
        onApplied: @escaping @Sendable (TenantID) -> Void = { _ in }
    ) {
        self.stage = stage
        self.types = types
        self.onApplied = onApplied
    }

    /// Applies one record; records of other stages pass by.
    func apply(_ record: DurableRecord) {
        guard types.contains(record.type) else { return }
        var opened = record
        do throws(MessageFault) {
            opened.body = try RecordBody.part(.change, of: record.body)
        } catch {
            // The journal has checked the hash: a body that does not open was written by a bug.
            preconditionFailure("record \(record.sequence) does not open: \(error)")
        }
        stage.apply(opened)
        onApplied(record.tenant)
    }

    var checkpointName: String { stage.checkpointName }

    func blockCount() -> Int { stage.blockCount() }

    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        stage.copyBlock(index, into: &writer)
    }

    func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        try stage.loadBlock(bytes, includedSequence: includedSequence)
    }
}
