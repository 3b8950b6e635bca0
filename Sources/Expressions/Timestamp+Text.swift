import Ground

extension Timestamp {
    /// From RFC 3339, such as 1972-01-01T10:00:20.021-05:00; nil for anything else.
    /// Digits of the fraction after the ninth are dropped.
    public init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"),
            let date = CivilDate(text: bytes[..<10]),
            let clock = Self.secondsOfDay(bytes[11..<19])
        else { return nil }
        var index = 19
        var nanos: Int32 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            var place: Int32 = 100_000_000
            while index < bytes.count, let digit = bytes[index].decimalDigit {
                nanos += Int32(digit) * place
                place /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard let offset = Self.offsetSeconds(bytes[index...]) else { return nil }
        self.init(seconds: Int64(date.days) * 86_400 + Int64(clock) - Int64(offset), nanos: nanos)
    }

    private static func secondsOfDay(_ bytes: ArraySlice<UInt8>) -> Int? {
        let base = bytes.startIndex
        guard bytes[base + 2] == UInt8(ascii: ":"), bytes[base + 5] == UInt8(ascii: ":"),
            let hours = twoDigits(bytes, base), let minutes = twoDigits(bytes, base + 3),
            let seconds = twoDigits(bytes, base + 6), hours < 24, minutes < 60, seconds < 60
        else { return nil }
        return hours * 3_600 + minutes * 60 + seconds
    }

    /// Seconds east of UTC from `Z`, `+hh:mm` or `-hh:mm`.
    private static func offsetSeconds(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        if first == UInt8(ascii: "Z") { return bytes.count == 1 ? 0 : nil }
        let base = bytes.startIndex
        guard bytes.count == 6, first == UInt8(ascii: "+") || first == UInt8(ascii: "-"),
            bytes[base + 3] == UInt8(ascii: ":"), let hours = twoDigits(bytes, base + 1),
            let minutes = twoDigits(bytes, base + 4), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3_600 + minutes * 60) * (first == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func twoDigits(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int? {
        guard let tens = bytes[index].decimalDigit, let ones = bytes[index + 1].decimalDigit
        else { return nil }
        return tens * 10 + ones
    }

    /// In RFC 3339 and UTC; a fraction without its trailing zeros.
    public var text: String {
        let days = seconds.flooredQuotient(86_400)
        let second = Int(seconds - days * 86_400)
        let clock = [second / 3_600, second / 60 % 60, second % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(CivilDate(days: Int(days)).text)T\(clock)\(fractionText(Int64(nanos)))Z"
    }
}

/// `.5` for half a second; empty for a whole one.
func fractionText(_ nanos: Int64) -> String {
    guard nanos != 0 else { return "" }
    var digits = String(nanos)
    digits = String(repeating: "0", count: 9 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    return "." + digits
}

extension UInt8 {
    /// 0 to 9 for an ASCII digit.
    var decimalDigit: Int? { (0x30...0x39).contains(self) ? Int(self) - 0x30 : nil }

    /// 0 to 15 for an ASCII digit of base 16.
    var hexadecimalDigit: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}
