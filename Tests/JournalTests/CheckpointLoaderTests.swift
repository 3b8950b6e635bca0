import Ground
import Testing

@testable import Journal

/// Reading a checkpoint ahead, and stopping in the middle of it.
@Suite struct CheckpointLoaderTests {
    /// More than two chunks, and blocks large enough that a chunk takes a moment.
    static let blockCount = 200
    static let block = [UInt8](repeating: 7, count: 64 << 10)
    static let name = "participant"

    /// A store with a checkpoint of equal blocks, and its manifest.
    private func checkpoint() throws -> (MemoryStore, CheckpointManifest) {
        let store = MemoryStore()
        var manifest = CheckpointManifest(number: 1, mark: .start, participants: [Self.name])
        let hash = SHA256Hasher().hash(Self.block[...])
        for index in 0..<UInt64(Self.blockCount) {
            let key = CheckpointManifest.blockKey(number: 1, name: Self.name, index: index)
            try store.put(key, Self.block)
            manifest.blocks.append(
                CheckpointManifest.Block(
                    name: Self.name, index: index, includedSequence: index, hash: hash))
        }
        return (store, manifest)
    }

    @Test func blocksComeInTheirOrder() throws {
        let (store, manifest) = try checkpoint()
        var sequences: [UInt64] = []
        try CheckpointLoader(store: store, manifest: manifest).load { block in
            if case .participant(Self.name, Self.block, let sequence) = block {
                sequences.append(sequence)
            }
        }
        #expect(sequences == Array(0..<UInt64(Self.blockCount)))
    }

    /// A start that fails ends the process: the store must be nobody's on another thread then.
    @Test(arguments: [0, 63, 64, 150])
    func nothingReadsAheadAfterADamagedBlock(_ damaged: Int) throws {
        weak var left: MemoryStore?
        do {
            var (store, manifest): (MemoryStore?, CheckpointManifest) = try checkpoint()
            left = store
            manifest.blocks[damaged].hash = .zero
            let loader = CheckpointLoader(store: try #require(store), manifest: manifest)
            store = nil
            #expect(throws: StoreError.self) { try loader.load { _ in } }
        }
        #expect(left == nil, "a block that was read ahead still holds the store")
    }
}
