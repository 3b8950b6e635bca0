internal import GRPC

/// Sends what requests ask for, in their order: each message when its time has come and the
/// client has room for it.
///
/// Thread: the call's worker.
final class Download: StreamHandler, @unchecked Sendable {
    // Sendable because events and timers both run on the call's worker.

    /// When the requests of a stream are answered.
    enum Order {
        /// Each at once.
        case immediate
        /// All of them after the client's last.
        case afterHalfClose
    }

    private enum Step {
        case report(LoadReport)
        case wait(micros: Int)
        case message(bytes: Int, isCompressed: Bool)
        case finish(Status)
    }

    /// Steps of one call that have not been done. Reason: a client that asks for more than it
    /// reads is told so before it costs memory.
    private static let stepsMax = 1 << 16
    /// The longest payload. Reason: a reply above 16 MiB is over the server's limit anyway.
    static let payloadBytesMax = 8 << 20

    private let call: Call
    private let reports: LoadReports
    private var steps: [Step] = []
    private var done = 0
    private var isHeld: Bool
    /// Whether a timer or the right to set the report is being waited for.
    private var isWaiting = false
    private var isOver = false
    /// Whether the client has ended or the status is known: no more requests count.
    private var isComplete = false
    private var ticket: UInt64?

    init(_ call: Call, _ reports: LoadReports, _ order: Order) {
        self.call = call
        self.reports = reports
        isHeld = order == .afterHalfClose
    }

    func onMessage(_ message: Span<UInt8>) {
        guard !isComplete, !isOver else { return }
        guard let request = TestMessages.downloadRequest(message), request.isCompressable else {
            return end(Status(.invalidArgument, "the request is not one that can be answered"))
        }
        add(request)
        advance()
    }

    func onHalfClose() {
        isHeld = false
        if !isComplete {
            isComplete = true
            steps.append(.finish(.ok))
        }
        advance()
    }

    func onCancel() {
        isOver = true
        giveBack()
    }

    func onWritable() {
        advance()
    }

    private func add(_ request: DownloadRequest) {
        if let report = request.outOfBandReport { steps.append(.report(report)) }
        if let status = request.status {
            isComplete = true
            steps.append(.finish(status))
            return
        }
        guard steps.count - done + request.messages.count * 2 <= Self.stepsMax else {
            return end(Status(.resourceExhausted, "more messages are wanted than are read"))
        }
        // The headers announce the encoding, so it is asked for before the first message.
        if request.messages.contains(where: \.isCompressed) { call.compressesReplies(true) }
        for wanted in request.messages {
            guard (0...Self.payloadBytesMax).contains(wanted.bytes) else {
                return end(
                    Status(.invalidArgument, "a payload has 0 to \(Self.payloadBytesMax) bytes"))
            }
            if wanted.intervalMicros > 0 { steps.append(.wait(micros: wanted.intervalMicros)) }
            steps.append(.message(bytes: wanted.bytes, isCompressed: wanted.isCompressed))
        }
    }

    /// Does every step that can be done now.
    private func advance() {
        while !isHeld, !isWaiting, !isOver, done < steps.count {
            switch steps[done] {
            case .report(let report):
                guard takeReports() else { return }
                reports.set(report)
            case .wait(let micros):
                isWaiting = true
                CallTimer.after(micros: micros, call) { self.goOn() }
            case .message(let bytes, let isCompressed):
                guard call.isWritable else { return }
                call.compressesReplies(isCompressed)
                call.send(
                    TestMessages.downloadResponse(body: [UInt8](repeating: 0, count: bytes)))
            case .finish(let status): return end(status)
            }
            done += 1
            if done == steps.count {
                steps.removeAll(keepingCapacity: true)
                done = 0
            }
        }
    }

    private func goOn() {
        isWaiting = false
        advance()
    }

    /// Whether the call may set the report now; if not, it goes on when it may.
    private func takeReports() -> Bool {
        if ticket != nil { return true }
        let asked = reports.take { [self] in call.runOnWorker { self.goOn() } }
        ticket = asked.ticket
        isWaiting = !asked.isGranted
        return asked.isGranted
    }

    private func end(_ status: Status) {
        isOver = true
        giveBack()
        call.finish(status)
    }

    private func giveBack() {
        if let ticket { reports.release(ticket) }
        ticket = nil
    }
}
