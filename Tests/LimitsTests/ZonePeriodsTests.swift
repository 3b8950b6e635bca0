import Domain
import Ground
import Testing

@testable import Limits

@Suite struct ZonePeriodsTests {
    /// Berlin around the changes of 2026: 01:00 UTC on March 29 and October 25.
    static let berlin = ZoneOffsets(
        name: "Europe/Berlin",
        steps: [
            .init(fromSeconds: 0, offsetSeconds: 3_600),
            .init(fromSeconds: 1_774_746_000, offsetSeconds: 7_200),
            .init(fromSeconds: 1_792_890_000, offsetSeconds: 3_600),
        ])
    /// Samoa skipped 2011-12-30 at its midnight, 10:00 UTC.
    static let apia = ZoneOffsets(
        name: "Pacific/Apia",
        steps: [
            .init(fromSeconds: 0, offsetSeconds: -36_000),
            .init(fromSeconds: 1_325_239_200, offsetSeconds: 50_400),
        ])

    struct Case: Sendable {
        var zone: ZoneOffsets
        var seconds: Int64
        var date: [Int32]
    }

    @Test(
        "a second's date on the zone's calendar",
        arguments: [
            Case(zone: .utc, seconds: 0, date: [1970, 1, 1]),
            Case(zone: .utc, seconds: -1, date: [1969, 12, 31]),
            Case(zone: .utc, seconds: 951_782_400, date: [2000, 2, 29]),
            Case(zone: .utc, seconds: 951_868_800, date: [2000, 3, 1]),
            Case(zone: .utc, seconds: 4_107_542_399, date: [2100, 2, 28]),
            Case(zone: .utc, seconds: 4_107_542_400, date: [2100, 3, 1]),
            // Summer time: 2026-06-01 00:00 is 22:00 UTC of the day before.
            Case(zone: berlin, seconds: 1_780_264_799, date: [2026, 5, 31]),
            Case(zone: berlin, seconds: 1_780_264_800, date: [2026, 6, 1]),
            // The day of 23 hours: midnight before and after it.
            Case(zone: berlin, seconds: 1_774_738_799, date: [2026, 3, 28]),
            Case(zone: berlin, seconds: 1_774_738_800, date: [2026, 3, 29]),
            Case(zone: berlin, seconds: 1_774_821_599, date: [2026, 3, 29]),
            Case(zone: berlin, seconds: 1_774_821_600, date: [2026, 3, 30]),
            // The day of 25 hours.
            Case(zone: berlin, seconds: 1_792_879_199, date: [2026, 10, 24]),
            Case(zone: berlin, seconds: 1_792_879_200, date: [2026, 10, 25]),
            Case(zone: berlin, seconds: 1_792_969_199, date: [2026, 10, 25]),
            Case(zone: berlin, seconds: 1_792_969_200, date: [2026, 10, 26]),
            Case(zone: apia, seconds: 1_325_239_199, date: [2011, 12, 29]),
            Case(zone: apia, seconds: 1_325_239_200, date: [2011, 12, 31]),
        ])
    func dates(_ given: Case) {
        let date = CivilDate(days: Int(given.zone.day(atSeconds: given.seconds)))
        #expect([date.year, date.month, date.day] == given.date.map(Int.init))
        let month = given.zone.month(atSeconds: given.seconds)
        #expect(month == (given.date[0] - 1970) * 12 + given.date[1] - 1)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func whatTheCacheAnswersFromIsOneDay(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var steps: [ZoneOffsets.Step] = []
        var from: Int64 = 0
        for _ in 0..<40 {
            let offset = Int32.random(in: -56...56, using: &random) * 900
            steps.append(.init(fromSeconds: from, offsetSeconds: offset))
            from += Int64.random(in: 1_000...20_000_000, using: &random)
        }
        let zone = ZoneOffsets(name: "random", steps: steps)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -100_000...from, using: &random)
            let range = zone.sameDay(atSeconds: seconds)
            let offset = steps.last { $0.fromSeconds <= seconds }?.offsetSeconds ?? 0
            #expect(zone.offsetSeconds(atSeconds: seconds) == Int64(offset), "seed \(seed)")
            #expect(range.contains(seconds), "seed \(seed) second \(seconds)")
            for other in [range.lowerBound, range.upperBound - 1] {
                #expect(
                    zone.day(atSeconds: other) == zone.day(atSeconds: seconds)
                        && zone.month(atSeconds: other) == zone.month(atSeconds: seconds),
                    "seed \(seed) second \(seconds)")
            }
            #expect(
                zone.day(atSeconds: range.upperBound) != zone.day(atSeconds: seconds)
                    || steps.contains { $0.fromSeconds == range.upperBound },
                "seed \(seed) second \(seconds)")
        }
    }
}
