import HTTP2
import Histogram

/// Everything a run found out: what the JSON file holds and the summary is written from.
struct LoadReport: Encodable {
    /// A distribution of latencies in microseconds.
    struct Latency: Encodable {
        var p50 = 0.0
        var p90 = 0.0
        var p99 = 0.0
        var p999 = 0.0
        var p9999 = 0.0
        var max = 0.0
        var count = 0

        enum CodingKeys: String, CodingKey {
            case p50, p90, p99, max, count
            case p999 = "p99.9"
            case p9999 = "p99.99"
        }

        init(_ histogram: Histogram<UInt32>) {
            guard histogram.totalCount > 0 else { return }
            func micros(_ percentile: Double) -> Double {
                Double(histogram.valueAtPercentile(percentile)) / 1_000
            }
            p50 = micros(50)
            p90 = micros(90)
            p99 = micros(99)
            p999 = micros(99.9)
            p9999 = micros(99.99)
            max = Double(histogram.maxRecorded) / 1_000
            count = Int(histogram.totalCount)
        }
    }

    /// The same figures for one kind of call.
    struct Part: Encodable {
        var kind: String
        var calls: Int
        var errors: Int
        var latencyMicros: Latency
        var outcomes: [String: Int]
    }

    var scenario: String
    var address: String
    /// "open loop" or "closed loop".
    var loop: String
    var connections: Int
    var streams: Int
    var rateAskedPerSecond: UInt64?
    var durationSeconds: Double
    var warmupSeconds: Double
    /// Calls meant to be sent in the measured time, however they ended.
    var calls: Int
    var errors: Int
    /// Answers that came in the measured time, per second of it.
    var ratePerSecond: Double
    var latencyMicros: Latency
    /// Answers by "kind OUTCOME"; a business refusal is an answer.
    var outcomes: [String: Int] = [:]
    /// Failed calls by "kind CODE: reason".
    var errorCounts: [String: Int] = [:]
    var parts: [Part] = []
    /// How late sends were for the load generator's own reasons.
    var sendLagMicros: Latency
    /// Sends that were late because every stream was busy.
    var streamWaits: Int
    /// The load generator's processor time, as a share of one core.
    var clientProcessorShare: Double
    /// The share of time in which the load generator had something to do.
    var clientBusyShare: Double
    /// Why the figures say more about something else than about the server.
    var warnings: [String] = []

    init(_ runner: Runner, effort: Effort, lostProblem: String?) {
        let plan = runner.plan
        scenario = plan.scenario.rawValue
        address = plan.address.description
        loop = plan.ratePerSecond == nil ? "closed loop" : "open loop"
        connections = plan.connectionCount
        streams = plan.streamCount
        rateAskedPerSecond = plan.ratePerSecond
        durationSeconds = plan.duration.seconds
        warmupSeconds = plan.warmup.seconds
        calls = runner.answeredCount + runner.failedCount
        errors = runner.failedCount
        ratePerSecond = Double(runner.answeredInTimeCount) / plan.duration.seconds
        latencyMicros = Latency(runner.totalLatency())
        sendLagMicros = Latency(runner.sendLag)
        streamWaits = runner.streamWaitCount
        clientProcessorShare = effort.processorShare
        clientBusyShare = effort.busyShare
        for tally in runner.tallies where tally.answeredCount + tally.failedCount > 0 {
            for (name, count) in tally.outcomes { outcomes["\(tally.kind) \(name)"] = count }
            for (name, count) in tally.errorCounts { errorCounts["\(tally.kind) \(name)"] = count }
            parts.append(
                Part(
                    kind: "\(tally.kind)", calls: tally.answeredCount + tally.failedCount,
                    errors: tally.failedCount, latencyMicros: Latency(tally.latency),
                    outcomes: tally.outcomes))
        }
        if let lostProblem { warnings.append("a connection was lost: \(lostProblem)") }
        addWarnings()
    }

    /// Above this share the load generator had too little room to be trusted.
    static let busyShareMax = 0.9
    /// Sends later than this at p99 distort what is measured.
    static let sendLagMicrosMax = 1_000.0
    /// A rate below this part of what was asked was not reached.
    static let rateShareMin = 0.99

    private mutating func addWarnings() {
        if clientBusyShare > Self.busyShareMax {
            warnings.append(
                "the load generator's own core was saturated: the server may well do better")
        }
        guard let asked = rateAskedPerSecond else { return }
        if sendLagMicros.p99 > Self.sendLagMicrosMax {
            warnings.append(
                "sends fell behind schedule because the load generator did not get to run in "
                    + "time: latencies include its delay")
        }
        if streamWaits > 0 {
            warnings.append(
                "\(Figures.grouped(streamWaits)) calls waited for a free stream: the server is "
                    + "too slow for the rate, or connections x streams too few")
        }
        if ratePerSecond < Double(asked) * Self.rateShareMin {
            warnings.append("the rate that was asked for was not reached")
        }
    }
}

extension Runner {
    var answeredCount: Int { tallies.reduce(0) { $0 + $1.answeredCount } }
    var failedCount: Int { tallies.reduce(0) { $0 + $1.failedCount } }
    var endedCount: Int { answeredCount + failedCount }

    /// Latencies of every kind together.
    func totalLatency() -> Histogram<UInt32> {
        var total = Tally.makeHistogram()
        for tally in tallies where tally.latency.totalCount > 0 { total.add(tally.latency) }
        return total
    }
}
