internal import GRPC
internal import Ground

/// The load that the server reports outside of calls, and who may set it.
///
/// One call at a time owns the report until it ends, so that tests which run side by side do not
/// see each other's figures; others wait their turn. Thread: any.
final class LoadReports: Sendable {
    private struct State {
        var report = LoadReport()
        var owner: UInt64?
        var nextTicket: UInt64 = 1
        var waiting: [(ticket: UInt64, granted: @Sendable () -> Void)] = []
    }

    /// Reports come no faster than this; what a client asks for below it becomes this.
    private static let intervalMillisMin: Int64 = 100
    private static let intervalMillisMax: Int64 = 3_600_000

    private let state = Lock(State())

    /// What is reported now.
    var current: LoadReport { state.withLock { $0.report } }

    /// Asks for the right to set the report; gives the ticket and whether the right is there.
    ///
    /// If not, `granted` runs when it is, on the thread that releases it.
    func take(_ granted: @escaping @Sendable () -> Void) -> (ticket: UInt64, isGranted: Bool) {
        state.withLock { state in
            let ticket = state.nextTicket
            state.nextTicket += 1
            guard state.owner != nil else {
                state.owner = ticket
                return (ticket, true)
            }
            state.waiting.append((ticket: ticket, granted: granted))
            return (ticket, false)
        }
    }

    /// Gives the right back, or leaves the queue; then the next in it has the right.
    func release(_ ticket: UInt64) {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.owner == ticket else {
                state.waiting.removeAll { $0.ticket == ticket }
                return nil
            }
            guard !state.waiting.isEmpty else {
                state.owner = nil
                return nil
            }
            let first = state.waiting.removeFirst()
            state.owner = first.ticket
            return first.granted
        }
        next?()
    }

    /// Sets what is reported; only for the owner.
    func set(_ report: LoadReport) {
        state.withLock { $0.report = report }
    }

    /// xds.service.orca.v3.OpenRcaService.
    var methods: [Method] {
        [
            .serverStreaming("/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics") {
                [self] call, request in
                guard let asked = TestMessages.reportIntervalMillis(request) else {
                    call.fail(Status(.invalidArgument, "the request is no OrcaLoadReportRequest"))
                    return nil
                }
                let millis = min(max(asked, Self.intervalMillisMin), Self.intervalMillisMax)
                let stream = LoadReportStream(call, self, intervalMicros: Int(millis) * 1_000)
                stream.tell()
                return stream
            }
        ]
    }
}

/// One client that is told the load after each interval.
final class LoadReportStream: StreamHandler, @unchecked Sendable {
    // Sendable because events and timers both run on the call's worker.
    private let call: Call
    private let reports: LoadReports
    private let intervalMicros: Int
    private var isOver = false

    init(_ call: Call, _ reports: LoadReports, intervalMicros: Int) {
        self.call = call
        self.reports = reports
        self.intervalMicros = intervalMicros
    }

    /// Sends a report, unless the client has not read the last ones, and sets the next timer.
    func tell() {
        guard !isOver else { return }
        if call.isWritable { call.send(reports.current.serialized) }
        CallTimer.after(micros: intervalMicros, call) { self.tell() }
    }

    func onCancel() {
        isOver = true
    }
}
