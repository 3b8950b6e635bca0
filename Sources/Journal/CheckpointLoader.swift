internal import Dispatch
internal import Domain
internal import Ground

/// Reads a checkpoint's blocks out of the store with two threads: one reads, verifies and decodes
/// some blocks ahead, while the caller writes the rows of those before back, in order.
///
/// Thread: recovery, and a queue of its own.
struct CheckpointLoader: Sendable {
    /// Blocks that are decoded ahead at a time. Reason: some milliseconds of work for either side,
    /// and a few megabytes of rows.
    private static let chunkCount = 64

    /// A block, ready to be taken back.
    enum Ready: Sendable {
        case sequencer(SequencerBlock)
        case requests([UInt8])
        /// Of whoever has this name, and the sequence that it includes.
        case participant(String, [UInt8], UInt64)
    }

    let store: any Store
    let manifest: CheckpointManifest

    /// Hands every block to `take`, in the order of the manifest.
    ///
    /// Errors: `StoreError` that names the block which is missing, altered or not readable.
    func load(_ take: (Ready) throws -> Void) throws(StoreError) {
        let queue = DispatchQueue(label: "journal.loading", qos: .userInitiated)
        // Nothing is read any more, and no block holds the store, when the caller goes on: a start
        // that fails ends the process, and RocksDB must not be in use on another thread by then.
        defer { queue.sync {} }
        var ahead = begin(0, on: queue)
        for start in stride(from: 0, to: manifest.blocks.count, by: Self.chunkCount) {
            let chunk = ahead
            chunk.done.wait()
            ahead = begin(start + Self.chunkCount, on: queue)
            let blocks = try chunk.blocks.withLock { $0 }.get()
            for (place, block) in blocks.enumerated() {
                do {
                    try take(block)
                } catch {
                    throw StoreError(problem: "\(manifest.blocks[start + place].title): \(error)")
                }
            }
        }
    }

    /// Blocks on their way.
    private final class Chunk: Sendable {
        let blocks = Lock<Result<[Ready], StoreError>>(.success([]))
        let done = DispatchSemaphore(value: 0)
    }

    private func begin(_ start: Int, on queue: DispatchQueue) -> Chunk {
        let chunk = Chunk()
        queue.async {
            let hasher = SHA256Hasher()
            var ready: [Ready] = []
            let end = min(start + Self.chunkCount, manifest.blocks.count)
            do throws(StoreError) {
                for index in start..<max(start, end) {
                    ready.append(try read(manifest.blocks[index], hasher))
                }
                let blocks = ready
                chunk.blocks.withLock { $0 = .success(blocks) }
            } catch {
                chunk.blocks.withLock { $0 = .failure(error) }
            }
            chunk.done.signal()
        }
        return chunk
    }

    private func read(
        _ block: CheckpointManifest.Block, _ hasher: SHA256Hasher
    ) throws(StoreError) -> Ready {
        let key = CheckpointManifest.blockKey(
            number: manifest.number, name: block.name, index: block.index)
        guard let bytes = try store.get(key) else {
            throw StoreError(problem: "\(block.title) is missing")
        }
        guard hasher.hash(bytes[...]) == block.hash else {
            throw StoreError(problem: "\(block.title) has a wrong hash")
        }
        if block.name == RequestCheckpoint.blockName { return .requests(bytes) }
        guard let section = SequencerSection(rawValue: block.name) else {
            return .participant(block.name, bytes, block.includedSequence)
        }
        do throws(ByteReaderError) {
            return .sequencer(try SequencerBlock(section, Int(block.index), bytes))
        } catch {
            throw StoreError(problem: "\(block.title): \(error)")
        }
    }
}

extension CheckpointManifest.Block {
    /// For an error.
    fileprivate var title: String { "block \(index) of \(name)" }
}
