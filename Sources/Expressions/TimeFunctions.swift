import Ground

/// Parts of times and durations.
enum TimeFunctions {
    static func apply(_ function: Function, _ values: [Value]) throws(Fault) -> Value {
        switch (values.first, values.count) {
        case (.timestamp(let time), 1): return .int(part(function, of: time, offsetSeconds: 0))
        case (.timestamp(let time), 2):
            guard case .string(let zone) = values[1] else { break }
            let offset = try TimeZoneOffset.seconds(zone, at: time)
            return .int(part(function, of: time, offsetSeconds: offset))
        case (.duration(let nanos), 1):
            switch function {
            case .getHours: return .int(nanos / 3_600_000_000_000)
            case .getMinutes: return .int(nanos / 60_000_000_000)
            case .getSeconds: return .int(nanos / 1_000_000_000)
            // The milliseconds of the last second, not the whole in milliseconds.
            case .getMilliseconds: return .int(nanos / 1_000_000 % 1_000)
            default: break
            }
        default: break
        }
        throw .overload(function.rawValue, values)
    }

    private static func part(_ function: Function, of time: Timestamp, offsetSeconds: Int)
        -> Int64
    {
        let local = time.seconds + Int64(offsetSeconds)
        let days = local.flooredQuotient(86_400)
        let second = local - days * 86_400
        switch function {
        case .getHours: return second / 3_600
        case .getMinutes: return second / 60 % 60
        case .getSeconds: return second % 60
        case .getMilliseconds: return Int64(time.nanos) / 1_000_000
        case .getDayOfWeek:
            // 1970-01-01 was a Thursday, the fifth day of a week from Sunday.
            return days + 4 - (days + 4).flooredQuotient(7) * 7
        default: break
        }
        let date = CivilDate(days: Int(days))
        switch function {
        case .getFullYear: return Int64(date.year)
        case .getMonth: return Int64(date.month) - 1
        case .getDate: return Int64(date.day)
        case .getDayOfMonth: return Int64(date.day) - 1
        default: return days - Int64(CivilDate(monthsSince1970: (date.year - 1970) * 12).days)
        }
    }
}
