internal import GRPC

/// The replies of a ServerStream or BidiStream call, and when each is sent.
///
/// Thread: the call's worker.
final class ConformanceReplies: StreamHandler, @unchecked Sendable {
    // Sendable because events and timers both run on the call's worker.

    private enum Shape {
        case serverStream
        /// Nothing has come yet.
        case bidiUnknown
        /// All replies after all requests.
        case bidiHalf
        /// A reply for each request.
        case bidiFull
    }

    private let call: ConformanceCall
    private var shape: Shape
    private var definition: ReplyDefinition?
    /// Requests that were taken and that no reply has repeated.
    private var requests: [PackedMessage] = []
    /// Requests that came while a reply was waited for.
    private var waitingRequests: [PackedMessage] = []
    private var keptBytes = 0
    private var sentCount = 0
    private var isWaiting = false
    /// Whether a request was taken whose reply has not been sent.
    private var owesReply = false
    /// Whether all that is left is to send: no request counts any more.
    private var isFlushing = false
    private var hasHalfClosed = false
    private var isOver = false

    /// A BidiStream call.
    init(_ call: Call) {
        self.call = ConformanceCall(call)
        shape = .bidiUnknown
    }

    /// A ServerStream call with its one request.
    init(_ call: Call, serverStream definition: ReplyDefinition?, _ request: PackedMessage) {
        self.call = ConformanceCall(call)
        shape = .serverStream
        requests = [request]
        begin(definition)
        isFlushing = true
        advance()
    }

    func onMessage(_ message: Span<UInt8>) {
        guard !isOver, !isFlushing else { return }
        keptBytes += message.count
        guard keptBytes <= ConformanceUpload.keptBytesMax else {
            return end(Status(.resourceExhausted, "the requests cannot be repeated"))
        }
        if shape == .bidiUnknown {
            guard let request = ConformanceMessages.bidiRequest(message) else {
                isOver = true
                return call.refuse()
            }
            shape = request.isFullDuplex ? .bidiFull : .bidiHalf
            begin(request.definition)
        }
        waitingRequests.append(ConformanceMessages.packed("BidiStreamRequest", message))
        advance()
    }

    func onHalfClose() {
        guard shape != .serverStream else { return }
        hasHalfClosed = true
        advance()
    }

    func onCancel() {
        isOver = true
    }

    func onWritable() {
        advance()
    }

    private var replyCount: Int { definition?.replies.count ?? 0 }

    private func begin(_ definition: ReplyDefinition?) {
        self.definition = definition
        guard let definition else { return }
        guard call.addMetadata(definition) else {
            isOver = true
            return
        }
        // A client may wait for the headers before it sends on; half-duplex it may not.
        if shape != .bidiHalf, !definition.replies.isEmpty { call.call.sendHeaders() }
    }

    /// Goes on until there is something to wait for.
    private func advance() {
        while !isOver, !isWaiting {
            if owesReply || isFlushing && sentCount < replyCount {
                guard sendNext() else { return }
            } else if isFlushing {
                return end(endStatus)
            } else if !waitingRequests.isEmpty {
                take(waitingRequests.removeFirst())
            } else if hasHalfClosed {
                isFlushing = true
                if shape == .bidiHalf, replyCount > 0 { call.call.sendHeaders() }
            } else {
                return
            }
        }
    }

    private func take(_ request: PackedMessage) {
        requests.append(request)
        guard shape == .bidiFull else { return }
        // A request for which no reply is left ends the call, with the error if there is one.
        if sentCount < replyCount { owesReply = true } else { isFlushing = true }
    }

    /// Sends the next reply now or after its delay; false when there is no room for it.
    private func sendNext() -> Bool {
        guard call.call.isWritable else { return false }
        guard let delayMillis = definition?.delayMillis, delayMillis > 0 else {
            emit()
            return true
        }
        isWaiting = true
        CallTimer.after(micros: delayMillis * 1_000, call.call) {
            self.isWaiting = false
            guard !self.isOver else { return }
            self.emit()
            self.advance()
        }
        return true
    }

    private func emit() {
        guard let definition else { return }
        var seen: SeenRequest?
        if sentCount == 0 {
            seen = call.seen(requests)
        } else if shape == .bidiFull, !isFlushing {
            seen = SeenRequest(requests: requests)
        }
        call.call.send(ConformanceMessages.reply(data: definition.replies[sentCount], seen))
        sentCount += 1
        owesReply = false
        requests = []
        if shape == .bidiFull { keptBytes = 0 }
    }

    private var endStatus: Status {
        guard let error = definition?.error else { return .ok }
        return ConformanceMessages.status(error, sentCount == 0 ? call.seen(requests) : nil)
    }

    private func end(_ status: Status) {
        isOver = true
        call.call.finish(status)
    }
}
