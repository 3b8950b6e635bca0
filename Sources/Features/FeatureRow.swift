internal import Domain
internal import Ground

/// The first bytes of a row: whose it is, and how long its sections are. 40 bytes.
struct FeatureRowHeader {
    var subject: Hash128
    /// Journal sequence of the last record applied to this row.
    var lastSequence: UInt64
    var tenant: UInt32
    /// Values present, at most 8,192.
    var valueCount: UInt16
    /// Bitmap words, at most 128: up to the highest feature present.
    var wordCount: UInt16
    var stampCount: UInt16
    var stampCapacity: UInt16
    /// Bytes of one stamp index: 1 up to 256 stamps, else 2.
    var stampIndexWidth: UInt16
    var unused: UInt16 = 0
}

/// One subject's present values in one block of raw memory:
///
///     0          40           +8W         +8N         +8S        +2W         +N or +2N
///     | header   | bitmap W   | values N  | stamps S  | ranks W  | stamp index N |
///
/// - bitmap: bit f of the W words says that feature f is present;
/// - ranks: how many values lie before each word, so that a value's place is one popcount away;
/// - values: N doubles, in the order of feature numbers;
/// - stamps: the distinct `as_of` times (microseconds); values that came together share one;
/// - stamp index: which stamp each value has.
///
/// 900 of 3,000 features, one source: 40 + 376 + 7,200 + 40 + 94 + 900 = 8,650 bytes, 9.6 a value
/// (1.20 times its width). A gather touches the header's line, then for each feature its bitmap
/// word, rank and value: with 100 features some 110 lines of 64 bytes.
///
/// The memory is freed by `deallocate` only; the shard that owns a row calls it.
@safe
struct FeatureRow {
    // Safe because every offset is computed from the header written at allocation, and each
    // accessor below checks its index against it.
    private let base: UnsafeMutableRawPointer
    private let header: UnsafeMutablePointer<FeatureRowHeader>

    static let headerByteCount = 40

    static func byteCount(words: Int, values: Int, stamps: Int, indexWidth: Int) -> Int {
        headerByteCount + words * 10 + values * (8 + indexWidth) + stamps * 8
    }

    /// A row with the bitmap given; its values are unset until the caller writes each.
    init(
        tenant: TenantID, subject: SubjectID, lastSequence: UInt64, words: [UInt64],
        stamps: [Int64], stampCapacity: Int
    ) {
        precondition(words.count <= 128, "a bitmap has at most 128 words")
        precondition(stamps.count <= stampCapacity && stampCapacity <= 8_448, "stamps fit the row")
        let valueCount = words.reduce(0) { $0 + $1.nonzeroBitCount }
        let width = stampCapacity <= 256 ? 1 : 2
        unsafe base = .allocate(
            byteCount: Self.byteCount(
                words: words.count, values: valueCount, stamps: stampCapacity, indexWidth: width),
            alignment: 8)
        unsafe header = base.bindMemory(to: FeatureRowHeader.self, capacity: 1)
        unsafe header.initialize(
            to: FeatureRowHeader(
                subject: subject.hash, lastSequence: lastSequence, tenant: tenant.rawValue,
                valueCount: UInt16(valueCount), wordCount: UInt16(words.count),
                stampCount: UInt16(stamps.count), stampCapacity: UInt16(stampCapacity),
                stampIndexWidth: UInt16(width)))
        var before: UInt16 = 0
        for (index, word) in words.enumerated() {
            unsafe base.storeBytes(of: word, toByteOffset: wordsOffset + index * 8, as: UInt64.self)
            unsafe base.storeBytes(
                of: before, toByteOffset: ranksOffset + index * 2, as: UInt16.self)
            before += UInt16(word.nonzeroBitCount)
        }
        for (index, stamp) in stamps.enumerated() {
            unsafe base.storeBytes(
                of: stamp, toByteOffset: stampsOffset + index * 8, as: Int64.self)
        }
    }

    func deallocate() { unsafe base.deallocate() }

    var tenant: TenantID { TenantID(unsafe header.pointee.tenant) }
    var subject: SubjectID { SubjectID(unsafe header.pointee.subject) }
    var valueCount: Int { Int(unsafe header.pointee.valueCount) }
    var wordCount: Int { Int(unsafe header.pointee.wordCount) }
    var stampCount: Int { Int(unsafe header.pointee.stampCount) }
    var stampCapacity: Int { Int(unsafe header.pointee.stampCapacity) }
    private var indexWidth: Int { Int(unsafe header.pointee.stampIndexWidth) }
    private var wordsOffset: Int { Self.headerByteCount }
    private var valuesOffset: Int { wordsOffset + wordCount * 8 }
    private var stampsOffset: Int { valuesOffset + valueCount * 8 }
    private var ranksOffset: Int { stampsOffset + stampCapacity * 8 }
    private var indexesOffset: Int { ranksOffset + wordCount * 2 }

    var byteCount: Int {
        Self.byteCount(
            words: wordCount, values: valueCount, stamps: stampCapacity, indexWidth: indexWidth)
    }

    var lastSequence: UInt64 {
        get { unsafe header.pointee.lastSequence }
        nonmutating set { unsafe header.pointee.lastSequence = newValue }
    }

    func word(_ index: Int) -> UInt64 {
        precondition(index < wordCount)
        return unsafe base.load(fromByteOffset: wordsOffset + index * 8, as: UInt64.self)
    }

    /// The place of a feature's value; nil when the feature is not present.
    @inline(__always)
    func place(of feature: Int) -> Int? {
        let index = feature &>> 6
        guard index < wordCount else { return nil }
        let word = unsafe base.load(fromByteOffset: wordsOffset &+ index &* 8, as: UInt64.self)
        let bit = UInt64(1) &<< UInt64(feature & 63)
        guard word & bit != 0 else { return nil }
        let before = unsafe base.load(fromByteOffset: ranksOffset &+ index &* 2, as: UInt16.self)
        return Int(before) &+ (word & (bit &- 1)).nonzeroBitCount
    }

    @inline(__always)
    func value(at place: Int) -> Double {
        precondition(place < valueCount)
        return unsafe base.load(fromByteOffset: valuesOffset &+ place &* 8, as: Double.self)
    }

    func setValue(_ value: Double, at place: Int) {
        precondition(place < valueCount)
        unsafe base.storeBytes(of: value, toByteOffset: valuesOffset + place * 8, as: Double.self)
    }

    /// Copies a run of values from another row.
    func copyValues(_ count: Int, from other: FeatureRow, at start: Int, to place: Int) {
        precondition(start + count <= other.valueCount && place + count <= valueCount)
        unsafe (base + valuesOffset + place * 8).copyMemory(
            from: other.base + other.valuesOffset + start * 8, byteCount: count * 8)
    }

    func stamp(_ index: Int) -> Int64 {
        precondition(index < stampCount)
        return unsafe base.load(fromByteOffset: stampsOffset + index * 8, as: Int64.self)
    }

    /// Adds a stamp when there is room; returns its index.
    func appendStamp(_ asOfMicros: Int64) -> Int? {
        let index = stampCount
        guard index < stampCapacity else { return nil }
        unsafe base.storeBytes(
            of: asOfMicros, toByteOffset: stampsOffset + index * 8, as: Int64.self)
        unsafe header.pointee.stampCount += 1
        return index
    }

    func stampIndex(at place: Int) -> Int {
        precondition(place < valueCount)
        if indexWidth == 1 {
            return Int(unsafe base.load(fromByteOffset: indexesOffset + place, as: UInt8.self))
        }
        return Int(
            unsafe base.loadUnaligned(fromByteOffset: indexesOffset + place * 2, as: UInt16.self))
    }

    func setStampIndex(_ index: Int, at place: Int) {
        precondition(place < valueCount && index < stampCount)
        if indexWidth == 1 {
            unsafe base.storeBytes(
                of: UInt8(index), toByteOffset: indexesOffset + place, as: UInt8.self)
        } else {
            unsafe base.storeBytes(
                of: UInt16(index), toByteOffset: indexesOffset + place * 2, as: UInt16.self)
        }
    }
}
