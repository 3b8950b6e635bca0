internal import Dispatch
internal import Ground
internal import HTTP2

/// From headers to handler.
extension CallWorker {
    /// The call as handlers see it.
    func handle(for call: CallState, carrying carried: CarriedHead? = nil) -> Call {
        Call(
            id: call.id, principal: call.principal, deadlineNanos: call.deadlineNanos,
            worker: self, carried: carried)
    }

    func headersEnded(_ call: CallState, isOverLimit: Bool) {
        statistics.callsStarted &+= 1
        call.progressNanos = nowNanos
        if let problem = beginRare(call) ?? call.head.problem(table, isOverLimit: isOverLimit) {
            return refuse(call, problem)
        }
        if call.head.encoding == .gzip { call.reader.takesCompressed = true }
        guard let method = call.head.method else {
            preconditionFailure("headers without a method were let through")
        }
        method.with { admit(call, $0) }
    }

    /// Sets the deadline, asks the gate and finds out whether the call may wait.
    private func admit(_ call: CallState, _ registered: RegisteredMethod) {
        call.methodIndex = registered.index
        if let timeout = call.head.timeoutNanos {
            let (deadline, overflow) = nowNanos.addingReportingOverflow(timeout)
            if !overflow {
                call.deadlineNanos = deadline
                timers.set(call.slot, deadlineNanos: deadline)
            }
        }
        if !registered.isPublic {
            switch hooks.gate(handle(for: call), registered.method) {
            case .success(let principal):
                call.principal = principal
                call.tenant = hooks.tenant(principal)
            case .failure(let status): return finish(call, status)
            }
        }
        if let waitMillis = overloadMillis(call) {
            statistics.callsShed &+= 1
            return finish(
                call, .overloaded("too many calls are waiting", pushbackMillis: waitMillis))
        }
        if registered.unary != nil {
            call.phase = .request
        } else if case .streaming(let factory) = registered.method.handler {
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
        case .request: readRequest(call, bytes)
        case .streaming: keepInput(call, bytes)
        case .refused: giveBack(call, bytes.count)
        case .free, .headers, .queued, .running, .answered: return
        }
    }

    /// Takes a piece of the one message of a unary call.
    private func readRequest(_ call: CallState, _ bytes: Span<UInt8>) {
        guard takesRequestBytes(call, bytes.count) else { return }
        defer { countRequestBytes(call) }
        do {
            var offset = 0
            while offset < bytes.count {
                guard call.reader.count == 0 else {
                    return end(
                        call,
                        Status(
                            .unimplemented, "more than one request message",
                            reason: "MESSAGE_COUNT_WRONG"))
                }
                let isComplete = try call.reader.next(
                    bytes, from: &offset, limit: configuration.receiveLimitBytes)
                guard isComplete else { continue }
                call.siblings?.with { $0.counts.received(nowNanos) }
                if call.reader.isCompressed { try inflate(call) }
            }
            giveBack(call, bytes.count)
        } catch {
            end(call, error.status)
        }
    }

    func peerEnded(_ call: CallState) {
        call.peerEnded = true
        switch call.phase {
        case .request: break
        case .streaming: return enqueueStream(call)
        case .refused(let refusal): return answer(call, plainly: refusal)
        case .free, .headers, .queued, .running, .answered: return
        }
        guard !call.reader.isInsideMessage else { return end(call, Self.requestTruncated) }
        guard call.reader.count == 1 else {
            return end(
                call,
                Status(
                    .unimplemented, "the request has no message", reason: "MESSAGE_COUNT_WRONG"))
        }
        call.phase = .queued
        enqueue(call)
    }

    static let requestTruncated = Status(
        .internal, "the request ends in the middle of a message", reason: "FRAMING_MALFORMED")

    /// Runs the handler of a queued call, unless its time is over.
    func run(_ call: CallState) {
        guard case .queued = call.phase else { return }
        guard call.deadlineNanos > nowNanos else { return deadlinePassed(call) }
        guard let method = call.head.method else {
            preconditionFailure("a call without a method was queued")
        }
        method.with { run(call, $0) }
    }

    private func run(_ call: CallState, _ registered: RegisteredMethod) {
        if registered.methodClass.isOffloaded(requestBytes: call.reader.message.count) {
            return offload(call, registered.method)
        }
        call.phase = .running(nil)
        let handle = handle(for: call)
        if let unary = registered.unary {
            return call.reader.message.withSpan { unary(handle, $0) }
        }
        guard case .serverStreaming(let handler) = registered.method.handler else {
            preconditionFailure("a streaming method has no queued request")
        }
        let made = call.reader.message.withSpan { handler(handle, $0) }
        if let made, case .running = call.phase { call.phase = .streaming(made) }
    }

    private func offload(_ call: CallState, _ method: Method) {
        let isRoom = offloadedCount.withLock { count in
            guard count < configuration.offloadedPerWorkerMax else { return false }
            count += 1
            return true
        }
        guard isRoom else {
            statistics.callsShed &+= 1
            return end(
                call,
                .overloaded(
                    "too many long calls are running",
                    pushbackMillis: Self.offloadPushbackMillis))
        }
        let ticket = OffloadTicket()
        call.phase = .running(ticket)
        let request = call.reader.message.copied()
        let handle = handle(for: call, carrying: CarriedHead(call))
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
        switch phase {
        case .answered: return
        // Not counted as started, or counted as failed.
        case .free, .headers, .refused: break
        case .request, .queued, .running, .streaming: statistics.callsAbandoned &+= 1
        }
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
        case .free, .headers, .request, .refused, .queued, .answered: break
        }
    }

    func deadlinePassed(_ call: CallState) {
        if case .answered = call.phase {
            // The reply is known and the client does not take it: the stream ends here.
            call.connection?.with { connection in
                guard !connection.isClosed else { return }
                connection.session.reset(call.streamID, errorCode: HTTP2ErrorCode.cancel)
                worker?.touch(connection)
            }
            return
        }
        if case .queued = call.phase { statistics.callsExpiredInQueue &+= 1 }
        end(call, Status(.deadlineExceeded, "the deadline passed", reason: "DEADLINE_PASSED"))
    }

    /// Ends a call against its handler's will.
    func end(_ call: CallState, _ status: Status) {
        let phase = call.phase
        if queue.contains(call.slot) { queue.remove(call.slot) }
        finish(call, status)
        tellCancelled(call, was: phase)
    }
}
