internal import Glibc
internal import Ground

/// A directory that loses, tears and fails as a real one may, decided by a seed.
///
/// A crash keeps of every 512-byte sector written since its file's last sync either the old or the
/// new content, each sector for itself: lost, torn and reordered writes alike. A failed sync does
/// the same and then calls all of them clean, as Linux does. Thread: any.
final class SimulatedFileSystem: FileSystem {
    struct Image: Sendable {
        var durable: [UInt8]
        var current: [UInt8]
        /// Sectors that differ from what is durable, perhaps.
        var dirty: Set<Int> = []
    }
    struct State: Sendable {
        var files: [String: Image] = [:]
        var random: RandomSource
        /// Calls until the machine stops; nil is never.
        var callsUntilCrash: Int?
        var hasCrashed = false
        var syncFails = false
        var syncLies = false
        var freeBytes = Int.max
        /// Handles opened before a crash are dead.
        var generation = 0
        var callCount = 0
    }
    let state: Lock<State>

    /// An empty directory.
    init(seed: UInt64) {
        state = Lock(State(random: RandomSource(seed: seed)))
    }

    /// The machine stops at the n-th writing call from now.
    func crash(afterCalls count: Int) {
        state.withLock { $0.callsUntilCrash = count }
    }

    /// Whether the planned crash happened.
    var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

    /// Every sync from now on fails, or succeeds again.
    func setSyncFails(_ fails: Bool) { state.withLock { $0.syncFails = fails } }

    /// Syncs are said to be done and are not: what a disk must never do.
    func setSyncLies(_ lies: Bool) { state.withLock { $0.syncLies = lies } }

    /// The same durable files on a machine of their own.
    func copy(seed: UInt64) -> SimulatedFileSystem {
        let other = SimulatedFileSystem(seed: seed)
        let files = state.withLock { $0.files }
        other.state.withLock { state in
            for (name, image) in files {
                state.files[name] = Image(durable: image.durable, current: image.durable)
            }
        }
        return other
    }

    /// Names of the files there are, sorted.
    var names: [String] { state.withLock { $0.files.keys.sorted() } }

    /// Bytes that new files may still take.
    func setFreeBytes(_ count: Int) { state.withLock { $0.freeBytes = count } }

    /// Power comes back: what was not synced is decided sector by sector.
    func restart() {
        state.withLock { state in
            for name in state.files.keys.sorted() {
                Self.settle(name, &state)
                let durable = state.files[name]?.durable ?? []
                state.files[name]?.current = durable
            }
            state.generation += 1
            state.hasCrashed = false
            state.callsUntilCrash = nil
            state.syncFails = false
        }
    }

    /// Changes durable bytes behind the journal's back: rot, or a meddler.
    func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
        state.withLock { state in
            guard var bytes = state.files[name]?.durable else { return }
            change(&bytes)
            state.files[name] = Image(durable: bytes, current: bytes)
        }
    }

    /// Each dirty sector stays old or becomes new.
    private static func settle(_ name: String, _ state: inout State) {
        guard var image = state.files[name] else { return }
        for sector in image.dirty.sorted() where Bool.random(using: &state.random) {
            let range = sector * 512..<min((sector + 1) * 512, image.current.count)
            image.durable.replaceSubrange(range, with: image.current[range])
        }
        image.dirty = []
        state.files[name] = image
    }

    /// Counts a writing call; true when the machine stops at it.
    private static func stops(_ state: inout State) -> Bool {
        state.callCount += 1
        if state.hasCrashed { return true }
        guard let left = state.callsUntilCrash else { return false }
        state.callsUntilCrash = left - 1
        state.hasCrashed = left <= 1
        return state.hasCrashed
    }

    func list() throws(FileError) -> [String] {
        state.withLock { $0.files.keys.sorted() }
    }

    func create(
        _ name: String, byteCount: Int, start: [UInt8]
    ) throws(FileError) -> any JournalFile {
        let outcome = state.withLock { state -> (code: Int32, generation: Int) in
            let stops = Self.stops(&state)
            guard !stops || Bool.random(using: &state.random) else {
                // Stopped half-way: only the temporary name is there.
                state.files[name + ".new"] = Image(durable: [], current: [])
                return (EIO, state.generation)
            }
            guard state.freeBytes >= byteCount else { return (ENOSPC, state.generation) }
            state.freeBytes -= byteCount
            let bytes = start + [UInt8](repeating: 0, count: byteCount - start.count)
            state.files[name] = Image(durable: bytes, current: bytes)
            return (stops ? EIO : 0, state.generation)
        }
        guard outcome.code == 0 else {
            throw FileError(call: "create", name: name, code: outcome.code)
        }
        return SimulatedFile(
            files: self, name: name, byteCount: byteCount, generation: outcome.generation)
    }

    func open(_ name: String) throws(FileError) -> any JournalFile {
        let found = state.withLock { state in
            state.files[name].map { ($0.current.count, state.generation) }
        }
        guard let found else { throw FileError(call: "open", name: name, code: ENOENT) }
        return SimulatedFile(files: self, name: name, byteCount: found.0, generation: found.1)
    }

    func remove(_ name: String) throws(FileError) {
        state.withLock { $0.files[name] = nil }
    }

    fileprivate func write(
        _ bytes: [UInt8], at offset: Int, of name: String, generation: Int
    ) throws(FileError) {
        let isDone = state.withLock { state -> Bool in
            guard generation == state.generation, state.files[name] != nil else { return false }
            let stops = Self.stops(&state)
            guard !stops || Bool.random(using: &state.random) else { return false }
            state.files[name]?.current.replaceSubrange(
                offset..<offset + bytes.count, with: bytes)
            for sector in offset / 512...(offset + bytes.count - 1) / 512 {
                state.files[name]?.dirty.insert(sector)
            }
            return !stops
        }
        guard isDone else { throw FileError(call: "pwrite", name: name, code: EIO) }
    }

    fileprivate func sync(_ name: String, generation: Int) throws(FileError) {
        let isDone = state.withLock { state -> Bool in
            guard generation == state.generation, !Self.stops(&state) else { return false }
            if state.syncLies { return true }
            if state.syncFails {
                Self.settle(name, &state)
                return false
            }
            guard var image = state.files[name] else { return false }
            state.files[name] = nil
            for sector in image.dirty {
                let range = sector * 512..<min((sector + 1) * 512, image.current.count)
                image.durable.replaceSubrange(range, with: image.current[range])
            }
            image.dirty = []
            state.files[name] = image
            return true
        }
        guard isDone else { throw FileError(call: "fdatasync", name: name, code: EIO) }
    }

    fileprivate func read(_ name: String, at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let bytes = state.withLock { state in
            state.files[name].map { image in
                Array(image.current[min(offset, image.current.count)...].prefix(max(0, count)))
            }
        }
        guard let bytes else { throw FileError(call: "pread", name: name, code: ENOENT) }
        return bytes
    }
}

/// A handle on a simulated file; dead after a crash.
final class SimulatedFile: JournalFile {
    private let files: SimulatedFileSystem
    private let name: String
    private let generation: Int
    let byteCount: Int

    init(files: SimulatedFileSystem, name: String, byteCount: Int, generation: Int) {
        self.files = files
        self.name = name
        self.byteCount = byteCount
        self.generation = generation
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        precondition(offset >= 0 && offset + bytes.count <= byteCount, "write inside the file")
        guard !bytes.isEmpty else { return }
        try files.write(bytes, at: offset, of: name, generation: generation)
    }

    func sync() throws(FileError) { try files.sync(name, generation: generation) }

    func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        try files.read(name, at: offset, count: count)
    }
}
