internal import HTTP2
internal import Yams

extension ConfigurationReader {
    /// Reason: a day is longer than any deployment of clients, and no sum of days overflows.
    private static let secondsMax = 86_400

    /// One time that an operator may set, and where it goes.
    private struct Time {
        let key: String
        let path: WritableKeyPath<ConnectionTimes, UInt64>
    }

    /// Kept behind a function: key paths are not Sendable.
    private static func times() -> [Time] {
        [
            Time(key: "keepalive_seconds", path: \.keepaliveNanos),
            Time(key: "keepalive_answer_seconds", path: \.keepaliveAnswerNanos),
            Time(key: "idle_seconds", path: \.idleNanos),
            Time(key: "age_seconds", path: \.ageNanos),
            Time(key: "grace_seconds", path: \.graceNanos),
            Time(key: "request_body_seconds", path: \.requestBodyNanos),
            Time(key: "write_seconds", path: \.writeNanos),
        ]
    }

    /// How long connections may take; what is not named keeps its default.
    func transport(_ node: Node?) throws(ConfigurationError) -> ConnectionTimes {
        var made = ConnectionTimes()
        guard let node else { return made }
        let times = Self.times()
        let map = try mapping(node, "transport", keys: Set(times.map(\.key)))
        for time in times {
            guard let value = map[time.key] else { continue }
            guard let seconds = value.int, (1...Self.secondsMax).contains(seconds) else {
                throw fault(value, "\(time.key) must be from 1 to \(Self.secondsMax)")
            }
            made[keyPath: time.path] = UInt64(seconds) * 1_000_000_000
        }
        return made
    }
}
