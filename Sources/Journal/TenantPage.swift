internal import Domain
internal import Ground

/// 512 numbers of one tenant's sequence and the journal's sequence of each, as short as they are.
///
///     runs     [ place 2 | sequence 8 ]   16 bytes a run in memory, 10 in the store; a run is a
///                                         batch, or records that follow each other in the journal
///     steps    first 8, 512 x 4           2 KiB: where the records of many tenants alternate and
///                                         runs would take more
///
/// A batch of 8,000 takes 16 runs; a tenant that is alone takes one run a page. Sequences never
/// fall, and 2^32 of other tenants within a page leave it in runs. Complexity: O(log runs) for one
/// number. Thread: owned by one at a time.
enum TenantPage: Sendable, Equatable {
    case runs(SequenceRuns)
    case steps(first: UInt64, ContiguousArray<UInt32>)

    static let numberCount = 512
    /// A page as it was stored before there were runs: 512 sequences.
    private static let plainBytes = numberCount * 8
    private static let runsKind: UInt8 = 1
    private static let stepsKind: UInt8 = 2

    /// A full page; its memory is its own, and no larger than it must be.
    init(_ full: SequenceRuns) {
        let first = full[0]
        let isShort =
            full.runs.count * MemoryLayout<SequenceRuns.Run>.stride <= Self.numberCount * 4
        if isShort || full[Self.numberCount - 1] - first > UInt64(UInt32.max) {
            self = .runs(full.fitted)
        } else {
            self = .steps(
                first: first,
                ContiguousArray((0..<Self.numberCount).map { UInt32(full[$0] - first) }))
        }
    }

    /// The sequence of a number, by its place in the page.
    subscript(place: Int) -> UInt64 {
        switch self {
        case .runs(let runs): runs[place]
        case .steps(let first, let steps): first + UInt64(steps[place])
        }
    }

    /// As the store has it.
    func encode() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .runs(let runs):
            writer.write(Self.runsKind)
            for run in runs.runs {
                writer.write(run.place)
                writer.write(run.bits)
            }
        case .steps(let first, let steps):
            writer.write(Self.stepsKind)
            writer.write(first)
            for step in steps { writer.write(step) }
        }
        return writer.bytes
    }

    /// Reads what the store has, also what an older riskd put there.
    init(_ bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        if bytes.count == Self.plainBytes {
            self = .init(try SequenceRuns(numberCount: Self.numberCount, &reader))
            return
        }
        switch try reader.read(UInt8.self) {
        case Self.runsKind:
            var runs = SequenceRuns()
            repeat {
                let place = try reader.read(UInt16.self)
                runs.restore(SequenceRuns.Run(bits: try reader.read(UInt64.self), place: place))
            } while reader.remaining > 0
            guard runs.runs[0].place == 0 else {
                throw ByteReaderError(offset: 1, problem: "the first run begins late")
            }
            self = .runs(runs)
        case Self.stepsKind:
            let first = try reader.read(UInt64.self)
            var steps = ContiguousArray<UInt32>()
            steps.reserveCapacity(Self.numberCount)
            for _ in 0..<Self.numberCount { steps.append(try reader.read(UInt32.self)) }
            self = .steps(first: first, steps)
        default:
            throw ByteReaderError(offset: 0, problem: "an unknown kind of page")
        }
    }
}

/// The journal's sequences of up to 512 numbers, run by run.
///
/// 16 bytes a run, at most 8 KiB. Complexity: O(1) to append, O(log runs) to look up.
struct SequenceRuns: Sendable, Equatable {
    /// Numbers in a row: of one record, or of records in a row.
    struct Run: Sendable, Equatable {
        /// The first number's sequence; the top bit says that all of the run have the same.
        var bits: UInt64
        /// The first number's place in the page.
        var place: UInt16

        fileprivate static let sameBit: UInt64 = 1 << 63

        fileprivate var sequence: UInt64 { bits & ~Self.sameBit }
        fileprivate var isSame: Bool { bits & Self.sameBit != 0 }
    }

    private(set) var runs = ContiguousArray<Run>()

    init() {}

    /// Reads plain sequences, one a number.
    init(numberCount: Int, _ reader: inout ByteReader) throws(ByteReaderError) {
        for place in 0..<numberCount {
            append(try reader.read(UInt64.self), count: 1, at: place)
        }
    }

    /// Adds numbers of one record behind all others.
    mutating func append(_ sequence: UInt64, count: Int, at place: Int) {
        if let last = runs.last {
            let length = place - Int(last.place)
            if last.isSame {
                if sequence == last.sequence { return }
            } else if count == 1, sequence == last.sequence + UInt64(length) {
                return
            } else if length == 1, sequence == last.sequence {
                runs[runs.count - 1].bits |= Run.sameBit
                return
            }
        }
        let same = count > 1 ? Run.sameBit : 0
        runs.append(Run(bits: sequence | same, place: UInt16(place)))
    }

    /// Adds a run as it was stored.
    fileprivate mutating func restore(_ run: Run) { runs.append(run) }

    mutating func removeAll() { runs.removeAll(keepingCapacity: true) }

    /// The sequence of a number that was appended, by its place.
    subscript(place: Int) -> UInt64 {
        var low = 0
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(runs[middle].place) <= place { low = middle } else { high = middle }
        }
        let run = runs[low]
        return run.isSame ? run.sequence : run.sequence + UInt64(place - Int(run.place))
    }

    /// The same in memory of its own, without room to grow.
    fileprivate var fitted: SequenceRuns {
        var copy = SequenceRuns()
        copy.runs = ContiguousArray(runs[...])
        return copy
    }
}
