internal import Domain
internal import Ground

/// Writes fuzzy checkpoints: block by block, while records go on.
///
/// The sequencer's own state is copied on its queue, one block of 10 to 30 us at a time between two
/// slices, rather than from the durable view: one mechanism serves ledger, requests and subject
/// chains alike, and readers of the view never wait for it. What is copied may be ahead of what is
/// durable; the manifest is switched only after the journal is durable past all of it.
/// Thread: the checkpoint queue.
struct Checkpointer {
    /// Blocks go to the store in atomic writes of about this many bytes.
    private static let writeBytes = 1 << 20

    let store: any Store
    let tenants: TenantIndex
    let participants: [any CheckpointParticipant]

    /// Copies everything as of `mark` or later, and switches to it.
    ///
    /// `onSequencer` runs its body where the sequencer may be read; `awaitDurable` returns once
    /// the journal is durable up to a sequence.
    func run(
        mark: DurableMark, onSequencer: ((Sequencer) -> Void) -> Void,
        awaitDurable: (UInt64) throws(JournalError) -> Void
    ) throws(JournalError) {
        do throws(StoreError) {
            let previous = try Self.manifest(store)
            let number = (previous?.number ?? 0) + 1
            // A checkpoint that was never switched to may have left blocks under this number.
            try deleteLeftovers(number)
            let all = [tenants] + participants
            var manifest = CheckpointManifest(
                number: number, mark: mark, participants: all.map(\.checkpointName))
            let storedPages = try tenants.storeFullPages()
            var writer = BlockWriter(store: store, number: number)
            for section in SequencerSection.allCases {
                try copy(section, onSequencer: onSequencer, to: &writer)
            }
            let saved = try previous.flatMap(savedRequests)
            let requests = try copyRequests(saved, onSequencer: onSequencer, to: &writer)
            for participant in all {
                for index in 0..<participant.blockCount() {
                    var bytes = ByteWriter(capacity: 64 << 10)
                    let included = participant.copyBlock(index, into: &bytes)
                    try writer.add(
                        participant.checkpointName, index, max(included, mark.sequence), bytes.bytes
                    )
                }
            }
            try writer.finish()
            manifest.blocks = writer.blocks
            try store.flush()
            let included = manifest.blocks.map(\.includedSequence).max() ?? mark.sequence
            try wrap(included, awaitDurable)
            try store.put(CheckpointManifest.key, manifest.encode())
            try store.flush()
            tenants.drop(storedPages)
            try RequestCheckpoint.dropPages(before: requests, earlier: saved, store: store)
            try RequestRuns(store: store).expire(nowMicros: mark.timeMicros)
            if let previous {
                try store.deleteAll(prefix: CheckpointManifest.numberPrefix(previous.number))
            }
        } catch {
            throw .storeFailed(error.problem)
        }
    }

    /// A journal that stopped meanwhile ends the checkpoint as a failed store does.
    private func wrap(
        _ sequence: UInt64, _ awaitDurable: (UInt64) throws(JournalError) -> Void
    ) throws(StoreError) {
        do throws(JournalError) {
            try awaitDurable(sequence)
        } catch {
            throw StoreError(problem: error.description)
        }
    }

    private func copy(
        _ section: SequencerSection, onSequencer: ((Sequencer) -> Void) -> Void,
        to writer: inout BlockWriter
    ) throws(StoreError) {
        var range = 0..<0
        onSequencer { range = $0.blockRange(section) }
        for index in range {
            var bytes: [UInt8] = []
            var included: UInt64 = 0
            onSequencer { sequencer in
                bytes = sequencer.copyBlock(section, index)
                included = sequencer.lastSequence
            }
            if !bytes.isEmpty { try writer.add(section.rawValue, index, included, bytes) }
        }
    }

    /// What of the requests is saved already.
    private func savedRequests(
        _ previous: CheckpointManifest
    ) throws(StoreError) -> RequestCheckpoint.Saved? {
        let key = CheckpointManifest.blockKey(
            number: previous.number, name: RequestCheckpoint.blockName, index: 0)
        return try store.get(key).flatMap(RequestCheckpoint.saved)
    }

    /// Saves the pages of requests that are new, then the rest as a block, which is returned.
    private func copyRequests(
        _ saved: RequestCheckpoint.Saved?, onSequencer: ((Sequencer) -> Void) -> Void,
        to writer: inout BlockWriter
    ) throws(StoreError) -> [UInt8] {
        let below = try RequestCheckpoint.savePages(
            after: saved, store: store, onSequencer: onSequencer)
        var bytes: [UInt8] = []
        var included: UInt64 = 0
        onSequencer { sequencer in
            bytes = RequestCheckpoint.block(sequencer, savedBelow: below)
            included = sequencer.lastSequence
        }
        try writer.add(RequestCheckpoint.blockName, 0, included, bytes)
        return bytes
    }

    /// Looks first: a deletion of a range that nobody needs would lie before every block.
    private func deleteLeftovers(_ number: UInt64) throws(StoreError) {
        let prefix = CheckpointManifest.numberPrefix(number)
        var hasSome = false
        try store.scan(prefix: prefix) { _, _ in
            hasSome = true
            return false
        }
        if hasSome { try store.deleteAll(prefix: prefix) }
    }

    /// The newest manifest in a store; nil when there is none.
    static func manifest(_ store: any Store) throws(StoreError) -> CheckpointManifest? {
        guard let bytes = try store.get(CheckpointManifest.key) else { return nil }
        do throws(ByteReaderError) {
            return try CheckpointManifest(bytes)
        } catch {
            throw StoreError(problem: "manifest: \(error)")
        }
    }

    /// Gathers blocks into writes of about one megabyte.
    private struct BlockWriter {
        let store: any Store
        let number: UInt64
        var blocks: [CheckpointManifest.Block] = []
        private let hasher = SHA256Hasher()
        private var changes: [StoreChange] = []
        private var byteCount = 0

        init(store: any Store, number: UInt64) {
            self.store = store
            self.number = number
        }

        mutating func add(
            _ name: String, _ index: Int, _ included: UInt64, _ bytes: [UInt8]
        ) throws(StoreError) {
            let key = CheckpointManifest.blockKey(
                number: number, name: name, index: UInt64(index))
            blocks.append(
                CheckpointManifest.Block(
                    name: name, index: UInt64(index), includedSequence: included,
                    hash: hasher.hash(bytes[...])))
            changes.append(.put(key: key, value: bytes))
            byteCount += bytes.count
            if byteCount >= Checkpointer.writeBytes { try finish() }
        }

        mutating func finish() throws(StoreError) {
            guard !changes.isEmpty else { return }
            try store.write(changes)
            changes = []
            byteCount = 0
        }
    }
}
