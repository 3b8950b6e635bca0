internal import Domain
internal import Ground

/// How many requests each tenant has inside the window, and how many it may have.
///
/// Counted by the hour: the present one and as many before as the window has, so at least the
/// window and at most an hour more. 4 bytes an hour and tenant, some 100 to 700 bytes a tenant.
/// Complexity: O(1), and one step for each hour that went by. Thread: the sequencer.
struct RequestQuota: Sendable, Equatable {
    struct Hours: Sendable, Equatable {
        var tenant: TenantID
        /// Hours since 1970 of the youngest count.
        var lastHour: Int64
        /// By hour modulo their number.
        var counts: ContiguousArray<UInt32>
        var total: UInt64 = 0
    }

    let perTenantMax: UInt64
    let windowHours: Int
    private(set) var rows: ContiguousArray<Hours> = []
    private var places: [TenantID: Int] = [:]
    /// Requests of one tenant mostly follow each other.
    private var lastPlace = 0

    init(perTenantMax: Int, windowHours: Int) {
        precondition(perTenantMax > 0, "a tenant may have a request")
        precondition(RequestTime.windowHours.contains(windowHours), "a day to a week")
        self.perTenantMax = UInt64(perTenantMax)
        self.windowHours = windowHours
    }

    /// The place that was asked for last says nothing, and the others follow from the rows.
    static func == (left: RequestQuota, right: RequestQuota) -> Bool {
        left.perTenantMax == right.perTenantMax && left.windowHours == right.windowHours
            && left.rows == right.rows
    }

    private mutating func knownPlace(_ tenant: TenantID) -> Int? {
        if lastPlace < rows.count, rows[lastPlace].tenant == tenant { return lastPlace }
        guard let place = places[tenant] else { return nil }
        lastPlace = place
        return place
    }

    /// Requests of a tenant inside the window, its hours brought up to now.
    mutating func count(_ tenant: TenantID, atMicros now: Int64) -> UInt64 {
        guard let place = knownPlace(tenant) else { return 0 }
        advance(place, to: now / RequestTime.hourMicros)
        return rows[place].total
    }

    /// Counts one request. Time never goes back.
    mutating func add(_ tenant: TenantID, atMicros now: Int64) {
        let hour = now / RequestTime.hourMicros
        let place = place(tenant, hour: hour)
        advance(place, to: hour)
        rows[place].counts[Int(rows[place].lastHour) % (windowHours + 1)] += 1
        rows[place].total += 1
    }

    /// Why the tenant may have no further request; nil when it may.
    mutating func refusal(_ tenant: TenantID, atMicros now: Int64) -> RequestRefusal? {
        guard count(tenant, atMicros: now) >= perTenantMax else { return nil }
        return .quotaReached(retryMicros: RequestTime.hourMicros - now % RequestTime.hourMicros)
    }

    private mutating func place(_ tenant: TenantID, hour: Int64) -> Int {
        if let place = knownPlace(tenant) { return place }
        places[tenant] = rows.count
        rows.append(
            Hours(
                tenant: tenant, lastHour: hour,
                counts: ContiguousArray(repeating: 0, count: windowHours + 1)))
        return rows.count - 1
    }

    private mutating func advance(_ place: Int, to hour: Int64) {
        let size = Int64(windowHours + 1)
        guard hour > rows[place].lastHour else { return }
        for passed in max(rows[place].lastHour, hour - size) + 1...hour {
            let slot = Int(passed % size)
            rows[place].total -= UInt64(rows[place].counts[slot])
            rows[place].counts[slot] = 0
        }
        rows[place].lastHour = hour
    }

    /// Takes a tenant's hours back from a checkpoint, oldest first; with another window only those
    /// that it still has.
    mutating func restore(_ tenant: TenantID, lastHour: Int64, oldestFirst counts: [UInt32]) {
        let place = place(tenant, hour: lastHour)
        let size = Int64(windowHours + 1)
        for (index, count) in counts.reversed().prefix(Int(size)).enumerated() {
            let hour = lastHour - Int64(index)
            rows[place].counts[Int((hour % size + size) % size)] = count
            rows[place].total += UInt64(count)
        }
    }

    /// A tenant's counts, oldest first.
    func oldestFirst(_ row: Hours) -> [UInt32] {
        let size = Int64(windowHours + 1)
        return (0..<size).map { index in
            row.counts[Int((row.lastHour + 1 + index) % size)]
        }
    }
}
