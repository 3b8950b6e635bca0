/// The summary for people.
extension LoadReport {
    /// Lines of at most 100 columns, the errors' own texts aside.
    var text: String {
        var lines = [heading, ""]
        lines.append(
            "calls     \(Figures.grouped(calls)), answered \(Figures.grouped(calls - errors)), "
                + "errors \(Figures.grouped(errors))")
        let reached = Figures.decimal(ratePerSecond, digits: 0)
        let asked = rateAskedPerSecond.map { " of \(Figures.grouped(Int($0)))/s asked" } ?? ""
        lines.append("rate      \(reached)/s\(asked)")
        lines += latencyLines
        lines += counted("outcomes", outcomes)
        lines += counted("errors", errorCounts)
        lines.append(
            "client    \(percent(clientProcessorShare)) of one core, busy "
                + "\(percent(clientBusyShare)) of the time" + lagText)
        lines += warnings.map { "warning   \($0)" }
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        let rate = rateAskedPerSecond.map { " at \(Figures.grouped(Int($0)))/s" } ?? ""
        return "riskload  \(scenario) on \(address), \(loop)\(rate), "
            + "\(connections) x \(streams) streams, \(seconds(durationSeconds)) after "
            + "\(seconds(warmupSeconds)) of warm-up"
    }

    private var latencyLines: [String] {
        let from =
            rateAskedPerSecond == nil ? "from the send" : "from the intended send time"
        let titles = ["p50", "p90", "p99", "p99.9", "p99.99", "max"]
        var lines = ["latency   microseconds, \(from), answered calls"]
        lines.append(
            Figures.left("", 10) + Figures.left("", 10)
                + titles.map { Figures.right($0, 13) }.joined())
        for part in parts { lines.append(row(part.kind, part.latencyMicros)) }
        if parts.count > 1 { lines.append(row("all", latencyMicros)) }
        return lines
    }

    private func row(_ name: String, _ latency: Latency) -> String {
        let values = [
            latency.p50, latency.p90, latency.p99, latency.p999, latency.p9999, latency.max,
        ]
        let shown = values.map { latency.count > 0 ? Figures.decimal($0, digits: 1) : "-" }
        return Figures.left("", 10) + Figures.left(name, 10)
            + shown.map { Figures.right($0, 13) }.joined()
    }

    private func counted(_ title: String, _ counts: [String: Int]) -> [String] {
        let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !ordered.isEmpty else { return [Figures.left(title, 10) + "none"] }
        return ordered.enumerated().map { index, entry in
            Figures.left(index == 0 ? title : "", 10)
                + Figures.right(Figures.grouped(entry.value), 12) + "  " + entry.key
        }
    }

    private var lagText: String {
        guard rateAskedPerSecond != nil else { return "" }
        return "; sends late by p50 \(Figures.decimal(sendLagMicros.p50, digits: 0)), "
            + "p99 \(Figures.decimal(sendLagMicros.p99, digits: 0)), "
            + "max \(Figures.decimal(sendLagMicros.max, digits: 0)) us"
    }

    private func percent(_ share: Double) -> String {
        Figures.decimal(max(share, 0) * 100, digits: 0) + "%"
    }

    private func seconds(_ value: Double) -> String {
        Figures.decimal(value, digits: value == value.rounded() ? 0 : 1) + " s"
    }
}
