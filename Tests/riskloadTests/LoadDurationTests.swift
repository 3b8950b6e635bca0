import Testing

@testable import riskload

struct LoadDurationTests {
    @Test(arguments: [
        ("30s", 30_000_000_000), ("500ms", 500_000_000), ("2m", 120_000_000_000),
        ("1h", 3_600_000_000_000), ("0s", 0), ("24h", 86_400_000_000_000),
    ])
    func isTaken(text: String, nanos: UInt64) {
        #expect(LoadDuration(argument: text)?.nanos == nanos)
    }

    @Test(arguments: ["", "s", "30", "-1s", "1.5s", "25h", "99999999999999999999s", "30 s", "3d"])
    func isRefused(text: String) {
        #expect(LoadDuration(argument: text) == nil)
    }
}
