import ArgumentParser
import Foundation
import Ground
import HTTP2

/// Puts a gRPC server of creditrisk.v1 under load and says honestly how it did.
@main
struct RiskloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "riskload",
        abstract: "Puts a riskd under load and says honestly how it did.",
        discussion: """
            By default an open loop: calls are meant to be sent evenly at --rate, whatever the \
            server does, and latency counts from the intended send time. With --closed each \
            stream sends its next call when the last was answered.

            score, graph and evaluate need subjects that exist, with their features: the demo's \
            are applicant-0000 to applicant-0999, loaded by the demo of clients/python. reserve, \
            reserve-hot, get-line, batch and mix first open --lines credit lines with a limit of \
            10^15 minor units of EUR. mix is 60% score, 20% graph, 10% reserve, 10% evaluate.

            Exit codes: 0 done, 1 failed (no call was answered), 64 bad usage, 69 unreachable.
            """)

    @Option(help: "The server, HOST:PORT, spoken to in cleartext HTTP/2.")
    var addr = "127.0.0.1:50051"
    @Option(help: "The tenant's API key. Without it no credential is sent.")
    var key = ""
    @Option(help: "What to call: \(Scenario.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scenario: Scenario
    @Option(help: "Calls per second of the open loop, 1 to 10,000,000.")
    var rate: UInt64?
    @Option(help: "The measured time, such as 30s, 500ms or 2m.")
    var duration = LoadDuration(nanos: 30_000_000_000)
    @Option(help: "Load before the measured time, not counted.")
    var warmup = LoadDuration(nanos: 5_000_000_000)
    @Option(help: "Connections, 1 to 4,096.")
    var connections = 8
    @Option(help: "Calls in flight on each connection at most, 1 to 1,024.")
    var streams = 10
    @Flag(help: "A closed loop instead of an open one; excludes --rate.")
    var closed = false
    @Option(help: "Subjects that exist: PREFIX:COUNT, numbered from 0000.")
    var subjects = SubjectRange.demo
    @Option(help: "The model that score asks for.")
    var model = "german_scorecard"
    @Option(help: "The product of evaluate and of the lines that are opened.")
    var product = "instalment"
    @Option(help: "Credit lines to open first, 1 to 1,000,000.")
    var lines = 1_000
    @Option(help: "The first of --lines lines, numbered in a row, that are there: opens none.")
    var opened: Int64?
    @Option(help: "Holds to place on them first, 0 to 4,000,000.")
    var holds = 0
    @Option(help: "Operations of a batch, 1 to 8,000.")
    var batch = 8_000
    @Flag(help: "Every reservation takes from one line.")
    var hot = false
    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1
    @Option(help: "Also writes the report to this file as JSON.")
    var json: String?

    func validate() throws {
        if closed, rate != nil {
            throw ValidationError("--closed has no rate: leave out --rate or --closed")
        }
        if !closed, rate == nil {
            throw ValidationError("an open loop needs --rate; or give --closed")
        }
        if let rate, !(1...10_000_000).contains(rate) {
            throw ValidationError("--rate is from 1 to 10,000,000")
        }
        if duration.nanos == 0 { throw ValidationError("--duration is longer than nothing") }
        if !(1...4_096).contains(connections) {
            throw ValidationError("--connections is from 1 to 4,096")
        }
        if !(1...1_024).contains(streams) { throw ValidationError("--streams is from 1 to 1,024") }
        if !(1...1_000_000).contains(lines) {
            throw ValidationError("--lines is from 1 to 1,000,000")
        }
        if let opened, !(1...Int64(UInt32.max)).contains(opened) {
            throw ValidationError("--opened is from 1 to \(UInt32.max)")
        }
        if !(0...4_000_000).contains(holds) {
            throw ValidationError("--holds is from 0 to 4,000,000")
        }
        if !(1...8_000).contains(batch) { throw ValidationError("--batch is from 1 to 8,000") }
        if key.utf8.contains(where: { $0 < 0x21 || $0 > 0x7e }) {
            throw ValidationError("--key is printable ASCII without spaces")
        }
    }

    func run() throws {
        ProcessorTime.sleepPrecisely()
        do {
            let report = try measure()
            print(report.text)
            if let json { try write(report, to: json) }
            guard report.calls > report.errors || report.ratePerSecond > 0 else {
                throw ExitCode(1)
            }
        } catch let error as LoadError {
            ProgressLine.write("riskload: \(error)\n")
            throw error.exitCode
        }
    }

    private func measure() throws(LoadError) -> LoadReport {
        let clock = SystemClock()
        let plan = try plan()
        let wallMicros = UInt64(clock.wallMicros())
        let requestID = RequestID(
            runSeed: wallMicros << 20 ^ UInt64(ProcessInfo.processInfo.processIdentifier),
            nowMillis: wallMicros / 1_000)
        var maker = RequestMaker(seed: seed, requestID: requestID, subject: plan.subject)
        if plan.scenario.needsLines {
            maker = try LedgerFiller(plan: plan, maker: maker, clock: clock).fill()
            if opened == nil {
                ProgressLine.write("opened \(Figures.grouped(lines)) credit lines\n")
            }
            if holds > 0 { ProgressLine.write("placed \(Figures.grouped(holds)) holds\n") }
        }
        var progress = ProgressLine()
        let report = try Runner(plan: plan, maker: maker, clock: clock).run(&progress)
        progress.end()
        return report
    }

    private func plan() throws(LoadError) -> LoadPlan {
        let address: ClientAddress
        do {
            address = try ClientAddress(addr)
        } catch {
            throw error.isMalformed ? .badUsage(error.description) : .unreachable(error.description)
        }
        return LoadPlan(
            address: address, key: key, scenario: scenario, ratePerSecond: closed ? nil : rate,
            duration: duration, warmup: warmup, connectionCount: connections,
            streamCount: streams, lineCount: lines, openedLine: opened, holdCount: holds,
            batchCount: batch,
            seed: seed,
            subject: RequestMaker.Subject(
                subjects: subjects, model: model, product: product,
                isHot: hot || scenario == .reserveHot, batchCount: batch))
    }

    private func write(_ report: LoadReport, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(report).write(to: URL(fileURLWithPath: path))
        } catch {
            throw LoadError.failed("the report cannot be written to \(path): \(error)")
        }
    }
}
