import Foundation
import Ground
import Testing

@testable import Expressions

@Suite("Numbers, times and bytes as text")
struct NumberTextTests {
    private static func double(_ source: inout RandomSource) -> Double {
        switch Int.random(in: 0..<3, using: &source) {
        case 0: Double(bitPattern: source.next())
        case 1: Double(Int64.random(in: -1_000_000...1_000_000, using: &source)) / 1_000
        default: Double(Int.random(in: -99...99, using: &source)) / 8
        }
    }

    @Test("Rounding to digits is what the C library does, which is exact")
    func fixed() {
        let seed: UInt64 = 7
        var source = RandomSource(seed: seed)
        for _ in 0..<3_000 {
            let number = Self.double(&source)
            guard number.isFinite else { continue }
            let precision = Int.random(in: 0...12, using: &source)
            #expect(
                ExactDecimal(number).fixed(precision)
                    == String(format: "%.\(precision)f", number),
                "seed \(seed): \(number) to \(precision)")
            #expect(
                ExactDecimal(number).scientific(precision)
                    == String(format: "%.\(precision)e", number),
                "seed \(seed): \(number) to \(precision)")
        }
    }

    @Test("The shortest text reads back as the number")
    func shortest() {
        let seed: UInt64 = 8
        var source = RandomSource(seed: seed)
        for _ in 0..<5_000 {
            let number = Self.double(&source)
            guard number.isFinite else { continue }
            for text in [NumberText.shortest(number), NumberText.plain(number)] {
                #expect(Double(text) == number, "seed \(seed): \(number) as \(text)")
                #expect(!text.hasSuffix(".0"), "\(text)")
            }
        }
    }

    @Test("Durations read back what they write")
    func durations() throws {
        let seed: UInt64 = 9
        var source = RandomSource(seed: seed)
        for round in 0..<2_000 {
            let bits = Int64(bitPattern: source.next())
            let nanos = round == 0 ? .min : round == 1 ? .max : bits >> Int64(round % 60)
            let text = DurationText.text(nanos)
            #expect(try DurationText.nanos(text) == nanos, "seed \(seed): \(text)")
        }
        for text in ["", "1", "s", "1x", "-", "1.s.", "1s ", " 1s", "--1s", ".s", "1e3s"] {
            #expect(throws: DurationText.Problem.malformed, "\(text)") {
                try DurationText.nanos(text)
            }
        }
        for text in ["9223372036.854775808s", "2562048h", "99999999999999999999s"] {
            #expect(throws: DurationText.Problem.outOfRange, "\(text)") {
                try DurationText.nanos(text)
            }
        }
    }

    @Test("Times read back what they write, and have the calendar's parts in every zone")
    func times() throws {
        let seed: UInt64 = 10
        var source = RandomSource(seed: seed)
        let zones = ["UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]
        for round in 0..<600 {
            let seconds = Int64.random(in: -2_000_000_000...4_000_000_000, using: &source)
            let nanos = Int32.random(in: 0...999_999_999, using: &source)
            let time = try #require(Timestamp(seconds: seconds, nanos: nanos))
            #expect(Timestamp(text: time.text) == time, "seed \(seed): \(time.text)")
            let name = zones[round % zones.count]
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: name))
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday, .dayOfYear],
                from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            let expected: [(Function, Int?)] = [
                (.getFullYear, parts.year), (.getMonth, parts.month.map { $0 - 1 }),
                (.getDate, parts.day), (.getDayOfMonth, parts.day.map { $0 - 1 }),
                (.getHours, parts.hour), (.getMinutes, parts.minute), (.getSeconds, parts.second),
                (.getDayOfWeek, parts.weekday.map { $0 - 1 }),
                (.getDayOfYear, parts.dayOfYear.map { $0 - 1 }),
            ]
            for (function, part) in expected {
                let value = try TimeFunctions.apply(function, [.timestamp(time), .string(name)])
                #expect(
                    value == .int(Int64(part ?? -1)),
                    "seed \(seed): \(function) of \(time.text) in \(name)")
            }
        }
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "2024-02-30T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+24:00", "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z", "2024-01-01T00:00:00ZZ", "2024-1-01T00:00:00Z", "",
            "0001-01-01T00:00:00+00:01",
        ])
    func noTimes(_ text: String) {
        #expect(Timestamp(text: text) == nil)
    }

    @Test("Base64 is what the platform does")
    func base64() throws {
        let seed: UInt64 = 12
        var source = RandomSource(seed: seed)
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &source) }
            let text = Base64.encoded(bytes)
            #expect(text == Data(bytes).base64EncodedString(), "seed \(seed)")
            #expect(Base64.decoded(text) == bytes)
            #expect(Base64.decoded(text.filter { $0 != "=" }) == bytes)
        }
        for text in ["a", "a===", "ab=", "a=b=", "ab*d", "====", "abcd=", "é"] {
            #expect(Base64.decoded(text) == nil, "\(text)")
        }
    }

    @Test("The nearest name is found within two slips")
    func nearMisses() {
        let names = ["income", "incomes", "outcome", "dpd.current", "grade", "a"]
        for (typed, meant) in [
            ("incme", "income"), ("inocme", "income"), ("gread", "grade"), ("grad", "grade"),
            ("dpd.curent", "dpd.current"), ("income_monthly", nil), ("b", nil), ("xyz", nil),
            ("incomess", "incomes"),
        ] {
            #expect(NearMiss.nearest(to: typed, among: names) == meant, "\(typed)")
        }
    }
}
