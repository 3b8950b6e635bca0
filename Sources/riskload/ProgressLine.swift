import Glibc
import Histogram

/// The line on stderr that says how a run is doing: each second, in place on a terminal.
struct ProgressLine {
    private static let terminalNanos: UInt64 = 1_000_000_000
    /// In a log, fewer lines say as much.
    private static let logNanos: UInt64 = 10_000_000_000
    private let isTerminal = isatty(2) == 1
    private var nextNanos: UInt64 = 0
    private var lastNanos: UInt64 = 0
    private var lastCount = 0
    private var isShown = false

    /// Shows the line when it is time.
    mutating func show(_ runner: Runner, nowNanos: UInt64, inFlightCount: Int) {
        guard nowNanos >= nextNanos else { return }
        let step = isTerminal ? Self.terminalNanos : Self.logNanos
        let isFirst = nextNanos == 0
        nextNanos = nowNanos + step
        defer {
            lastNanos = nowNanos
            lastCount = runner.endedCount
        }
        guard !isFirst else { return }
        let elapsed = Double(nowNanos - runner.beginNanos) / 1e9
        var text = "\(Figures.decimal(elapsed, digits: 0)) s"
        if nowNanos < runner.measureNanos {
            text += "  warming up"
        } else {
            let rate = Double(runner.endedCount - lastCount) / Double(nowNanos - lastNanos) * 1e9
            let late = Figures.micros(runner.totalLatency().valueAtPercentile(99))
            text += "  \(Figures.grouped(Int(rate)))/s  p99 \(late) us"
            text += "  errors \(Figures.grouped(runner.failedCount))"
        }
        text += "  in flight \(inFlightCount)"
        isShown = true
        Self.write((isTerminal ? "\r\u{1b}[K" : "") + text + (isTerminal ? "" : "\n"))
    }

    /// Ends the line, so that what follows starts afresh.
    func end() {
        if isShown, isTerminal { Self.write("\n") }
    }

    /// Writes to stderr; where nobody listens nothing is lost.
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
