internal import Domain
internal import Ground

/// Opens what is on disk: newest checkpoint, then replay to the journal's end.
///
/// Thread: whoever opens the journal, alone.
struct Recovery {
    let files: any FileSystem
    let store: any Store
    let configuration: JournalConfiguration
    let projections: [any Projection]
    let participants: [any CheckpointParticipant]
    /// For the identity of a journal that is made now.
    let newIdentity: UInt64

    /// Everything a running journal is made of.
    struct Result {
        var files: any FileSystem
        var identity: UInt64
        var sequencer: Sequencer
        var writer: JournalWriter
        var supply: SegmentSupply
        var reader: JournalReader
        var tenants: TenantIndex
        var view: LedgerView
        var report: RecoveryReport
    }

    /// Errors: see `JournalError`; a torn tail is cut and no error.
    func run() throws(JournalError) -> Result {
        let found = try openFiles()
        if let identity = configuration.identity, identity != found.witness.journalIdentity {
            throw .foreignIdentity
        }
        try checkHeaders(found)
        let tenants = TenantIndex(store: store)
        var restorer = SequencerRestorer(configuration)
        let loaded = try load(into: &restorer, tenants: tenants)
        let start = loaded.replaysAll ? .start : loaded.mark
        var report = RecoveryReport()
        report.checkpointSequence = loaded.mark.sequence
        var scanner = SegmentScanner(
            files: files, identity: found.witness.journalIdentity, segments: found.segments,
            from: start, witnessedSequence: found.witness.written.sequence)
        try replay(&scanner, loaded: loaded, &restorer, tenants, found.witness, &report)
        let mark = scanner.mark
        report.lastSequence = mark.sequence
        report.tornTailBytes = scanner.tornBytes
        let sequencer = restorer.finish(tenantSequences: tenants.counts)
        let view = LedgerView(sequencer.ledger)
        return try assemble(
            found, mark: mark, sequencer: sequencer, tenants: tenants, view: view, report: report)
    }

    private struct Found {
        var segments: [UInt64]
        var witness: Witness
    }

    /// Lists the segments and opens the witness; makes both in an empty directory.
    private func openFiles() throws(JournalError) -> Found {
        var segments: [UInt64] = []
        var opened: Witness?
        do throws(FileError) {
            let names = try files.list()
            for name in names where name.hasSuffix(".new") { try files.remove(name) }
            segments = names.compactMap { SegmentFormat.number(name: $0) }.sorted()
            if segments.isEmpty && !names.contains(Witness.name) {
                try Witness.create(in: files, identity: newIdentity)
                opened = try Witness.open(in: files)
            } else if names.contains(Witness.name) {
                opened = try Witness.open(in: files)
            }
            if let witness = opened, segments.isEmpty, witness.written.sequence == 0 {
                _ = try files.create(
                    SegmentFormat.name(0), byteCount: configuration.segmentBytes,
                    start: SegmentFormat.encode(
                        number: 0, identity: witness.journalIdentity,
                        segmentBytes: configuration.segmentBytes))
                segments = [0]
            }
        } catch {
            throw .fileFailed(error)
        }
        guard let witness = opened else { throw .witnessDamaged }
        return Found(segments: segments, witness: witness)
    }

    /// Segments must follow each other and be of this journal and size.
    private func checkHeaders(_ found: Found) throws(JournalError) {
        guard let first = found.segments.first else { throw .segmentMissing(0) }
        for (place, number) in found.segments.enumerated() {
            guard number == first + UInt64(place) else {
                throw .segmentMissing(first + UInt64(place))
            }
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try files.open(SegmentFormat.name(number)).read(
                    at: 0, count: SegmentFormat.headerBytes)
            } catch {
                throw .fileFailed(error)
            }
            let header = try SegmentFormat.read(bytes, number: number)
            guard header.identity == found.witness.journalIdentity else {
                throw .foreignSegment(number, problem: "it belongs to another journal")
            }
            guard header.segmentBytes == configuration.segmentBytes else {
                throw .foreignSegment(
                    number,
                    problem: "it has \(header.segmentBytes) bytes, the configuration says "
                        + "\(configuration.segmentBytes)")
            }
        }
    }

    private struct Loaded {
        var mark = DurableMark.start
        /// A projection that no checkpoint holds must see every record from the first.
        var replaysAll = false
        /// By participant: records up to this sequence are in every block of it.
        var included: [String: UInt64] = [:]
    }

    /// Loads the newest checkpoint, if there is one.
    private func load(
        into restorer: inout SequencerRestorer, tenants: TenantIndex
    ) throws(JournalError) -> Loaded {
        var loaded = Loaded()
        let known = [tenants] + participants
        do throws(StoreError) {
            if let manifest = try Checkpointer.manifest(store) {
                loaded.mark = manifest.mark
                for name in manifest.participants { loaded.included[name] = manifest.mark.sequence }
                restorer.reserve(manifest)
                try CheckpointLoader(store: store, manifest: manifest).load { block in
                    try take(block, into: &restorer, known: known)
                }
            }
        } catch {
            throw .checkpointDamaged(error.problem)
        }
        restorer.finishLoading(loaded.mark)
        loaded.replaysAll =
            participants.contains { loaded.included[$0.checkpointName] == nil }
            || projections.contains { !($0 is any CheckpointParticipant) }
        return loaded
    }

    private func take(
        _ block: CheckpointLoader.Ready, into restorer: inout SequencerRestorer,
        known: [any CheckpointParticipant]
    ) throws {
        switch block {
        case .sequencer(let rows): restorer.restore(rows)
        case .requests(let bytes): try restorer.loadRequests(bytes, store: store)
        case .participant(let name, let bytes, let included):
            let participant = known.first { $0.checkpointName == name }
            try participant?.loadBlock(bytes, includedSequence: included)
        }
    }

    /// Reads the journal from the scanner's mark to its end, and asks the witness.
    private func replay(
        _ scanner: inout SegmentScanner, loaded: Loaded, _ restorer: inout SequencerRestorer,
        _ tenants: TenantIndex, _ witness: Witness, _ report: inout RecoveryReport
    ) throws(JournalError) {
        let witnessed = witness.written
        try scanner.confirmMark()
        if scanner.mark.sequence == witnessed.sequence, scanner.mark.hash != witnessed.hash {
            throw .witnessMismatch(sequence: witnessed.sequence)
        }
        while let records = try scanner.next() {
            if scanner.mark.sequence == witnessed.sequence, scanner.mark.hash != witnessed.hash {
                throw .witnessMismatch(sequence: witnessed.sequence)
            }
            for stored in records {
                let record = stored.sequenced.record
                report.recordsReplayed += 1
                if record.sequence > loaded.mark.sequence {
                    report.operationsReplayed += Int(record.tenantSequenceCount)
                    restorer.replay(stored.sequenced)
                    tenants.append(record)
                }
                for projection in projections {
                    if let participant = projection as? any CheckpointParticipant,
                        record.sequence <= loaded.included[participant.checkpointName] ?? 0
                    {
                        continue
                    }
                    projection.apply(record)
                }
            }
            do throws(StoreError) {
                try restorer.archiveRequests(store)
            } catch {
                throw .storeFailed(error.problem)
            }
        }
        guard scanner.mark.sequence >= max(witnessed.sequence, loaded.mark.sequence) else {
            throw .shorterThanWitness(
                durableSequence: scanner.mark.sequence,
                witnessSequence: max(witnessed.sequence, loaded.mark.sequence))
        }
    }

    /// Checks the segments' headers and puts the running parts together.
    private func assemble(
        _ found: Found, mark: DurableMark, sequencer: Sequencer, tenants: TenantIndex,
        view: LedgerView, report: RecoveryReport
    ) throws(JournalError) -> Result {
        let identity = found.witness.journalIdentity
        let supply = SegmentSupply(
            files: files, configuration: configuration, identity: identity,
            nextNumber: mark.segment + 1, bytesLeft: configuration.segmentBytes - mark.offset)
        let reader = JournalReader(files: files, identity: identity)
        do throws(FileError) {
            let file = try files.open(SegmentFormat.name(mark.segment))
            if found.segments.contains(mark.segment + 1) {
                let next = try files.open(SegmentFormat.name(mark.segment + 1))
                supply.adopt(next, number: mark.segment + 1)
            }
            try reader.note(existing: found.segments)
            let writer = JournalWriter(
                file: file, mark: mark, supply: supply, witness: found.witness,
                segmentBytes: configuration.segmentBytes)
            return Result(
                files: files, identity: identity, sequencer: sequencer, writer: writer,
                supply: supply, reader: reader,
                tenants: tenants, view: view, report: report)
        } catch {
            throw .fileFailed(error)
        }
    }
}
