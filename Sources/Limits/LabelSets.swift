public import Domain
internal import Ground

/// The sets of labels that holds, drawings and lines carry by number.
///
/// A set has up to eight labels of 16 bytes and is named by many rows, so it is kept once:
///
///     labels  [a b c | a d | ...]      all sets' labels, one behind the other
///     sets    [start 4 | tenant 4]     set n is labels[sets[n - 1].start ..< sets[n].start]
///     index   64 parts of [ 0 | n | ]  open-addressed, linear probing, at most 3/4 full: 5.3 to
///                                      10.7 bytes a set; each part grows alone
///
/// Numbers are given in the order of the journal and never given again: drawings live long and name
/// them. Complexity: O(labels of the set). Thread: the owner's.
public struct LabelSets: Sendable {
    /// Sets of one tenant. Reason: combinations of regions, channels and segments are thousands; a
    /// caller who labels every call differently must not fill the memory of all.
    public static let countMax = 65_536

    private var labels = PagedArray<Label>()
    private var sets = PagedArray<Entry>()
    private var parts = ContiguousArray(repeating: IndexPart(), count: 64)
    private var countOfTenant: [TenantID: Int] = [:]
    /// Sets that a checkpoint or record named while sets of smaller number were still missing.
    private var early: [UInt32: LabelSetImage] = [:]

    private struct Entry: Sendable {
        var start: UInt32
        var tenant: TenantID
    }

    private struct IndexPart: Sendable {
        var numbers = ContiguousArray<UInt32>()
        var used = 0
    }

    /// Starts empty.
    public init() {}

    /// Sets there are; the newest one has this number.
    public var count: Int { sets.count }

    /// The number of a set, which is made if the tenant has none such; nil when it has too many.
    ///
    /// `labels` are sorted by dimension, each dimension once, at most `LabelSetImage.countMax`.
    public mutating func intern(_ tenant: TenantID, _ labels: [Label]) -> LabelSetID? {
        if labels.isEmpty { return LabelSetID.none }
        precondition(Self.isSet(labels), "labels are sorted, each dimension once, at most eight")
        let hash = Self.hash(tenant, labels)
        if let number = number(tenant, labels, hash: hash) { return LabelSetID(number) }
        guard countOfTenant[tenant, default: 0] < Self.countMax else { return nil }
        append(tenant, labels)
        return LabelSetID(UInt32(sets.count))
    }

    /// The value that a set has for a dimension; 0 when it has none.
    func value(_ id: LabelSetID, of dimension: UInt64) -> UInt64 {
        if id == .none { return 0 }
        for place in range(id) where labels[place].dimension == dimension {
            return labels[place].value
        }
        return 0
    }

    /// The labels of a set, sorted by dimension; empty for `.none` and for a number never given.
    public func labels(of id: LabelSetID) -> [Label] {
        id == .none || id.rawValue > sets.count ? [] : range(id).map { labels[$0] }
    }

    /// Set `number`, from 1 to `count`, as a record carries it.
    public func image(_ number: Int) -> LabelSetImage {
        let id = LabelSetID(UInt32(number))
        return LabelSetImage(id: id, tenant: sets[number - 1].tenant, labels: labels(of: id))
    }

    /// Takes the newest sets away again: the chain that made them was refused.
    mutating func removeLast(downTo count: Int) {
        while sets.count > count {
            let last = image(sets.count)
            let hash = Self.hash(last.tenant, last.labels)
            let part = Int(truncatingIfNeeded: hash &>> 58)
            // Whoever came later is gone already, so no probe has to pass this place.
            parts[part].numbers[probe(last.id.rawValue, hash: hash)] = 0
            parts[part].used -= 1
            countOfTenant[last.tenant, default: 1] -= 1
            for _ in last.labels { labels.removeLast() }
            sets.removeLast()
        }
    }

    /// Takes a set as a checkpoint or record has it, in any order; one that is there is skipped.
    mutating func restore(_ image: LabelSetImage) {
        guard image.id.rawValue > sets.count else { return }
        early[image.id.rawValue] = image
        while let next = early.removeValue(forKey: UInt32(sets.count) + 1) {
            append(next.tenant, next.labels)
        }
    }

    /// Ends a rebuild: every number up to the greatest must have come.
    func finishRestoring() {
        precondition(early.isEmpty, "a label set is missing from the journal")
    }

    private mutating func append(_ tenant: TenantID, _ labels: [Label]) {
        sets.append(Entry(start: UInt32(self.labels.count), tenant: tenant))
        for label in labels { self.labels.append(label) }
        countOfTenant[tenant, default: 0] += 1
        let hash = Self.hash(tenant, labels)
        let part = Int(truncatingIfNeeded: hash &>> 58)
        let old = parts[part].numbers
        parts[part].used += 1
        if parts[part].used * 4 > old.count * 3 {
            parts[part].numbers = ContiguousArray(repeating: 0, count: max(8, old.count * 2))
            // In order of number, as they came.
            for number in old.sorted() where number != 0 {
                let set = image(Int(number))
                let hash = Self.hash(set.tenant, set.labels)
                parts[part].numbers[probe(0, hash: hash)] = number
            }
        }
        parts[part].numbers[probe(0, hash: hash)] = UInt32(sets.count)
    }

    /// The place of a number, or of the first empty one after the hash's home.
    private func probe(_ number: UInt32, hash: UInt64) -> Int {
        let part = Int(truncatingIfNeeded: hash &>> 58)
        let mask = parts[part].numbers.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while parts[part].numbers[place] != number {
            precondition(parts[part].numbers[place] != 0, "set \(number) is not in the index")
            place = (place + 1) & mask
        }
        return place
    }

    private func number(_ tenant: TenantID, _ wanted: [Label], hash: UInt64) -> UInt32? {
        let part = Int(truncatingIfNeeded: hash &>> 58)
        let mask = parts[part].numbers.count - 1
        guard mask >= 0 else { return nil }
        var place = Int(truncatingIfNeeded: hash) & mask
        while parts[part].numbers[place] != 0 {
            let number = parts[part].numbers[place]
            let range = range(LabelSetID(number))
            if sets[Int(number) - 1].tenant == tenant, range.count == wanted.count,
                wanted.indices.allSatisfy({ labels[range.lowerBound + $0] == wanted[$0] })
            {
                return number
            }
            place = (place + 1) & mask
        }
        return nil
    }

    private static func hash(_ tenant: TenantID, _ labels: [Label]) -> UInt64 {
        var mixed = UInt64(tenant.rawValue)
        for label in labels {
            mixed = (mixed ^ label.dimension) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ mixed &>> 32 ^ label.value) &* 0xbf58_476d_1ce4_e5b9
            mixed ^= mixed &>> 29
        }
        mixed = mixed &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed &>> 31
    }

    private func range(_ id: LabelSetID) -> Range<Int> {
        let number = Int(id.rawValue)
        precondition(number <= sets.count, "label set \(number) was never made")
        let end = number == sets.count ? labels.count : Int(sets[number].start)
        return Int(sets[number - 1].start)..<end
    }

    private static func isSet(_ labels: [Label]) -> Bool {
        labels.count <= LabelSetImage.countMax && labels.allSatisfy { $0.value != 0 }
            && zip(labels, labels.dropFirst()).allSatisfy { $0.dimension < $1.dimension }
    }
}
