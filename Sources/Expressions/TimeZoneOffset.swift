import Foundation

/// How far a time zone is from UTC at an instant.
///
/// The only part of the target that asks the platform: the rules of named zones change by law.
enum TimeZoneOffset {
    /// Seconds east of UTC, from a zone's name, or an offset such as +05:30 or 02:00.
    static func seconds(_ zone: String, at time: Timestamp) throws(Fault) -> Int {
        if zone == "UTC" || zone.isEmpty { return 0 }
        if zone.utf8.contains(UInt8(ascii: ":")) {
            guard let seconds = fixed(Array(zone.utf8)) else {
                throw Fault(.invalidArgument, "unknown time zone '\(zone.prefix(64))'")
            }
            return seconds
        }
        guard zone.utf8.count <= 64, let found = TimeZone(identifier: zone) else {
            throw Fault(.invalidArgument, "unknown time zone '\(zone.prefix(64))'")
        }
        return found.secondsFromGMT(
            for: Date(timeIntervalSince1970: TimeInterval(time.seconds)))
    }

    /// [+-]hh:mm
    private static func fixed(_ bytes: [UInt8]) -> Int? {
        var rest = bytes[...]
        var sign = 1
        if let first = rest.first, first.decimalDigit == nil {
            guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return nil }
            sign = first == UInt8(ascii: "-") ? -1 : 1
            rest = rest.dropFirst()
        }
        let digits = rest.map(\.decimalDigit)
        guard digits.count == 5, rest.dropFirst(2).first == UInt8(ascii: ":"),
            let tens = digits[0], let ones = digits[1], let tensOfMinutes = digits[3],
            let minutes = digits[4], tens * 10 + ones < 24, tensOfMinutes < 6
        else { return nil }
        return sign * ((tens * 10 + ones) * 3_600 + (tensOfMinutes * 10 + minutes) * 60)
    }
}
