/// Durations as text: `1h30m`, `-1.5s`, `100ms`; the grammar of Go's durations, which CEL uses.
enum DurationText {
    /// Nanoseconds of each unit; longer names are tried first.
    private static let units: [(name: [UInt8], nanos: UInt64)] = [
        (Array("ns".utf8), 1), (Array("us".utf8), 1_000), (Array("µs".utf8), 1_000),
        (Array("μs".utf8), 1_000), (Array("ms".utf8), 1_000_000),
        (Array("s".utf8), 1_000_000_000), (Array("m".utf8), 60_000_000_000),
        (Array("h".utf8), 3_600_000_000_000),
    ]

    /// Why a text is no duration.
    enum Problem: Error { case malformed, outOfRange }

    /// Nanoseconds of a text.
    static func nanos(_ text: String) throws(Problem) -> Int64 {
        var rest = Array(text.utf8)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { throw .malformed }
        var total: UInt64 = 0
        while !rest.isEmpty {
            let (sum, overflow) = total.addingReportingOverflow(try part(&rest))
            guard !overflow else { throw .outOfRange }
            total = sum
        }
        // The lowest duration has no positive twin.
        guard total <= (isNegative ? Int64.min.magnitude : Int64.max.magnitude) else {
            throw .outOfRange
        }
        return Int64(truncatingIfNeeded: isNegative ? 0 &- total : total)
    }

    /// One number with its unit.
    private static func part(_ rest: inout ArraySlice<UInt8>) throws(Problem) -> UInt64 {
        var whole: UInt64 = 0
        var digits = 0
        while let digit = rest.first?.decimalDigit {
            let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carried else { throw .outOfRange }
            whole = sum
            digits += 1
            rest = rest.dropFirst()
        }
        var fraction: UInt64 = 0
        var scale: UInt64 = 1
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            while let digit = rest.first?.decimalDigit {
                if scale < 1_000_000_000_000_000 {
                    fraction = fraction * 10 + UInt64(digit)
                    scale *= 10
                }
                digits += 1
                rest = rest.dropFirst()
            }
        }
        guard digits > 0 else { throw .malformed }
        guard let found = units.first(where: { rest.starts(with: $0.name) })
        else { throw .malformed }
        rest = rest.dropFirst(found.name.count)
        let (nanos, overflow) = whole.multipliedReportingOverflow(by: found.nanos)
        // Exact in 128 bits: a fraction has at most 15 digits.
        let product = fraction.multipliedFullWidth(by: found.nanos)
        let (sum, carried) = nanos.addingReportingOverflow(
            scale.dividingFullWidth(product).quotient)
        guard !overflow, !carried else { throw .outOfRange }
        return sum
    }

    /// Seconds with a fraction, such as `6347s` or `-0.5s`.
    static func text(_ nanos: Int64) -> String {
        let magnitude = nanos.magnitude
        let whole = magnitude / 1_000_000_000
        let fraction = fractionText(Int64(magnitude % 1_000_000_000))
        return "\(nanos < 0 ? "-" : "")\(whole)\(fraction)s"
    }
}
