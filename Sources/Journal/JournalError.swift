/// Why a journal does not open, read or write. Each says in one line what to do.
public enum JournalError: Error, Sendable {
    /// Another process holds the data directory's lock.
    case directoryInUse(String)
    /// The journal ends before what the witness file says was durable.
    case shorterThanWitness(durableSequence: UInt64, witnessSequence: UInt64)
    /// The batch that the witness names is there, but is another one.
    case witnessMismatch(sequence: UInt64)
    /// The witness file is missing or unreadable although there are segments.
    case witnessDamaged
    /// A checksum or chain is wrong, and good batches follow.
    case damaged(segment: UInt64, offset: Int, problem: String)
    /// A segment file between two others is not there.
    case segmentMissing(UInt64)
    /// The segments were made with another size or belong to another journal.
    case foreignSegment(UInt64, problem: String)
    /// The segments were written by another version of the program.
    case unknownFormat(UInt64, format: UInt16)
    /// The journal was made under another secret than the configuration's.
    case foreignIdentity
    /// A block of the newest checkpoint is missing or damaged.
    case checkpointDamaged(String)
    /// A backup goes into an empty folder only.
    case backupTargetNotEmpty
    /// The operating system refused.
    case fileFailed(FileError)
    /// The store refused.
    case storeFailed(String)
    /// A back-pointer leads to a record that is not of the chain.
    case chainBroken(UInt64)
    /// No record has this sequence, or it is not durable yet.
    case recordUnknown(UInt64)
    /// The journal is closed, or stopped after a failed write.
    case closed
}

extension JournalError: CustomStringConvertible {
    /// One line that says what to do.
    public var description: String {
        switch self {
        case .directoryInUse(let path):
            return "data directory \(path) is in use: stop the other riskd or choose another --data"
        case .shorterThanWitness(let durable, let witness):
            return "the journal ends at record \(durable) but \(witness) was durable: "
                + "restore the missing segment files from a backup"
        case .witnessMismatch(let sequence):
            return "record \(sequence) is not the one the witness names: "
                + "the segment files and the witness are of different journals; restore both"
        case .witnessDamaged:
            return "the file `witness` is missing or damaged: restore it from a backup"
        case .damaged(let segment, let offset, let problem):
            return "journal segment \(segment) is damaged at byte \(offset) (\(problem)): "
                + "restore that file from a backup"
        case .segmentMissing(let number):
            return "journal segment \(number) is missing: restore that file from a backup"
        case .foreignSegment(let number, let problem):
            return "journal segment \(number) does not belong here: \(problem)"
        case .unknownFormat(let number, let format):
            return "journal segment \(number) has format \(format), this riskd reads format "
                + "\(SegmentFormat.version): open it with the riskd that wrote it"
        case .foreignIdentity:
            return "the journal was made with another root.secret: "
                + "restore that file from the backup that the journal belongs to"
        case .checkpointDamaged(let problem):
            return "the checkpoint is damaged (\(problem)): "
                + "move the folder `store` away to rebuild it from the journal"
        case .backupTargetNotEmpty:
            return "the backup's folder is not empty: choose a new one"
        case .fileFailed(let error): return error.description
        case .storeFailed(let problem):
            return "the store failed (\(problem)): "
                + "move the folder `store` away to rebuild it from the journal"
        case .chainBroken(let sequence):
            return "record \(sequence) is not of the chain that leads to it: "
                + "restore the segment files from a backup"
        case .recordUnknown(let sequence): return "there is no durable record \(sequence)"
        case .closed: return "the journal is closed"
        }
    }
}
