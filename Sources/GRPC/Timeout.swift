/// The `grpc-timeout` header: at most eight digits and a unit.
enum Timeout {
    /// Nanoseconds, or nil when the text is not a timeout. 99999999H is 11,000 years and fits.
    static func nanos(_ text: Span<UInt8>) -> UInt64? {
        guard text.count >= 2, text.count <= 9 else { return nil }
        let unitNanos: UInt64
        switch text[text.count - 1] {
        case UInt8(ascii: "H"): unitNanos = 3_600_000_000_000
        case UInt8(ascii: "M"): unitNanos = 60_000_000_000
        case UInt8(ascii: "S"): unitNanos = 1_000_000_000
        case UInt8(ascii: "m"): unitNanos = 1_000_000
        case UInt8(ascii: "u"): unitNanos = 1_000
        case UInt8(ascii: "n"): unitNanos = 1
        default: return nil
        }
        var value: UInt64 = 0
        for index in 0..<text.count - 1 {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + UInt64(digit)
        }
        let (nanos, overflow) = value.multipliedReportingOverflow(by: unitNanos)
        return overflow ? .max : nanos
    }
}
