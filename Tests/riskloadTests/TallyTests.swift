import GRPC
import Testing

@testable import riskload

@Suite struct TallyTests {
    @Test func aRefusalIsAnAnswer() {
        var tally = Tally(kind: .reserve)
        tally.add(.answer([8, 1]), latencyNanos: 1_000_000)
        tally.add(.answer([8, 10]), latencyNanos: 2_000_000)
        tally.add(.answer([8, 99]), latencyNanos: 3_000_000)
        tally.add(.answer([]), latencyNanos: 3_000_000)
        #expect(tally.answeredCount == 4 && tally.failedCount == 0)
        #expect(
            tally.outcomes == ["DONE": 1, "LIMIT_EXCEEDED": 1, "31": 1, "UNSPECIFIED": 1])
    }

    @Test func failuresAreCountedByCodeAndReason() {
        var tally = Tally(kind: .score)
        tally.add(.failure(Status(.notFound, "x"), reason: "SUBJECT_UNKNOWN"), latencyNanos: 1)
        tally.add(.failure(Status(.deadlineExceeded, "late"), reason: nil), latencyNanos: 1)
        tally.add(.failure(Status(.deadlineExceeded, "late"), reason: nil), latencyNanos: 1)
        #expect(
            tally.errorCounts == ["NOT_FOUND: SUBJECT_UNKNOWN": 1, "DEADLINE_EXCEEDED: late": 2])
        #expect(tally.failedCount == 3 && LoadReport.Latency(tally.latency).count == 0)
    }

    @Test func errorsThatAllDifferAreCountedTogether() {
        var tally = Tally(kind: .score)
        for number in 0..<1_000 { tally.addFailure("UNKNOWN: \(number)") }
        #expect(tally.errorCounts.count == Tally.errorKindsMax + 1)
        #expect(tally.errorCounts["other errors"] == 1_000 - Tally.errorKindsMax)
        #expect(tally.failedCount == 1_000)
    }

    @Test(
        arguments: [
            ([0x08, 0x06], 6), ([], 0), ([0x12, 2, 1, 2, 0x08, 0x96, 1], 150),
            ([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 3], 3), ([0x15, 1, 2, 3, 4], 0),
            ([0x08], nil), ([0x12, 9, 1], nil), ([0x0f], nil),
            ([UInt8](repeating: 0xff, count: 11), nil),
        ] as [([UInt8], UInt64?)])
    func fieldsAreFoundInMessages(message: [UInt8], expected: UInt64?) {
        #expect(ProtobufFields.integer(1, in: message[...]) == expected)
    }

    @Test func theMixAddsUp() {
        for scenario in Scenario.allCases { #expect(scenario.hundred.count == 100) }
        let mix = Scenario.mix.hundred
        let counts = CallKind.allCases.map { kind in mix.filter { $0 == kind }.count }
        #expect(counts == [0, 60, 20, 10, 10, 0, 0])
    }

    @Test(arguments: [
        (0.0, 0, "0"), (1_234_567.891, 1, "1,234,567.9"), (0.05, 1, "0.1"), (9.96, 1, "10.0"),
        (12.04, 2, "12.04"),
    ])
    func figuresAreReadable(value: Double, digits: Int, expected: String) {
        #expect(Figures.decimal(value, digits: digits) == expected)
    }
}
