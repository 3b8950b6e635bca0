public import Domain
public import Ground
public import Messages

/// What labels are called: the ledger and its records keep only hashes and numbers of sets.
///
/// Learned from the records that first use a label or a set, and never forgotten, so that a reply
/// is the same whenever it is read. A record carries the words that its worker did not find here.
///
/// Memory: sets are bounded by the ledger (65,536 a tenant), words by eight for each set.
/// Thread: any for reading, under a lock held for one look-up; the publisher for `apply`.
public final class LabelBook: Projection, CheckpointParticipant, LabelNaming {
    /// Words of a tenant; later ones stay unknown. Reason: eight labels in each of its sets, and
    /// the values of its portfolio limits.
    static let wordCountMax = 1 << 20
    /// Sets of one checkpoint block.
    private static let blockSetCount = 4_096

    private struct Word: Hashable {
        var tenant: TenantID
        var label: Label
    }
    private struct Name: Hashable {
        var tenant: TenantID
        var dimension: UInt64
    }
    private struct State {
        var names: [Name: String] = [:]
        var words: [Word: String] = [:]
        var wordCounts: [TenantID: Int] = [:]
        /// By number, from 1.
        var sets: [LabelSetImage?] = []
        var appliedSequence: UInt64 = 0
    }

    private let state = Lock(State())

    init() {}

    /// Those of `labels` whose words are not known here: what a record must carry.
    public func unknown(_ labels: [NamedLabel], tenant: TenantID) -> [NamedLabel] {
        guard !labels.isEmpty else { return [] }
        return state.withLock { state in
            labels.filter { named in
                let isKnown = state.words[Word(tenant: tenant, label: named.label)] != nil
                return !isKnown
            }
        }
    }

    /// The labels of a set, sorted by dimension; empty for the empty set and for an unknown one.
    public func members(of set: LabelSetID) -> [Label] {
        guard set != .none else { return [] }
        return state.withLock { state in
            let place = Int(set.rawValue) - 1
            return place < state.sets.count ? state.sets[place]?.labels ?? [] : []
        }
    }

    /// The words of a set, in the order of its labels.
    public func labels(of set: LabelSetID, tenant: TenantID) -> [LabelText] {
        members(of: set).map { label in
            LabelText(
                name: dimension(label.dimension, tenant: tenant),
                value: value(label.value, of: label.dimension, tenant: tenant))
        }
    }

    /// The name of a dimension; its number when it was never learned.
    public func dimension(_ number: UInt64, tenant: TenantID) -> String {
        if let known = Dimension.namesByNumber[number] { return known }
        return state.withLock { $0.names[Name(tenant: tenant, dimension: number)] }
            ?? String(number)
    }

    /// A value's text; empty when it was never learned.
    public func value(_ number: UInt64, of dimension: UInt64, tenant: TenantID) -> String {
        let word = Word(tenant: tenant, label: Label(dimension: dimension, value: number))
        return state.withLock { $0.words[word] } ?? ""
    }

    /// Learns the sets of a record, and the words that it carries as its body.
    public func apply(_ record: DurableRecord) {
        let sets = record.effects.isUsual ? [] : record.effects.rare.labelSets
        let words = LabelWords.decode(record.body)
        guard !sets.isEmpty || !words.isEmpty else { return }
        state.withLock { state in
            state.appliedSequence = max(state.appliedSequence, record.sequence)
            for set in sets { Self.keep(set, &state) }
            for word in words { Self.learn(word, tenant: record.tenant, &state) }
        }
    }

    private static func keep(_ set: LabelSetImage, _ state: inout State) {
        let place = Int(set.id.rawValue) - 1
        while state.sets.count <= place { state.sets.append(nil) }
        state.sets[place] = set
    }

    private static func learn(_ word: LabelWords.Entry, tenant: TenantID, _ state: inout State) {
        let count = state.wordCounts[tenant, default: 0]
        let key = Word(tenant: tenant, label: word.label)
        guard count < wordCountMax, state.words[key] == nil else { return }
        state.words[key] = word.value
        state.wordCounts[tenant] = count + 1
        let name = Name(tenant: tenant, dimension: word.label.dimension)
        if state.names[name] == nil { state.names[name] = word.name }
    }

    /// Stable name in the store.
    public var checkpointName: String { "labels" }

    /// One of words, then one for each 4,096 sets.
    public func blockCount() -> Int {
        state.withLock { state in
            1 + (state.sets.count + Self.blockSetCount - 1) / Self.blockSetCount
        }
    }

    /// Format: u8 1, u8 kind. Words (0): u32 count, then each: u32 tenant, u64 dimension, u64
    /// value, name, text; in order of the three. Sets (1): u32 count, then each: u32 number, u32
    /// tenant, u8 labels, then each: u64 dimension, u64 value.
    public func copyBlock(_ index: Int, into writer: inout ByteWriter) -> UInt64 {
        let state = state.withLock { $0 }
        writer.write(UInt8(1))
        writer.write(UInt8(index == 0 ? 0 : 1))
        if index == 0 {
            Self.write(state, into: &writer)
        } else {
            let start = (index - 1) * Self.blockSetCount
            let sets = state.sets[start..<min(start + Self.blockSetCount, state.sets.count)]
                .compactMap(\.self)
            writer.write(UInt32(sets.count))
            for set in sets {
                writer.write(set.id.rawValue)
                writer.write(set.tenant.rawValue)
                writer.write(UInt8(set.labels.count))
                for label in set.labels {
                    writer.write(label.dimension)
                    writer.write(label.value)
                }
            }
        }
        return state.appliedSequence
    }

    private static func write(_ state: State, into writer: inout ByteWriter) {
        let ordered = state.words.sorted {
            ($0.key.tenant.rawValue, $0.key.label) < ($1.key.tenant.rawValue, $1.key.label)
        }
        writer.write(UInt32(ordered.count))
        for (key, text) in ordered {
            let name = Name(tenant: key.tenant, dimension: key.label.dimension)
            writer.write(key.tenant.rawValue)
            writer.write(key.label.dimension)
            writer.write(key.label.value)
            writer.write(state.names[name] ?? "")
            writer.write(text)
        }
    }

    /// Takes a block back. Errors: `ByteReaderError` naming the byte.
    public func loadBlock(_ bytes: [UInt8], includedSequence: UInt64) throws {
        var reader = ByteReader(bytes)
        let (format, kind) = (try reader.read(UInt8.self), try reader.read(UInt8.self))
        guard format == 1, kind <= 1 else {
            throw ByteReaderError(offset: 0, problem: "format \(format).\(kind) is not known")
        }
        let count = try reader.read(UInt32.self)
        var words: [(TenantID, LabelWords.Entry)] = []
        var sets: [LabelSetImage] = []
        for _ in 0..<count {
            if kind == 0 {
                let tenant = TenantID(try reader.read(UInt32.self))
                let label = Label(
                    dimension: try reader.read(UInt64.self), value: try reader.read(UInt64.self))
                words.append(
                    (
                        tenant,
                        LabelWords.Entry(
                            label: label, name: try reader.readString(),
                            value: try reader.readString())
                    ))
            } else {
                sets.append(try Self.readSet(&reader))
            }
        }
        state.withLock { [words, sets] state in
            state.appliedSequence = max(state.appliedSequence, includedSequence)
            for set in sets { Self.keep(set, &state) }
            for (tenant, word) in words { Self.learn(word, tenant: tenant, &state) }
        }
    }

    private static func readSet(_ reader: inout ByteReader) throws -> LabelSetImage {
        let id = LabelSetID(try reader.read(UInt32.self))
        guard id != .none else {
            throw ByteReaderError(offset: reader.offset, problem: "the empty set is not kept")
        }
        let tenant = TenantID(try reader.read(UInt32.self))
        var labels: [Label] = []
        for _ in 0..<(try reader.read(UInt8.self)) {
            labels.append(
                Label(
                    dimension: try reader.read(UInt64.self), value: try reader.read(UInt64.self)))
        }
        return LabelSetImage(id: id, tenant: tenant, labels: labels)
    }
}

/// The words of labels as a record carries them.
public enum LabelWords {
    struct Entry: Hashable, Sendable {
        var label: Label
        var name: String
        var value: String
    }

    /// Format: each u64 dimension, u64 value, name, text; nothing for no labels.
    public static func encode(_ labels: [NamedLabel]) -> [UInt8] {
        var writer = ByteWriter()
        for named in labels {
            writer.write(named.label.dimension)
            writer.write(named.label.value)
            writer.write(named.name)
            writer.write(named.value)
        }
        return writer.bytes
    }

    /// What `encode` wrote. The journal has checked its hash: anything else was written by a bug.
    static func decode(_ bytes: [UInt8]) -> [Entry] {
        guard !bytes.isEmpty else { return [] }
        var entries: [Entry] = []
        var reader = ByteReader(bytes)
        do {
            while reader.offset < bytes.count {
                let label = Label(
                    dimension: try reader.read(UInt64.self), value: try reader.read(UInt64.self))
                entries.append(
                    Entry(
                        label: label, name: try reader.readString(),
                        value: try reader.readString()))
            }
        } catch {
            preconditionFailure("the words of a record do not open: \(error)")
        }
        return entries
    }
}
