/// Numbers as people read them.
enum Figures {
    /// 1234567 as 1,234,567.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// Nanoseconds as whole microseconds, rounded, grouped.
    static func micros(_ nanos: UInt64) -> String { grouped(Int((nanos + 500) / 1_000)) }

    /// A number that is not negative with a fixed count of digits behind the point.
    static func decimal(_ value: Double, digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard digits > 0 else { return grouped(scaled) }
        let rest = String(scaled % scale)
        return grouped(scaled / scale) + "." + String(repeating: "0", count: digits - rest.count)
            + rest
    }

    /// Text at the right of a column.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }

    /// Text at the left of a column.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}
