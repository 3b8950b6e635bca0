/// Doubles as text.
enum NumberText {
    /// Digits and decimal exponent of the shortest text that reads back as the number:
    /// 0.DIGITS times ten to the exponent. The number is finite and not negative.
    static func digits(_ number: Double) -> (digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var exponent = 0
        var pointAt: Int?
        let text = Array(number.description.utf8)
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: ".") {
                pointAt = digits.count
            } else if byte.decimalDigit != nil {
                digits.append(byte)
            } else {
                exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                break
            }
        }
        exponent += pointAt ?? digits.count
        while digits.first == UInt8(ascii: "0"), digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == UInt8(ascii: "0"), digits.count > 1 { digits.removeLast() }
        return (digits, digits == [UInt8(ascii: "0")] ? 1 : exponent)
    }

    /// The name of what has no digits; nil for finite numbers.
    static func named(_ number: Double) -> String? {
        if number.isNaN { return "NaN" }
        guard number.isInfinite else { return nil }
        return number < 0 ? "-Infinity" : "Infinity"
    }

    /// As `string(x)` gives it: plain, or with an exponent below -4 and from 6 on, like C's %g.
    static func shortest(_ number: Double) -> String {
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        if number.isNaN { return "NaN" }
        let (digits, exponent) = digits(number.magnitude)
        guard exponent - 1 < -4 || exponent - 1 >= 6 else { return plain(number) }
        let first = String(decoding: digits[..<1], as: UTF8.self)
        let rest = String(decoding: digits[1...], as: UTF8.self)
        let power = exponent - 1
        let shown = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
        return (number.sign == .minus ? "-" : "") + first + (rest.isEmpty ? "" : ".\(rest)")
            + "e" + (power < 0 ? "-" : "+") + shown
    }

    /// Without an exponent, with no more digits than needed.
    static func plain(_ number: Double) -> String {
        if let name = named(number) { return name }
        var (digits, exponent) = digits(number.magnitude)
        var text = number.sign == .minus ? "-" : ""
        if exponent <= 0 {
            text += "0." + String(repeating: "0", count: -exponent)
            return text + String(decoding: digits, as: UTF8.self)
        }
        while digits.count < exponent { digits.append(UInt8(ascii: "0")) }
        text += String(decoding: digits[..<exponent], as: UTF8.self)
        if digits.count > exponent {
            text += "." + String(decoding: digits[exponent...], as: UTF8.self)
        }
        return text
    }
}
