internal import Domain
internal import Ground
internal import Limits

/// A block of a checkpoint, decoded: what several threads do at once, while one writes rows back.
enum SequencerBlock: Sendable {
    case labelSets([LabelSetImage])
    case lines([LineImage])
    case holds([HoldImage])
    case drawings([DrawingImage])
    case reversals([ReversalImage])
    case knownSubjects([SubjectImage])
    case limits([PortfolioLimit])
    case cells([CellImage])
    case rates([ExchangeRate])
    /// Chains from a slot on.
    case subjects(slot: Int, [UInt64])

    /// Decodes a block of a section.
    init(
        _ section: SequencerSection, _ index: Int, _ bytes: [UInt8]
    ) throws(ByteReaderError) {
        switch section {
        case .labelSets: self = .labelSets(try Self.rows(bytes, RecordFormat.readLabelSet))
        case .lines:
            self = .lines(
                try Self.rows(bytes) { (reader, context) throws(ByteReaderError) in
                    try RecordFormat.readLine(&reader, in: context, hasPrevious: false).0
                })
        case .holds: self = .holds(try Self.rows(bytes, RecordFormat.readHold))
        case .drawings: self = .drawings(try Self.rows(bytes, RecordFormat.readDrawing))
        case .reversals: self = .reversals(try Self.rows(bytes, RecordFormat.readReversal))
        case .knownSubjects: self = .knownSubjects(try Self.rows(bytes, RecordFormat.readSubject))
        case .limits: self = .limits(try Self.rows(bytes, RecordFormat.readLimit))
        case .cells:
            self = .cells(
                try Self.rows(bytes) { (reader, context) throws(ByteReaderError) in
                    try RecordFormat.readCell(&reader, in: context).cell
                })
        case .rates: self = .rates(try Self.rows(bytes, RecordFormat.readRate))
        case .subjects:
            let sequences = try PackedReader.read(bytes, 0..<bytes.count) {
                (reader) throws(ByteReaderError) -> [UInt64] in
                var sequences: [UInt64] = []
                sequences.reserveCapacity(reader.remaining / 8)
                while reader.remaining > 0 { sequences.append(try reader.fixed()) }
                return sequences
            }
            self = .subjects(slot: index * SequenceSlots.blockSlotCount, sequences)
        }
    }

    /// Rows as `SequencerSection.append` wrote them.
    private static func rows<Image>(
        _ bytes: [UInt8],
        _ read: (inout PackedReader, ImageContext) throws(ByteReaderError) -> Image
    ) throws(ByteReaderError) -> [Image] {
        try PackedReader.read(bytes, 0..<bytes.count) {
            (reader) throws(ByteReaderError) -> [Image] in
            var images: [Image] = []
            images.reserveCapacity(Ledger.blockRowCount)
            while reader.remaining > 0 {
                let context = ImageContext(tenant: TenantID(try reader.number()))
                images.append(try read(&reader, context))
            }
            return images
        }
    }
}

/// A sequencer being rebuilt: first blocks of a checkpoint, then the records after it.
///
/// Every row knows which record it includes, so records that a row already holds change nothing,
/// and a row from before a record is brought forward by it. Thread: recovery.
struct SequencerRestorer {
    private var sequencer: Sequencer
    private var requestsIncludedSequence: UInt64 = 0
    private let configuration: JournalConfiguration

    init(_ configuration: JournalConfiguration) {
        self.configuration = configuration
        sequencer = Sequencer(configuration)
        sequencer.ledger.beginRestoring()
    }

    /// Makes room for the lines and holds of a checkpoint.
    func reserve(_ manifest: CheckpointManifest) {
        func rowCountMax(_ section: SequencerSection) -> Int {
            manifest.blocks.count { $0.name == section.rawValue } * Ledger.blockRowCount
        }
        sequencer.ledger.reserve(
            lineCount: rowCountMax(.lines), holdCount: rowCountMax(.holds))
    }

    /// Writes the rows of a block back.
    mutating func restore(_ block: SequencerBlock) {
        switch block {
        case .labelSets(let images): for image in images { sequencer.ledger.restore(image) }
        case .lines(let images): sequencer.ledger.restore(images)
        case .holds(let images): sequencer.ledger.restore(images)
        case .drawings(let images): for image in images { sequencer.ledger.restore(image) }
        case .reversals(let images): for image in images { sequencer.ledger.restore(image) }
        case .knownSubjects(let images): for image in images { sequencer.ledger.restore(image) }
        case .limits(let images): for image in images { sequencer.ledger.restore(image) }
        case .cells(let images): for image in images { sequencer.ledger.restore(image) }
        case .rates(let images): for image in images { sequencer.ledger.restore(image) }
        case .subjects(let slot, let sequences):
            for (place, sequence) in sequences.enumerated() {
                sequencer.subjects.restore(slot: slot + place, sequence: sequence)
            }
        }
    }

    /// Takes the block of requests back, and the pages beside it.
    mutating func loadRequests(_ bytes: [UInt8], store: any Store) throws(StoreError) {
        let loaded = try RequestCheckpoint.load(
            bytes, store: store, configuration: configuration)
        sequencer.requests = loaded.requests
        requestsIncludedSequence = loaded.includedSequence
    }

    /// Puts requests that no longer fit memory into the store: what was put there since the
    /// checkpoint may be lost.
    mutating func archiveRequests(_ store: any Store) throws(StoreError) {
        while let offer = sequencer.requests.table.offer(durableSequence: .max) {
            try RequestRuns(store: store).put(offer)
            sequencer.requests.table.archived(offer)
        }
    }

    /// Ends the loading of blocks.
    mutating func finishLoading(_ mark: DurableMark) {
        sequencer.lastSequence = mark.sequence
        sequencer.time.restore(lastMicros: mark.timeMicros)
    }

    /// Takes the next record.
    mutating func replay(_ made: SequencedRecord) {
        let record = made.record
        replayLedger(record)
        if !made.requestKey.isZero && record.sequence > requestsIncludedSequence {
            sequencer.requests.remember(
                made.requestKey, tenant: record.tenant, sequence: record.sequence,
                timeMicros: record.timeMicros)
        }
        let slot = sequencer.subjects.slot(record.subject.hash, tenant: record.tenant)
        sequencer.subjects.restore(slot: slot, sequence: record.sequence)
        sequencer.lastSequence = max(sequencer.lastSequence, record.sequence)
        sequencer.time.restore(lastMicros: record.timeMicros)
    }

    /// Takes what a record did to the ledger, and nothing else of it.
    mutating func replayLedger(_ record: DurableRecord) {
        guard record.outcome == .done else { return }
        for image in record.effects.lines { sequencer.ledger.restore(image) }
        for image in record.effects.holds { sequencer.ledger.restore(image) }
        for image in record.effects.drawings { sequencer.ledger.restore(image) }
        guard !record.effects.isUsual else { return }
        let rare = record.effects.rare
        for image in rare.labelSets { sequencer.ledger.restore(image) }
        for image in rare.subjects { sequencer.ledger.restore(image) }
        for image in rare.reversals { sequencer.ledger.restore(image) }
        for image in rare.limits { sequencer.ledger.restore(image) }
        for image in rare.rates { sequencer.ledger.restore(image) }
        for image in rare.cells { sequencer.ledger.restore(image) }
    }

    /// Ends the rebuild.
    mutating func finish(tenantSequences: [TenantID: UInt64]) -> Sequencer {
        sequencer.ledger.finishRestoring()
        sequencer.tenantSequences = TenantSequences(tenantSequences)
        sequencer.guards.fill(sequencer.lastSequence)
        return sequencer
    }
}
