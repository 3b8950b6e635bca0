internal import Domain
internal import Ground
internal import Limits

/// The parts of the sequencer's state that a checkpoint saves, in the order in which they are
/// copied and loaded. The guard table is not one: after a restart every key counts as touched by
/// the last record, which is the safe side. Requests have blocks of their own kind.
enum SequencerSection: String, CaseIterable, Sendable {
    case labelSets = "labelsets"
    case lines
    case holds
    case drawings
    case reversals
    case knownSubjects = "knownsubjects"
    case limits
    case cells
    case rates
    /// The chains of records by subject.
    case subjects

    /// The sections that are the ledger.
    static let ledger = allCases.filter { $0 != .subjects }
}

/// A row in a checkpoint: its tenant, then its image with nothing left out.
extension SequencerSection {
    private static func begin(_ tenant: TenantID, _ writer: PackedWriter) -> ImageContext {
        writer.varint(tenant.rawValue)
        return ImageContext(tenant: tenant)
    }

    static func append(_ line: LineImage, to writer: PackedWriter) {
        let context = begin(line.tenant, writer)
        RecordFormat.append(line, previous: nil, in: context, to: writer)
    }

    static func append(_ hold: HoldImage, to writer: PackedWriter) {
        RecordFormat.append(hold, in: begin(hold.tenant, writer), to: writer)
    }

    static func append(_ drawing: DrawingImage, to writer: PackedWriter) {
        RecordFormat.append(drawing, in: begin(drawing.tenant, writer), to: writer)
    }

    static func append(_ reversal: ReversalImage, to writer: PackedWriter) {
        RecordFormat.append(reversal, in: begin(reversal.tenant, writer), to: writer)
    }

    static func append(_ subject: SubjectImage, to writer: PackedWriter) {
        RecordFormat.append(subject, in: begin(subject.tenant, writer), to: writer)
    }

    static func append(_ limit: PortfolioLimit, to writer: PackedWriter) {
        RecordFormat.append(limit, in: begin(limit.tenant, writer), to: writer)
    }

    static func append(_ cell: CellImage, to writer: PackedWriter) {
        let context = begin(cell.tenant, writer)
        RecordFormat.append(cell, previous: 0, in: context, to: writer)
    }

    static func append(_ rate: ExchangeRate, to writer: PackedWriter) {
        RecordFormat.append(rate, in: begin(rate.tenant, writer), to: writer)
    }

    static func append(_ set: LabelSetImage, to writer: PackedWriter) {
        _ = begin(set.tenant, writer)
        RecordFormat.append(set, to: writer)
    }
}

extension Sequencer {
    /// Block numbers there are now.
    func blockRange(_ section: SequencerSection) -> Range<Int> {
        switch section {
        case .labelSets: return 0..<ledger.portfolio.labelSetBlockCount
        case .lines: return 0..<ledger.lineBlockCount
        case .holds: return 0..<ledger.holdBlockCount
        case .drawings: return 0..<ledger.drawingBlockCount
        case .reversals: return 0..<ledger.reversalBlockCount
        case .knownSubjects: return 0..<ledger.subjectBlockCount
        case .limits: return 0..<ledger.portfolio.limitBlockCount
        case .cells: return 0..<ledger.portfolio.cellBlockCount
        case .rates: return 0..<ledger.portfolio.rateBlockCount
        case .subjects: return 0..<subjects.blockCount
        }
    }

    /// One block, complete up to `lastSequence`. At most 256 rows of the ledger, 1,024 chains: 10
    /// to 30 us, so the sequencer can be asked between two slices.
    func copyBlock(_ section: SequencerSection, _ index: Int) -> [UInt8] {
        let writer = PackedWriter(capacity: 32 << 10)
        func each<Image>(_ images: [Image], _ append: (Image, PackedWriter) -> Void) {
            for image in images { append(image, writer) }
        }
        switch section {
        case .labelSets: each(ledger.portfolio.labelSetBlock(index), SequencerSection.append)
        case .lines: each(ledger.lineBlock(index), SequencerSection.append)
        case .holds: each(ledger.holdBlock(index), SequencerSection.append)
        case .drawings: each(ledger.drawingBlock(index), SequencerSection.append)
        case .reversals: each(ledger.reversalBlock(index), SequencerSection.append)
        case .knownSubjects: each(ledger.subjectBlock(index), SequencerSection.append)
        case .limits: each(ledger.portfolio.limitBlock(index), SequencerSection.append)
        case .cells: each(ledger.portfolio.cellBlock(index), SequencerSection.append)
        case .rates: each(ledger.portfolio.rateBlock(index), SequencerSection.append)
        case .subjects:
            let block = subjects.block(index)
            // A block that no subject touched is left empty.
            if block.contains(where: { $0 != 0 }) {
                for sequence in block { writer.fixed(sequence) }
            }
        }
        return writer.array()
    }
}
