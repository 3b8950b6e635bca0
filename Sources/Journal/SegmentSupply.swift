internal import Glibc
internal import Ground

/// Segments made ahead of need, and whether there is room for another batch.
///
/// Disk full can arise here only. `room` is asked before a proposal is taken: with a segment
/// ready, or three batches' room in the current one, the at most two batches in flight always fit,
/// so a batch that was promised never fails for space. Thread: any.
final class SegmentSupply: Sendable {
    private struct State {
        var ready: (number: UInt64, file: any JournalFile)?
        var isPreparing = false
        var failure: FileError?
        var nextNumber: UInt64
        /// Free bytes of the segment being written.
        var bytesLeft: Int
    }

    /// What the space gate says.
    enum Room {
        case open
        /// A segment is being made: wait for it.
        case preparing
        /// It could not be made.
        case full
    }

    private let files: any FileSystem
    private let segmentBytes: Int
    private let identity: UInt64
    private let batchBytesMax: Int
    private let state: Lock<State>

    init(
        files: any FileSystem, configuration: JournalConfiguration, identity: UInt64,
        nextNumber: UInt64, bytesLeft: Int
    ) {
        self.files = files
        segmentBytes = configuration.segmentBytes
        batchBytesMax = configuration.batchBytesMax
        self.identity = identity
        state = Lock(State(nextNumber: nextNumber, bytesLeft: bytesLeft))
    }

    /// Whether another batch may be promised.
    var room: Room {
        state.withLock { state in
            if state.ready != nil || state.bytesLeft >= 3 * batchBytesMax { return .open }
            return state.failure == nil ? .preparing : .full
        }
    }

    /// True when a segment should be made now.
    var wantsPreparation: Bool { state.withLock { $0.ready == nil && !$0.isPreparing } }

    /// Keeps a segment that was made ahead before a restart.
    func adopt(_ file: any JournalFile, number: UInt64) {
        state.withLock { state in
            state.ready = (number, file)
            state.nextNumber = number + 1
        }
    }

    /// Makes the next segment, unless one is ready or being made. Blocks while it writes zeros.
    ///
    /// Errors: whatever the file system says but "no space", which closes the gate until a later
    /// call succeeds.
    func prepare() throws(FileError) {
        let number = state.withLock { state -> UInt64? in
            guard state.ready == nil, !state.isPreparing else { return nil }
            state.isPreparing = true
            return state.nextNumber
        }
        guard let number else { return }
        do throws(FileError) {
            let header = SegmentFormat.encode(
                number: number, identity: identity, segmentBytes: segmentBytes)
            let file = try files.create(
                SegmentFormat.name(number), byteCount: segmentBytes, start: header)
            state.withLock { state in
                state.ready = (number, file)
                state.nextNumber = number + 1
                state.isPreparing = false
                state.failure = nil
            }
        } catch {
            state.withLock { state in
                state.isPreparing = false
                state.failure = error
            }
            if error.code != ENOSPC && error.code != EDQUOT { throw error }
        }
    }

    /// Takes the segment that is ready; the gate promised that there is one.
    func take() -> (number: UInt64, file: any JournalFile) {
        state.withLock { state in
            guard let ready = state.ready else {
                preconditionFailure("the space gate promised a segment")
            }
            state.ready = nil
            return ready
        }
    }

    /// The committer says how much room its segment has.
    func note(bytesLeft: Int) { state.withLock { $0.bytesLeft = bytesLeft } }
}
