public import Domain
internal import Ground

/// Days and months of a time zone as numbers, by integer arithmetic over its table of offsets.
///
/// A day is what the zone's clocks call one: 23 or 25 hours long where they change. Nothing here
/// asks the machine about zones, so every replay puts a hold into the same day.
extension ZoneOffsets {
    /// Steps of a zone. Reason: two a year for the 110 years that a table spans fit twice over.
    public static let stepCountMax = 512

    static let daySeconds: Int64 = 86_400

    /// What local time is ahead of UTC at a second since 1970. Complexity: O(log steps).
    public func offsetSeconds(atSeconds seconds: Int64) -> Int64 {
        let place = stepsBegun(atSeconds: seconds)
        return place == 0 ? 0 : Int64(steps[place - 1].offsetSeconds)
    }

    /// Days since 1970-01-01 on the zone's calendar.
    public func day(atSeconds seconds: Int64) -> Int32 {
        let local = seconds + offsetSeconds(atSeconds: seconds)
        return Int32(truncatingIfNeeded: Self.floorDivide(local, Self.daySeconds))
    }

    /// Months since January 1970 on the zone's calendar.
    public func month(atSeconds seconds: Int64) -> Int32 {
        let date = CivilDate(days: Int(day(atSeconds: seconds)))
        return Int32(truncatingIfNeeded: (date.year - 1970) * 12 + date.month - 1)
    }

    /// The number of the period that a second belongs to; 0 when there is only one.
    public func period(_ period: PortfolioPeriod, atSeconds seconds: Int64) -> Int32 {
        switch period {
        case .absolute: 0
        case .day: day(atSeconds: seconds)
        case .month: month(atSeconds: seconds)
        }
    }

    /// A range of seconds around `seconds` that all belong to the same period: the rest of its day,
    /// cut where the offset changes. What a cache may answer from.
    func sameDay(atSeconds seconds: Int64) -> Range<Int64> {
        let place = stepsBegun(atSeconds: seconds)
        let offset = place == 0 ? 0 : Int64(steps[place - 1].offsetSeconds)
        let start = Self.floorDivide(seconds + offset, Self.daySeconds) * Self.daySeconds - offset
        let from = place == 0 ? start : max(start, steps[place - 1].fromSeconds)
        let end = start + Self.daySeconds
        return from..<(place == steps.count ? end : min(end, steps[place].fromSeconds))
    }

    /// How many steps have begun.
    private func stepsBegun(atSeconds seconds: Int64) -> Int {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].fromSeconds <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}
