import Domain
import Limits
import Testing

@testable import Service

@Suite struct ZoneTableTests {
    /// 2026-11-21 00:00 UTC.
    private let nowSeconds: Int64 = 1_795_219_200

    struct Known: Sendable {
        var zone: String
        var seconds: Int64
        var offsetSeconds: Int64
    }

    @Test(
        "offsets that are public knowledge",
        arguments: [
            // Berlin changed at 01:00 UTC on 2026-03-29 and 2026-10-25.
            Known(zone: "Europe/Berlin", seconds: 1_774_745_999, offsetSeconds: 3_600),
            Known(zone: "Europe/Berlin", seconds: 1_774_746_000, offsetSeconds: 7_200),
            Known(zone: "Europe/Berlin", seconds: 1_792_889_999, offsetSeconds: 7_200),
            Known(zone: "Europe/Berlin", seconds: 1_792_890_000, offsetSeconds: 3_600),
            // New York changed at 07:00 UTC on 2026-03-08.
            Known(zone: "America/New_York", seconds: 1_772_953_199, offsetSeconds: -18_000),
            Known(zone: "America/New_York", seconds: 1_772_953_200, offsetSeconds: -14_400),
            Known(zone: "Asia/Kolkata", seconds: 1_795_219_200, offsetSeconds: 19_800),
            Known(zone: "Asia/Kathmandu", seconds: 1_795_219_200, offsetSeconds: 20_700),
            // It was half past five until 1986.
            Known(zone: "Asia/Kathmandu", seconds: 500_000_000, offsetSeconds: 19_800),
            Known(zone: "Australia/Lord_Howe", seconds: 1_795_219_200, offsetSeconds: 39_600),
            // Samoa skipped 2011-12-30.
            Known(zone: "Pacific/Apia", seconds: 1_325_239_199, offsetSeconds: -36_000),
            Known(zone: "Pacific/Apia", seconds: 1_325_239_200, offsetSeconds: 50_400),
            // A summer forty years ahead.
            Known(zone: "Europe/Berlin", seconds: 3_045_000_000, offsetSeconds: 7_200),
        ])
    func knows(_ known: Known) throws {
        let table = try #require(ZoneTable.offsets(ofZone: known.zone, nowSeconds: nowSeconds))
        #expect(table.name == known.zone)
        #expect(table.offsetSeconds(atSeconds: known.seconds) == known.offsetSeconds)
    }

    @Test func aTableIsBoundedAndInOrder() throws {
        for name in ["Europe/London", "Africa/Casablanca", "America/Sao_Paulo", "UTC"] {
            let table = try #require(ZoneTable.offsets(ofZone: name, nowSeconds: nowSeconds))
            #expect(table.steps.count <= ZoneOffsets.stepCountMax)
            for (step, next) in zip(table.steps, table.steps.dropFirst()) {
                #expect(step.fromSeconds < next.fromSeconds, "\(name)")
                #expect(step.offsetSeconds != next.offsetSeconds, "\(name)")
            }
        }
        #expect(ZoneTable.offsets(ofZone: "UTC", nowSeconds: nowSeconds)?.steps == [])
    }

    @Test(arguments: ["", "Europe/Atlantis", "../etc/passwd", String(repeating: "x", count: 65)])
    func anUnknownNameIsNone(_ name: String) {
        #expect(ZoneTable.offsets(ofZone: name, nowSeconds: nowSeconds) == nil)
    }
}
