internal import Ground
internal import HTTP2

extension ConnectionCalls {
    /// Ends the calls that make no progress.
    func checkCalls(nowNanos: UInt64) {
        forEach { call in owner.with { $0.checkProgress(call, nowNanos) } }
    }
}

/// Calls that stand still because of their client.
///
/// Nothing is noted while bytes move: the periodic look compares how far a call is with how far
/// it was, so the rules cost a call nothing and are late by one period at most.
extension CallWorker {
    /// Less of a request in one period counts for nothing: a link that slow carries no call.
    private static let requestProgressBytes = 256
    /// The same for a reply that the client's flow control lets out byte by byte.
    private static let replyProgressBytes = 1 << 10

    /// Looks at one call. Handlers and streams may take as long as they like, and a deadline is a
    /// rule of its own; who must send or read what is already complete may not.
    func checkProgress(_ call: CallState, _ nowNanos: UInt64) {
        let mark: Int
        let allowed: UInt64
        var isReply = false
        switch call.phase {
        case .request where call.deadlineNanos == .max:
            mark = call.reader.message.count / Self.requestProgressBytes
            allowed = configuration.times.requestBodyNanos
        case .refused:
            mark = 0
            allowed = configuration.times.requestBodyNanos
        case .answered:
            isReply = true
            mark = -1 - (call.output.bytes.count - call.output.sent) / Self.replyProgressBytes
            allowed = configuration.times.replyNanos
        case .free, .headers, .request, .queued, .running, .streaming: return
        }
        if mark != call.progressMark {
            call.progressMark = mark
            call.progressNanos = nowNanos
        }
        guard nowNanos &- call.progressNanos >= allowed else { return }
        worker?.count(isReply ? .slowReader : .slowBody)
        // A reply that nobody takes is given up; its stream ends with CANCEL.
        if isReply { return deadlinePassed(call) }
        if case .refused(let refusal) = call.phase { return answer(call, plainly: refusal) }
        end(
            call,
            Status(
                .deadlineExceeded, "the request did not arrive in time", reason: "REQUEST_STALLED"))
    }
}
