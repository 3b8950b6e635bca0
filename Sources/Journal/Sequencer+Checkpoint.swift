internal import Domain
internal import Ground
internal import Limits

/// The parts of the sequencer's state that a checkpoint saves. The guard table is not one: after a
/// restart every key counts as touched by the last record, which is the safe side.
enum SequencerSection: String, CaseIterable, Sendable {
    case lines
    case holds
    case requests
    case subjects
}

extension Sequencer {
    /// Requests a block holds.
    static let requestBlockCount = 1_024

    /// Block numbers there are now. Requests are numbered from the first one ever.
    func blockRange(_ section: SequencerSection) -> Range<Int> {
        switch section {
        case .lines: return 0..<ledger.lineBlockCount
        case .holds: return 0..<ledger.holdBlockCount
        case .subjects: return 0..<subjects.blockCount
        case .requests:
            let size = Self.requestBlockCount
            let entries = requests.entries
            return entries.startNumber / size..<(entries.endNumber + size - 1) / size
        }
    }

    /// One block, complete up to `lastSequence`. At most 256 rows of the ledger, 1,024 of the
    /// others: 10 to 30 us, so the sequencer can be asked between two slices.
    func copyBlock(_ section: SequencerSection, _ index: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: 40 << 10)
        switch section {
        case .lines:
            for line in ledger.lineBlock(index) {
                writer.write(line.tenant.rawValue)
                RecordFormat.append(line, to: &writer)
            }
        case .holds:
            for hold in ledger.holdBlock(index) {
                writer.write(hold.tenant.rawValue)
                RecordFormat.append(hold, to: &writer)
            }
        case .requests:
            let entries = requests.entries
            let start = index * Self.requestBlockCount
            let from = max(start, entries.startNumber)
            for number in from..<max(from, min(start + Self.requestBlockCount, entries.endNumber)) {
                let entry = entries[number]
                writer.write(entry.key)
                writer.write(entry.fingerprint)
                writer.write(entry.sequence)
            }
        case .subjects:
            let block = subjects.block(index)
            // A block that no subject touched is left empty.
            if block.contains(where: { $0 != 0 }) {
                for sequence in block { writer.write(sequence) }
            }
        }
        return writer.bytes
    }

    /// A hash of everything that replay must rebuild, independent of slots and order in memory.
    func stateHash() -> SHA256Digest {
        var writer = ByteWriter(capacity: 1 << 16)
        writer.write(lastSequence)
        var lines: [LineImage] = []
        ledger.forEachLine { lines.append($0) }
        for line in lines.sorted(by: {
            ($0.tenant.rawValue, $0.number) < ($1.tenant.rawValue, $1.number)
        }) {
            writer.write(line.tenant.rawValue)
            RecordFormat.append(line, to: &writer)
        }
        var holds: [HoldImage] = []
        ledger.forEachHold { holds.append($0) }
        for hold in holds.sorted(by: {
            ($0.tenant.rawValue, $0.number) < ($1.tenant.rawValue, $1.number)
        }) {
            writer.write(hold.tenant.rawValue)
            RecordFormat.append(hold, to: &writer)
        }
        for hold in ledger.endedHolds { writer.write(hold.number) }
        writer.write(UInt64(ledger.openHoldCount))
        for number in requests.entries.startNumber..<requests.entries.endNumber {
            let entry = requests.entries[number]
            writer.write(entry.key)
            writer.write(entry.fingerprint)
            writer.write(entry.sequence)
        }
        for block in 0..<subjects.blockCount {
            for sequence in subjects.block(block) { writer.write(sequence) }
        }
        for (tenant, sequence) in tenantSequences.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        {
            writer.write(tenant.rawValue)
            writer.write(sequence)
        }
        return SHA256Hasher().hash(writer.bytes[...])
    }
}

/// A sequencer being rebuilt: first blocks of a checkpoint, then the records after it.
///
/// Every row knows which record it includes, so records that a row already holds change nothing,
/// and a row from before a record is brought forward by it. Thread: recovery.
struct SequencerRestorer {
    private var sequencer: Sequencer
    private var requests: [RequestEntry] = []
    private var lastRequestSequence: UInt64 = 0
    private let configuration: JournalConfiguration

    init(_ configuration: JournalConfiguration) {
        self.configuration = configuration
        sequencer = Sequencer(configuration)
        sequencer.ledger.beginRestoring()
    }

    /// Takes a block back.
    mutating func load(
        _ section: SequencerSection, _ index: Int, _ bytes: [UInt8]
    ) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        var slot = index * SequenceSlots.blockSlotCount
        while reader.remaining > 0 {
            switch section {
            case .lines:
                let tenant = TenantID(try reader.read(UInt32.self))
                sequencer.ledger.restore(try RecordFormat.readLine(&reader, tenant: tenant))
            case .holds:
                let tenant = TenantID(try reader.read(UInt32.self))
                sequencer.ledger.restore(try RecordFormat.readHold(&reader, tenant: tenant))
            case .requests:
                requests.append(
                    RequestEntry(
                        key: try reader.readHash(), fingerprint: try reader.read(UInt64.self),
                        sequence: try reader.read(UInt64.self)))
            case .subjects:
                sequencer.subjects.restore(slot: slot, sequence: try reader.read(UInt64.self))
                slot += 1
            }
        }
    }

    /// Ends the loading of blocks. The requests of all blocks are those up to some record, without
    /// a gap, because blocks are copied in order and only the youngest end grows meanwhile.
    mutating func finishLoading(_ mark: DurableMark) {
        for entry in requests.sorted(by: { $0.sequence < $1.sequence }) {
            sequencer.requests.insert(entry)
            lastRequestSequence = entry.sequence
        }
        requests = []
        sequencer.lastSequence = mark.sequence
        sequencer.time.restore(lastMicros: mark.timeMicros)
    }

    /// Takes the next record.
    mutating func replay(_ made: SequencedRecord) {
        let record = made.record
        if record.outcome == .done {
            for line in record.effects.lines { sequencer.ledger.restore(line) }
            for hold in record.effects.holds { sequencer.ledger.restore(hold) }
        }
        if !made.requestKey.isZero && record.sequence > lastRequestSequence {
            sequencer.requests.insert(
                RequestEntry(
                    key: RequestTable.key(made.requestKey, tenant: record.tenant),
                    fingerprint: made.fingerprint.low, sequence: record.sequence))
        }
        let slot = sequencer.subjects.slot(record.subject.hash, tenant: record.tenant)
        sequencer.subjects.restore(slot: slot, sequence: record.sequence)
        sequencer.lastSequence = max(sequencer.lastSequence, record.sequence)
        sequencer.time.restore(lastMicros: record.timeMicros)
    }

    /// Ends the rebuild.
    mutating func finish(tenantSequences: [TenantID: UInt64]) -> Sequencer {
        sequencer.ledger.finishRestoring()
        sequencer.tenantSequences = tenantSequences
        sequencer.guards.fill(sequencer.lastSequence)
        return sequencer
    }
}
