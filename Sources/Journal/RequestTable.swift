internal import Domain
internal import Ground

/// One remembered request. 32 bytes.
struct RequestEntry: Sendable, Equatable {
    /// The request's key with the tenant mixed in.
    var key: Hash128
    /// Half of the payload's hash: two payloads under one key agree by chance once in 2^64.
    var fingerprint: UInt64
    var sequence: UInt64
}

/// What was recorded for which request, so that a repeat gets the same reply.
///
///     entries  [ e(n) | e(n+1) | ... ]      ring of 32 bytes each, oldest first
///     index    1,024 parts of open-addressed places, 4 bytes each, at most 3/4 full: the low 26
///              bits of an entry's number and 6 of its key, never 0, so that few other entries are
///              visited
///
/// 37 to 43 bytes a request: 800 MB at the limit of 20 million. Requests are remembered until as
/// many younger ones came, so for 24 hours up to 231 a second on average; beyond that the oldest
/// are forgotten sooner, and a repeat of such a one would be executed anew. Complexity: O(1).
/// Thread: the sequencer.
struct RequestTable: Sendable {
    private(set) var entries = SlidingRing<RequestEntry>()
    private var parts: ContiguousArray<Part>
    private let countMax: Int

    private struct Part: Sendable {
        var places = ContiguousArray<UInt32>()
        var used = 0
    }

    init(countMax: Int) {
        precondition(
            (1...JournalConfiguration.requestCountLimit).contains(countMax), "at most 20 million")
        self.countMax = countMax
        parts = ContiguousArray(repeating: Part(), count: 1_024)
    }

    var count: Int { entries.count }

    /// A bijection per tenant, so equal keys of two tenants never meet.
    static func key(_ requestKey: Hash128, tenant: TenantID) -> Hash128 {
        Hash128(
            high: requestKey.high ^ UInt64(tenant.rawValue) &* 0x9e37_79b9_7f4a_7c15,
            low: requestKey.low ^ UInt64(tenant.rawValue) &* 0xbf58_476d_1ce4_e5b9)
    }

    /// What is remembered under a key.
    func find(_ key: Hash128) -> RequestEntry? {
        let places = parts[Self.part(key)].places
        guard !places.isEmpty else { return nil }
        var place = Int(truncatingIfNeeded: key.low) & (places.count - 1)
        while places[place] != 0 {
            if places[place] &>> 26 == Self.tag(key) {
                let entry = entries[number(places[place])]
                if entry.key == key { return entry }
            }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Remembers a request that is not there, younger than all others.
    mutating func insert(_ entry: RequestEntry) {
        if entries.count == countMax { forgetOldest() }
        let part = Self.part(entry.key)
        if (parts[part].used + 1) * 4 > parts[part].places.count * 3 { grow(part) }
        let number = entries.append(entry)
        enter(number, key: entry.key, part: part)
        parts[part].used += 1
    }

    private static var numberMask: UInt32 { 1 << 26 - 1 }

    /// At most 20 million numbers are live at a time, so 26 bits say which one is meant.
    private func number(_ place: UInt32) -> Int {
        let start = entries.startNumber
        return start + Int((place &- UInt32(truncatingIfNeeded: start)) & Self.numberMask)
    }

    /// Six bits of the key that neither part nor place are chosen by, 1 to 63.
    private static func tag(_ key: Hash128) -> UInt32 {
        UInt32(truncatingIfNeeded: key.high) % 63 + 1
    }

    private static func place(_ number: Int, key: Hash128) -> UInt32 {
        tag(key) &<< 26 | UInt32(truncatingIfNeeded: number) & numberMask
    }

    private static func part(_ key: Hash128) -> Int { Int(truncatingIfNeeded: key.high &>> 54) }

    private mutating func enter(_ number: Int, key: Hash128, part: Int) {
        let mask = parts[part].places.count - 1
        var place = Int(truncatingIfNeeded: key.low) & mask
        while parts[part].places[place] != 0 { place = (place + 1) & mask }
        parts[part].places[place] = Self.place(number, key: key)
    }

    private mutating func grow(_ part: Int) {
        let old = parts[part].places
        parts[part].places = ContiguousArray(repeating: 0, count: max(8, old.count * 2))
        for place in old where place != 0 {
            let number = number(place)
            enter(number, key: entries[number].key, part: part)
        }
    }

    private mutating func forgetOldest() {
        let number = entries.startNumber
        let key = entries[number].key
        let part = Self.part(key)
        let mask = parts[part].places.count - 1
        var hole = Int(truncatingIfNeeded: key.low) & mask
        while parts[part].places[hole] != Self.place(number, key: key) { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while parts[part].places[next] != 0 {
            let other = entries[self.number(parts[part].places[next])].key
            let home = Int(truncatingIfNeeded: other.low) & mask
            // Whoever probed past the hole moves into it, so that no probe stops too early.
            if (next - home) & mask >= (next - hole) & mask {
                parts[part].places[hole] = parts[part].places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        parts[part].places[hole] = 0
        parts[part].used -= 1
        entries.removeFirst()
    }
}
