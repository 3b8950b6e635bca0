public import Domain
public import Features
public import FraudGraph
internal import Ground
public import Messages

/// The projections that decisions read, beside the journal's own ledger view.
///
/// Thread: readers on any worker; the journal's publisher applies.
public struct Stores: Sendable {
    public let registries = FeatureRegistries()
    public let features = HotFeatureCache()
    public let graph = FraudGraph()
    public let products = ProductBook()
    public let labels = LabelBook()

    /// Empty stores, ready for recovery.
    public init() {}

    /// What replies call the tenant's products and labels.
    public func names(of tenant: TenantID) -> LedgerNames {
        LedgerNames(tenant: tenant, products: products.names(of: tenant), labels: labels)
    }

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
            OpenedProjection(products, types: [.lineOpened, .decision, .batchApplied]),
            LabelProjection(labels),
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
    /// A bit for each type by its raw value: every stage is asked about every record.
    private let types: UInt64
    private let onApplied: @Sendable (TenantID) -> Void

    init(
        _ stage: Stage, types: [RecordType],
        onApplied: @escaping @Sendable (TenantID) -> Void = { _ in }
    ) {
        self.stage = stage
        self.types = types.reduce(0) { $0 | Self.bit($1) }
        self.onApplied = onApplied
    }

    private static func bit(_ type: RecordType) -> UInt64 {
        precondition(type.rawValue < 64, "a record type has a bit in a word")
        return 1 << UInt64(type.rawValue)
    }

    /// Applies one record; records of other stages pass by.
    func apply(_ record: DurableRecord) {
        guard types & Self.bit(record.type) != 0 else { return }
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

/// Hands the label book the words that a record carries, beside its label sets.
///
/// Only records that define a set or a portfolio limit can carry words, so the others are not
/// opened: the publisher sees every record. Thread: as `OpenedProjection`.
final class LabelProjection: Projection, CheckpointParticipant {
    private let book: LabelBook

    init(_ book: LabelBook) {
        self.book = book
    }

    func apply(_ record: DurableRecord) {
        guard !record.effects.isUsual,
            !record.effects.rare.labelSets.isEmpty || !record.effects.rare.limits.isEmpty
        else { return }
        var opened = record
        do throws(MessageFault) {
            opened.body = try RecordBody.part(.labelNames, of: record.body)
        } catch {
            preconditionFailure("record \(record.sequence) does not open: \(error)")
        }
        book.apply(opened)
    }

    var checkpointName: String { book.checkpointName }

    func blockCount() -> Int { book.blockCount() }

    func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        book.copyBlock(index, into: &writer)
    }

    func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        try book.loadBlock(bytes, includedSequence: includedSequence)
    }
}
