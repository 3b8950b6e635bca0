import Ground
import Testing

@Suite struct CivilDateTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-02", 1), ("1969-12-31", -1), ("2000-02-29", 11_016),
        ("2000-03-01", 11_017), ("2026-11-21", 20_778), ("9999-12-31", 2_932_896),
    ])
    func aDayHasItsNumber(text: String, days: Int) {
        #expect(CivilDate(text: text.utf8)?.days == days)
        #expect(CivilDate(days: days).text == text)
    }

    @Test(arguments: [
        "", "2026-1-01", "2026-13-01", "2026-00-10", "2026-02-29", "2100-02-29", "2026-04-31",
        "2026-11-00", "2026/11/21", "2026-11-21 ", "20261-1-21", "-026-11-21", "0000-01-01",
        "２026-11-21",
    ])
    func whatIsNoDayIsNone(text: String) {
        #expect(CivilDate(text: text.utf8) == nil)
    }

    /// A walk over 400 years: every day follows the one before, as a naive calendar counts.
    @Test func daysFollowEachOther() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<146_097 {
            let date = CivilDate(days: number)
            guard (date.year, date.month, date.day) == (year, month, day), date.days == number
            else {
                Issue.record("day \(number) is \(date.text)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
