import Testing

@testable import Service

/// Until when a call may be executed, in wall-clock microseconds.
@Suite struct DeadlineTests {
    struct Case: Sendable {
        var deadlineNanos: UInt64
        var wallMicros: Int64
        var monotonicNanos: UInt64
        var untilMicros: Int64
    }

    static let cases = [
        Case(deadlineNanos: .max, wallMicros: 1_000, monotonicNanos: 0, untilMicros: .max),
        Case(
            deadlineNanos: 5_000_000, wallMicros: 1_000, monotonicNanos: 2_000_000,
            untilMicros: 4_000),
        Case(
            deadlineNanos: 1_000_000, wallMicros: 1_000, monotonicNanos: 2_000_000,
            untilMicros: 1_000),
        Case(deadlineNanos: .max - 1, wallMicros: .max - 5, monotonicNanos: 0, untilMicros: .max),
    ]

    @Test(arguments: cases)
    func isWhatIsLeftFromNow(row: Case) {
        let found = Engine.deadlineMicros(
            row.deadlineNanos, wallMicros: row.wallMicros, monotonicNanos: row.monotonicNanos)
        #expect(found == row.untilMicros)
    }
}
