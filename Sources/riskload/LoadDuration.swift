import ArgumentParser

/// A length of time as people write it: "30s", "500ms", "2m" or "1h".
struct LoadDuration: ExpressibleByArgument, Equatable {
    /// The longest that is taken: a day. Longer runs are better cut into pieces.
    static let nanosMax: UInt64 = 86_400 * 1_000_000_000
    let nanos: UInt64

    init(nanos: UInt64) {
        self.nanos = nanos
    }

    /// Nil unless it is a whole number with a unit, at most a day.
    init?(argument: String) {
        let units: [(suffix: String, nanos: UInt64)] = [
            ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ]
        for unit in units where argument.hasSuffix(unit.suffix) {
            guard let number = UInt64(argument.dropLast(unit.suffix.count)) else { continue }
            let (nanos, overflow) = number.multipliedReportingOverflow(by: unit.nanos)
            guard !overflow, nanos <= Self.nanosMax else { return nil }
            self.nanos = nanos
            return
        }
        return nil
    }

    var seconds: Double { Double(nanos) / 1e9 }

    /// The text that `init(argument:)` takes again, for --help.
    var defaultValueDescription: String {
        nanos % 1_000_000_000 == 0 ? "\(nanos / 1_000_000_000)s" : "\(nanos / 1_000_000)ms"
    }
}
