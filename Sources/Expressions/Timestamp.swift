import Ground

/// An instant from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
public struct Timestamp: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00Z, rounded down.
    public let seconds: Int64
    /// 0 to 999,999,999.
    public let nanos: Int32

    /// The bounds of google.protobuf.Timestamp.
    static let secondsMin: Int64 = -62_135_596_800
    static let secondsMax: Int64 = 253_402_300_799

    /// Nil outside the years 1 to 9999, or when nanos are not a fraction of a second.
    public init?(seconds: Int64, nanos: Int32 = 0) {
        guard (Self.secondsMin...Self.secondsMax).contains(seconds),
            (0...999_999_999).contains(nanos)
        else { return nil }
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Microseconds since 1970, as times are kept in features; nil outside the years 1 to 9999.
    public init?(micros: Int64) {
        let seconds = micros.flooredQuotient(1_000_000)
        let fraction = micros % 1_000_000
        self.init(
            seconds: seconds, nanos: Int32(fraction < 0 ? fraction + 1_000_000 : fraction) * 1_000)
    }

    /// Microseconds since 1970, rounded down.
    public var micros: Int64 { seconds * 1_000_000 + Int64(nanos) / 1_000 }

    /// Nil when the sum leaves the range.
    func adding(nanos added: Int64) -> Timestamp? {
        let whole = added.flooredQuotient(1_000_000_000)
        let fraction = Int64(nanos) + (added - whole * 1_000_000_000)
        let carry: Int64 = fraction >= 1_000_000_000 ? 1 : 0
        return Timestamp(
            seconds: seconds + whole + carry, nanos: Int32(fraction - carry * 1_000_000_000))
    }

    /// Nanoseconds from `earlier` to this; nil beyond 292 years.
    func nanos(since earlier: Timestamp) -> Int64? {
        let (whole, overflow) = (seconds - earlier.seconds)
            .multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = whole.addingReportingOverflow(Int64(nanos) - Int64(earlier.nanos))
        return overflow || carried ? nil : sum
    }
}

extension Timestamp: Comparable {
    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.seconds != right.seconds ? left.seconds < right.seconds : left.nanos < right.nanos
    }
}

extension Int64 {
    /// Divided by a positive number and rounded down, so that times before 1970 keep their days.
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
