internal import Dispatch
internal import Ground
internal import HTTP2

/// From headers to handler.
extension CallWorker {
    /// The call as handlers see it.
    func handle(for call: CallState, carrying metadata: Metadata? = nil) -> Call {
        Call(
            id: call.id, principal: call.principal, deadlineNanos: call.deadlineNanos,
            worker: self, carried: metadata)
    }

    func headersEnded(_ call: CallState, isOverLimit: Bool) {
        statistics.callsStarted &+= 1
        if let problem = call.head.problem(table, isOverLimit: isOverLimit) {
            return refuse(call, problem)
        }
        guard let registered = call.head.method else {
            preconditionFailure("headers without a method were let through")
        }
        if let timeout = call.head.timeoutNanos {
            let (deadline, overflow) = nowNanos.addingReportingOverflow(timeout)
            if !overflow {
                call.deadlineNanos = deadline
                timers.set(call.slot, deadlineNanos: deadline)
            }
        }
        if !registered.method.isPublic {
            switch hooks.gate(handle(for: call), registered.method) {
            case .success(let principal): call.principal = principal
            case .failure(let status): return finish(call, status)
            }
        }
        if case .streaming(let factory) = registered.method.handler {
            // The factory may answer at once; then there is nothing left to stream.
            call.phase = .running(nil)
            let handler = factory(handle(for: call))
            if case .running = call.phase { call.phase = .streaming(handler) }
        } else {
            call.phase = .request
        }
    }

    func bodyReceived(_ call: CallState, _ bytes: Span<UInt8>) {
        switch call.phase {
        case .request, .streaming: break
        case .free, .headers, .queued, .running, .answered: return
        }
        let before = call.reader.message.count
        defer { requestBytes += call.reader.message.count - before }
        guard requestBytes <= configuration.requestBytesPerWorkerMax else {
            return end(
                call,
                Status(
                    .resourceExhausted, "too many request bytes are waiting", reason: "OVERLOADED"))
        }
        do {
            var offset = 0
            while offset < bytes.count {
                if case .request = call.phase, call.reader.count == 1 {
                    return end(
                        call,
                        Status(
                            .unimplemented, "more than one request message",
                            reason: "MESSAGE_COUNT_WRONG"))
                }
                let isComplete = try call.reader.next(
                    bytes, from: &offset, limit: configuration.receiveLimitBytes)
                if isComplete, case .streaming(let handler) = call.phase {
                    let message = call.reader.message
                    handler.onMessage(message.span)
                }
            }
        } catch {
            end(call, Self.status(of: error))
        }
    }

    private static func status(of problem: FramingProblem) -> Status {
        switch problem {
        case .badFlag(let flag):
            Status(
                .internal, "message flag \(flag) is neither 0 nor 1", reason: "FRAMING_MALFORMED")
        case .compressedWithoutEncoding:
            Status(
                .internal, "a message is compressed, but the call has no grpc-encoding",
                reason: "FRAMING_MALFORMED")
        case .tooLong(let declared, let limit):
            Status(
                .resourceExhausted, "a message of \(declared) bytes; at most \(limit) are taken",
                reason: "MESSAGE_TOO_LARGE")
        }
    }

    func peerEnded(_ call: CallState) {
        call.peerEnded = true
        switch call.phase {
        case .request, .streaming: break
        case .free, .headers, .queued, .running, .answered: return
        }
        guard !call.reader.isInsideMessage else {
            return end(
                call,
                Status(
                    .internal, "the request ends in the middle of a message",
                    reason: "FRAMING_MALFORMED"))
        }
        if case .streaming(let handler) = call.phase { return handler.onHalfClose() }
        guard call.reader.count == 1 else {
            return end(
                call,
                Status(
                    .unimplemented, "the request has no message", reason: "MESSAGE_COUNT_WRONG"))
        }
        call.phase = .queued
        // Calls that were reset in this turn still have their entries, so the queue can be full.
        if !ready.append(call.id) {
            end(
                call,
                Status(
                    .resourceExhausted, "too many calls are waiting", reason: "OVERLOADED"))
        }
    }

    /// Runs the handler of a queued call, unless its time is over.
    func run(_ call: CallState) {
        guard case .queued = call.phase else { return }
        guard call.deadlineNanos > nowNanos else { return deadlinePassed(call) }
        guard let registered = call.head.method else {
            preconditionFailure("a call without a method was queued")
        }
        if registered.method.methodClass == .offloaded { return offload(call, registered.method) }
        call.phase = .running(nil)
        let request = call.reader.message
        switch registered.method.handler {
        case .unary(let handler, _):
            handler(handle(for: call), request.span)
        case .serverStreaming(let handler):
            let made = handler(handle(for: call), request.span)
            if let made, case .running = call.phase { call.phase = .streaming(made) }
        case .streaming:
            preconditionFailure("a streaming method has no queued request")
        }
    }

    private func offload(_ call: CallState, _ method: Method) {
        let isRoom = offloadedCount.withLock { count in
            guard count < configuration.offloadedPerWorkerMax else { return false }
            count += 1
            return true
        }
        guard isRoom else {
            return end(
                call,
                Status(
                    .resourceExhausted, "too many long calls are running", reason: "OVERLOADED"))
        }
        let ticket = OffloadTicket()
        call.phase = .running(ticket)
        let request = call.reader.message
        let handle = handle(for: call, carrying: call.metadata)
        offloadQueue.async { [self] in
            defer { offloadedCount.withLock { $0 -= 1 } }
            guard !ticket.isCancelled else { return }
            guard handle.deadlineNanos > clock.monotonicNanos() else {
                return handle.fail(
                    Status(
                        .deadlineExceeded, "the deadline passed in the queue",
                        reason: "DEADLINE_PASSED"))
            }
            switch method.handler {
            case .unary(let handler, _): handler(handle, request.span)
            case .serverStreaming(let handler):
                if let made = handler(handle, request.span) {
                    deliver(.attach(handle.id, HandedOver(handler: made)))
                }
            case .streaming: preconditionFailure("a streaming method is never offloaded")
            }
        }
    }

    /// The client is gone: the handler is told, once, and there is nobody to answer.
    func abandon(_ call: CallState) {
        let phase = call.phase
        call.phase = .answered
        tellCancelled(call, was: phase)
    }

    private func tellCancelled(_ call: CallState, was phase: CallState.Phase) {
        switch phase {
        case .streaming(let handler): handler.onCancel()
        case .running(let ticket):
            ticket?.cancel()
            if case .unary(_, let cancelled?)? = call.method?.handler {
                cancelled(handle(for: call))
            }
        case .free, .headers, .request, .queued, .answered: break
        }
    }

    func deadlinePassed(_ call: CallState) {
        if case .answered = call.phase {
            // The reply is known and the client does not take it: the stream ends here.
            if let connection = unsafe call.connection, !connection.isClosed {
                connection.session.reset(call.streamID, errorCode: HTTP2ErrorCode.cancel)
                worker?.touch(connection)
            }
            return
        }
        end(call, Status(.deadlineExceeded, "the deadline passed", reason: "DEADLINE_PASSED"))
    }

    /// Ends a call against its handler's will.
    func end(_ call: CallState, _ status: Status) {
        let phase = call.phase
        finish(call, status)
        tellCancelled(call, was: phase)
    }
}
