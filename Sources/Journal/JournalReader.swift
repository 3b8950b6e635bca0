internal import Domain
internal import Ground

/// Finds and verifies one record by its sequence.
///
/// Per segment: its first sequence, and a place every 64 KiB, made by walking the batch headers
/// when a reader first needs them: 16 bytes each, 16 KiB for a segment of 64 MiB, once in the
/// life of the process (some 10 ms). Complexity of a read: two binary searches, at most 64 KiB of
/// headers, one batch. Thread: any; not for the road, because it reads the disk.
final class JournalReader: Sendable {
    private static let windowBytes = 64 << 10

    private struct Place: Sendable {
        var firstSequence: UInt64
        var offset: Int
    }
    private struct Segment: Sendable {
        var number: UInt64
        var firstSequence: UInt64
        var file: any JournalFile
        var places: [Place] = []
        /// Headers before this offset were walked.
        var walkedTo = SegmentFormat.headerBytes
    }

    private let files: any FileSystem
    private let identity: UInt64
    /// In order of their numbers; only segments that hold records.
    private let segments: Lock<[Segment]>

    init(files: any FileSystem, identity: UInt64) {
        self.files = files
        self.identity = identity
        segments = Lock([])
    }

    /// A segment that was begun with this record, in order.
    func note(segment number: UInt64, firstSequence: UInt64) throws(FileError) {
        let file = try files.open(SegmentFormat.name(number))
        segments.withLock { segments in
            segments.append(Segment(number: number, firstSequence: firstSequence, file: file))
        }
    }

    /// Notes the segments that are there at start-up, by their first batch.
    func note(existing numbers: [UInt64]) throws(FileError) {
        for number in numbers {
            let file = try files.open(SegmentFormat.name(number))
            let bytes = try file.read(
                at: SegmentFormat.headerBytes, count: BatchFormat.headerBytes)
            guard let header = BatchHeader(bytes[...], identity: identity) else { continue }
            let segment = Segment(
                number: number, firstSequence: header.firstSequence, file: file)
            segments.withLock { $0.append(segment) }
        }
    }

    /// Reads the record; the caller knows that it is durable.
    ///
    /// Errors: `.recordUnknown`, `.damaged` when a checksum or hash is wrong, `.fileFailed`.
    func read(sequence: UInt64) throws(JournalError) -> StoredRecord {
        var batch: LoadedBatch?
        return try read(sequence: sequence, keeping: &batch)
    }

    /// The same for whoever reads several: the batch read last is kept, and read and verified
    /// once for all its records.
    func read(
        sequence: UInt64, keeping batch: inout LoadedBatch?
    ) throws(JournalError) -> StoredRecord {
        if let batch, batch.holds(sequence) { return try batch.record(sequence) }
        let found: Found?
        let bytes: [UInt8]
        do throws(FileError) {
            found = try segments.withLock { segments throws(FileError) in
                try Self.locate(sequence, in: &segments, identity: identity)
            }
            bytes =
                try found?.file.read(at: found?.offset ?? 0, count: found?.header.byteCount ?? 0)
                ?? []
        } catch {
            throw .fileFailed(error)
        }
        guard let found else { throw .recordUnknown(sequence) }
        let loaded = try LoadedBatch(
            bytes, header: found.header, segment: found.segment, offset: found.offset)
        batch = loaded
        return try loaded.record(sequence)
    }

    private struct Found {
        var segment: UInt64
        var file: any JournalFile
        var offset: Int
        var header: BatchHeader
    }

    /// The batch that holds the record.
    private static func locate(
        _ sequence: UInt64, in segments: inout [Segment], identity: UInt64
    ) throws(FileError) -> Found? {
        let index = partition(segments.count) { segments[$0].firstSequence <= sequence } - 1
        guard index >= 0 else { return nil }
        let place = partition(segments[index].places.count) {
            segments[index].places[$0].firstSequence <= sequence
        }
        var offset =
            place == 0 ? SegmentFormat.headerBytes : segments[index].places[place - 1].offset
        let file = segments[index].file
        while offset < file.byteCount {
            let window = try file.read(at: offset, count: windowBytes)
            var inside = 0
            while inside + BatchFormat.headerBytes <= window.count {
                guard
                    let header = BatchHeader(
                        window[inside..<inside + BatchFormat.headerBytes], identity: identity)
                else { return nil }
                let here = offset + inside
                note(Place(firstSequence: header.firstSequence, offset: here), &segments[index])
                if header.firstSequence <= sequence && sequence <= header.lastSequence {
                    return Found(
                        segment: segments[index].number, file: file, offset: here, header: header)
                }
                inside += BatchFormat.padded(header.byteCount)
                segments[index].walkedTo = max(segments[index].walkedTo, offset + inside)
            }
            offset += inside
        }
        return nil
    }

    /// Keeps a place when it is 64 KiB behind the last one kept.
    private static func note(_ place: Place, _ segment: inout Segment) {
        guard place.offset >= segment.walkedTo else { return }
        if let last = segment.places.last, place.offset - last.offset < windowBytes { return }
        segment.places.append(place)
    }

    /// How many of the first indexes satisfy a condition that holds up to some index and not after.
    private static func partition(_ count: Int, _ holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A batch read from the disk, its checksum verified.
struct LoadedBatch {
    private let bytes: [UInt8]
    private let header: BatchHeader
    private let segment: UInt64
    private let offset: Int
    private let hasher = SHA256Hasher()

    fileprivate init(
        _ bytes: [UInt8], header: BatchHeader, segment: UInt64, offset: Int
    ) throws(JournalError) {
        guard header.verifies(bytes[...]) else {
            throw .damaged(segment: segment, offset: offset, problem: "wrong checksum")
        }
        self.bytes = bytes
        self.header = header
        self.segment = segment
        self.offset = offset
    }

    func holds(_ sequence: UInt64) -> Bool {
        header.firstSequence <= sequence && sequence <= header.lastSequence
    }

    /// One of its records, both hashes verified.
    func record(_ sequence: UInt64) throws(JournalError) -> StoredRecord {
        precondition(holds(sequence), "a record of this batch")
        do throws(ByteReaderError) {
            let place = sequence - header.firstSequence
            let stored = try PackedReader.read(bytes, BatchFormat.headerBytes..<bytes.count) {
                (reader) throws(ByteReaderError) -> StoredRecord in
                for _ in 0..<place { try RecordFormat.skip(&reader) }
                return try RecordFormat.read(&reader)
            }
            guard stored.sequenced.record.sequence == sequence,
                stored.verifies(in: bytes, hasher: hasher)
            else { throw ByteReaderError(offset: stored.trailer.lowerBound, problem: "wrong hash") }
            return stored
        } catch {
            throw .damaged(segment: segment, offset: offset, problem: error.description)
        }
    }
}
