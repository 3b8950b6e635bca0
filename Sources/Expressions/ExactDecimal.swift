/// A double's exact decimal expansion, for rounding half to even at any digit.
///
/// Every finite double is a whole number times a power of two, hence a finite decimal of at most
/// some 1,100 digits. Written for clarity: formatting is not on any hot path.
struct ExactDecimal {
    /// NaN or an infinity: no digits.
    private let name: String?
    private let isNegative: Bool
    /// 0.DIGITS times ten to the exponent; each 0 to 9, no leading zero unless the number is zero.
    private var digits: [UInt8]
    private var exponent: Int

    init(_ number: Double) {
        name = NumberText.named(number)
        isNegative = number.sign == .minus
        digits = []
        exponent = 0
        guard number.isFinite, number != 0 else { return }
        let magnitude = number.magnitude
        // The significand as a whole number, lowest digit first.
        var whole = Self.digits(of: UInt64(magnitude.significand * 0x1p52))
        var power = Int(magnitude.exponent) - 52
        var places = 0
        while power > 0 {
            Self.multiply(&whole, by: 2)
            power -= 1
        }
        // Halving is multiplying by five and moving the point.
        while power < 0 {
            Self.multiply(&whole, by: 5)
            places += 1
            power += 1
        }
        digits = whole.reversed()
        exponent = digits.count - places
        while digits.last == 0 { digits.removeLast() }
    }

    private static func digits(of number: UInt64) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        while rest > 0 {
            digits.append(UInt8(rest % 10))
            rest /= 10
        }
        return digits
    }

    private static func multiply(_ digits: inout [UInt8], by factor: UInt8) {
        var carry: UInt8 = 0
        for index in digits.indices {
            let product = digits[index] * factor + carry
            digits[index] = product % 10
            carry = product / 10
        }
        while carry > 0 {
            digits.append(carry % 10)
            carry /= 10
        }
    }

    /// Keeps the first `count` digits, rounding half to even.
    private mutating func round(to count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            return
        }
        let next = digits[count]
        let isAboveHalf = next > 5 || next == 5 && digits.count > count + 1
        let isOdd = count > 0 && digits[count - 1] % 2 == 1
        digits.removeSubrange(count...)
        guard isAboveHalf || next == 5 && isOdd else { return }
        var place = count - 1
        while place >= 0, digits[place] == 9 {
            digits[place] = 0
            place -= 1
        }
        if place >= 0 {
            digits[place] += 1
        } else {
            digits.insert(1, at: 0)
            exponent += 1
        }
    }

    private func text(_ digits: some Sequence<UInt8>) -> String {
        String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }

    /// `precision` digits after the point.
    func fixed(_ precision: Int) -> String {
        if let name { return name }
        var rounded = self
        rounded.round(to: exponent + precision)
        let whole = max(0, rounded.exponent)
        var all = Array(repeating: UInt8(0), count: max(0, -rounded.exponent)) + rounded.digits
        while all.count < whole + precision { all.append(0) }
        let sign = isNegative ? "-" : ""
        let front = whole == 0 ? "0" : text(all[..<whole])
        return sign + front
            + (precision == 0 ? "" : "." + text(all[whole..<(whole + precision)]))
    }

    /// One digit before the point, `precision` after it, and the power of ten.
    func scientific(_ precision: Int) -> String {
        if let name { return name }
        var rounded = self
        rounded.round(to: precision + 1)
        var all = rounded.digits
        let power = all.isEmpty ? 0 : rounded.exponent - 1
        while all.count < precision + 1 { all.append(0) }
        let shown = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
        return (isNegative ? "-" : "") + text(all[..<1])
            + (precision == 0 ? "" : "." + text(all[1...(precision)]))
            + "e" + (power < 0 ? "-" : "+") + shown
    }
}
