internal import Ground

/// Requests that have left memory: sorted runs in the store, a range of keys for each day.
///
///     request/d  day u32       tag u64  ->  sequence u64      ids that state their time
///     request/o  span u32      tag u64  ->  sequence u64      others, 32 days together
///
/// Numbers in keys are big-endian, so a day is one range, and is dropped whole after 400 days. The
/// day is the record's. An id that states its time has its record at most five minutes before that
/// time and at most a week after it, so one to nine days are looked through, for an id of now one
/// or two; others are looked for in all 13 spans. A day without the id costs its filters, no block.
/// Thread: any; not for the road and never the sequencer, because it reads the disk.
struct RequestRuns: Sendable {
    private static let days = Array("request/d".utf8)
    private static let spans = Array("request/o".utf8)

    let store: any Store

    /// Puts what memory is about to forget. Visible to `find` when it returns; durable with the
    /// next checkpoint, and until then a replay puts it again.
    func put(_ offer: RequestTable.Offer) throws(StoreError) {
        var changes: [StoreChange] = []
        changes.reserveCapacity(offer.page.entries.count)
        var day = 0
        for (place, entry) in offer.page.entries.enumerated() where entry.sequence > 0 {
            let number = offer.numbers.lowerBound + place
            while day + 1 < offer.days.count, offer.days[day + 1].firstNumber <= number { day += 1 }
            var value = ByteWriter(capacity: 8)
            value.write(entry.sequence)
            let key = Self.key(
                entry.tag, statesTime: entry.statesTime, day: offer.days[day].day)
            changes.append(.put(key: key, value: value.bytes))
        }
        try store.write(changes)
    }

    /// The sequence of the record under a tag; nil when there is none.
    ///
    /// `nowMicros` is the time of the last durable record, or later.
    func find(
        _ tag: UInt64, statedMicros: Int64?, nowMicros: Int64
    ) throws(StoreError) -> UInt64? {
        let today = RequestTime.day(nowMicros)
        var first = today - RequestTime.daysKept
        var last = today
        var step = RequestTime.spanDays
        if let statedMicros {
            let window = Int64(RequestTime.windowHours.upperBound) * RequestTime.hourMicros
            first = RequestTime.day(statedMicros - RequestTime.futureMicros)
            last = min(RequestTime.day(statedMicros + window), today)
            step = 1
        }
        // From the youngest: a repeat comes most often soon after its first.
        var day = last
        while day / step >= max(0, first) / step, day >= 0 {
            let key = Self.key(tag, statesTime: statedMicros != nil, day: day)
            if let value = try store.get(key) {
                var reader = ByteReader(value)
                guard let sequence = try? reader.read(UInt64.self) else {
                    throw StoreError(problem: "a request's value is too short")
                }
                return sequence
            }
            day -= step
        }
        return nil
    }

    /// Drops the days and spans of which no request need be remembered.
    func expire(nowMicros: Int64) throws(StoreError) {
        let oldest = RequestTime.day(nowMicros) - RequestTime.daysKept
        while let day = try first(Self.days), day < oldest {
            try store.deleteAll(prefix: Self.days + Self.bigEndian(UInt32(day)))
        }
        while let span = try first(Self.spans), (span + 1) * RequestTime.spanDays <= oldest {
            try store.deleteAll(prefix: Self.spans + Self.bigEndian(UInt32(span)))
        }
    }

    /// The lowest day or span that has a key.
    private func first(_ prefix: [UInt8]) throws(StoreError) -> Int? {
        var found: Int?
        try store.scan(prefix: prefix) { key, _ in
            found = key.dropFirst(prefix.count).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            return false
        }
        return found
    }

    private static func key(_ tag: UInt64, statesTime: Bool, day: Int) -> [UInt8] {
        let range = UInt32(statesTime ? day : day / RequestTime.spanDays)
        return (statesTime ? days : spans) + bigEndian(range) + bigEndian(tag)
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: Value.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> Value($0))
        }
    }
}
