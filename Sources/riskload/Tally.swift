import GRPC
import Histogram

/// What came of the calls of one kind.
struct Tally {
    /// Different errors that are told apart; the rest is counted together, so that a server that
    /// writes something new into every message cannot fill our memory.
    static let errorKindsMax = 64
    /// Outcome values that are told apart.
    static let outcomeValuesMax = 32

    let kind: CallKind
    /// Latencies of answered calls in nanoseconds, kept to about 0.5 us and three digits.
    private(set) var latency = Tally.makeHistogram()
    private(set) var answeredCount = 0
    private(set) var failedCount = 0
    /// By value; empty when every answer means the same.
    private let outcomeNames: [Int: String]
    private var outcomeCounts = [Int](repeating: 0, count: Tally.outcomeValuesMax)
    private(set) var errorCounts: [String: Int] = [:]

    init(kind: CallKind) {
        self.kind = kind
        outcomeNames = kind.outcomeNames
    }

    /// A histogram for up to an hour.
    static func makeHistogram() -> Histogram<UInt32> {
        Histogram(
            lowestDiscernibleValue: 1_000, highestTrackableValue: 3_600_000_000_000,
            numberOfSignificantValueDigits: .three)
    }

    /// Notes an answered or failed call.
    mutating func add(_ result: ClientResult, latencyNanos: UInt64) {
        switch result {
        case .answer(let message):
            guard let value = outcome(message) else {
                return addFailure("INTERNAL: the answer is no protobuf message")
            }
            answeredCount += 1
            outcomeCounts[min(Int(clamping: value), Self.outcomeValuesMax - 1)] += 1
            _ = latency.record(max(latencyNanos, 1))
        case .failure(let status, let reason):
            addFailure("\(Self.name(status.code)): \(reason ?? String(status.message.prefix(120)))")
        }
    }

    /// What an answer means; nil when it is no message. A batch is done when all of it is.
    private func outcome(_ message: ArraySlice<UInt8>) -> UInt64? {
        if outcomeNames.isEmpty { return 0 }
        guard kind == .batch else { return ProtobufFields.integer(1, in: message) }
        return ProtobufFields.integers(2, in: message).map { $0.allSatisfy { $0 == 1 } ? 1 : 0 }
    }

    /// Notes failed calls under a name.
    mutating func addFailure(_ name: String, count: Int = 1) {
        guard count > 0 else { return }
        failedCount += count
        let isKept = errorCounts[name] != nil || errorCounts.count < Self.errorKindsMax
        errorCounts[isKept ? name : "other errors", default: 0] += count
    }

    /// Answered calls by outcome, named; an answer without an outcome is ANSWERED.
    var outcomes: [String: Int] {
        var named: [String: Int] = [:]
        for (value, count) in outcomeCounts.enumerated() where count > 0 {
            let name = outcomeNames.isEmpty ? "ANSWERED" : outcomeNames[value] ?? "\(value)"
            named[name] = count
        }
        return named
    }

    /// The code as the standard writes it: DEADLINE_EXCEEDED.
    private static func name(_ code: StatusCode) -> String {
        var text = ""
        for letter in "\(code)" {
            if letter.isUppercase { text.append("_") }
            text.append(contentsOf: letter.uppercased())
        }
        return text
    }
}
