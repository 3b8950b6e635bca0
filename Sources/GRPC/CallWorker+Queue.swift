internal import Ground
internal import HTTP2

/// Calls that wait for their handlers: who is next, who is refused, who is held.
extension CallWorker {
    /// Handlers run that long in every turn, also when reading took a whole slice.
    private static let sliceNanosMin: UInt64 = 100_000
    /// Handler time, by estimates, after which the clock is read again: a slice ends on time.
    private static let clockNanosMax: UInt64 = 50_000
    /// A shorter wait is never a reason to refuse: the estimate is no better than that.
    private static let overloadNanosMin = 1_000_000.0
    /// When a call may come back that was refused for another reason than its wait.
    static let offloadPushbackMillis: Int32 = 100
    private static let bytesPushbackMillis: Int32 = 1_000
    private static let pushbackMillisMax = 10_000.0

    /// Lets a call wait for its handler, in the flow of its tenant on its connection.
    func enqueue(_ call: CallState) {
        call.siblings?.with { siblings in
            let flow = queue.flow(of: call.tenant, connection: &siblings.flow)
            if siblings.isFull { queue.hold(connection: siblings.flow) }
            queue.append(
                call.slot, flow: flow, costNanos: costs.estimateNanos(call.methodIndex))
        }
    }

    /// Runs waiting calls until the slice is over or nobody is left. Gives whether any ran.
    func runSlice() -> Bool {
        guard !queue.isIdle else { return false }
        nowNanos = clock.monotonicNanos()
        let endNanos = max(
            pace.turnBeganNanos + configuration.sliceNanosMax, nowNanos + Self.sliceNanosMin)
        var isClockFresh = true
        var unreadNanos: UInt64 = 0
        while let (slot, flow) = queue.popFirst() {
            let method = slots[slot].with { $0.methodIndex }
            var nanos = UInt64(costs.estimateNanos(method))
            if costs.mustMeasure(method) {
                if !isClockFresh { nowNanos = clock.monotonicNanos() }
                let beganNanos = nowNanos
                slots[slot].with { serve($0) }
                nowNanos = clock.monotonicNanos()
                nanos = nowNanos - beganNanos
                costs.learn(method, nanos: nanos)
                isClockFresh = true
                unreadNanos = 0
            } else {
                slots[slot].with { serve($0) }
                unreadNanos += nanos
                isClockFresh = unreadNanos >= Self.clockNanosMax
                if isClockFresh {
                    nowNanos = clock.monotonicNanos()
                    unreadNanos = 0
                }
            }
            queue.charge(flow, nanos: nanos)
            pace.ran(nanos: nanos)
            if nowNanos >= endNanos { break }
        }
        return true
    }

    private func serve(_ call: CallState) {
        switch call.phase {
        case .queued: run(call)
        case .streaming(let handler): serve(call, handler)
        // The call ended while it waited.
        case .free, .headers, .request, .refused, .running, .answered: break
        }
    }

    // MARK: Too much to do

    /// After how many milliseconds a call that has just come should come again instead of waiting:
    /// when it would wait past its deadline or past the bound. Nil when it is taken.
    ///
    /// Nobody who asks for less than his share is refused for what others ask: the wait is that of
    /// the call's own flow.
    func overloadMillis(_ call: CallState) -> Int32? {
        let longest = Double(queue.waitingNanos) * pace.stretch
        guard longest > Self.overloadNanosMin, let siblings = call.siblings?.object else {
            return nil
        }
        var allowedNanos = configuration.queueNanosMax
        if call.deadlineNanos != .max {
            let left = call.deadlineNanos > nowNanos ? call.deadlineNanos - nowNanos : 0
            allowedNanos = min(allowedNanos, left)
        }
        guard longest > Double(allowedNanos) else { return nil }
        let flow = queue.flow(of: call.tenant, connection: &siblings.flow)
        let ahead = queue.nanosAhead(
            of: flow, costNanos: costs.estimateNanos(call.methodIndex))
        let wait = Double(ahead) * pace.stretch
        guard wait > Self.overloadNanosMin, wait > Double(allowedNanos) else { return nil }
        // Spread over a quarter, so that those who were refused together do not come together.
        let millis = UInt64(min(wait / 1_000_000, Self.pushbackMillisMax))
        return Int32(clamping: millis + (statistics.callsShed &* 37) % (millis / 4 + 1))
    }

    /// Whether that many more request bytes may wait on this worker; if not, the call ends.
    func takesRequestBytes(_ call: CallState, _ count: Int) -> Bool {
        guard requestBytes + count > configuration.requestBytesPerWorkerMax else { return true }
        statistics.callsShed &+= 1
        end(
            call,
            .overloaded(
                "too many request bytes are waiting", pushbackMillis: Self.bytesPushbackMillis))
        return false
    }

    // MARK: Readers that do not read

    /// Whether a stream may go on sending: little waits of its own, and of its connection.
    func hasRoom(_ call: CallState) -> Bool {
        guard call.output.bytes.count - call.output.sent < Self.writableBytes else { return false }
        return call.siblings?.with { !$0.isFull } ?? false
    }

    /// Counts reply bytes that wait. A connection that lets too many wait begins no more calls.
    func repliesGrew(_ call: CallState, _ count: Int) {
        replyBytes += count
        call.siblings?.with { siblings in
            siblings.replyBytes += count
            guard !siblings.isFull,
                siblings.replyBytes > configuration.replyBytesPerConnectionMax
                    || replyBytes > replyBytesShare
            else { return }
            siblings.isFull = true
            statistics.connectionsHeld &+= 1
            queue.hold(connection: siblings.flow)
        }
    }

    /// Counts reply bytes that went to the session; calls go on when enough have.
    func repliesLeft(_ call: CallState, _ count: Int) {
        guard count > 0 else { return }
        replyBytes -= count
        call.siblings?.with { siblings in
            siblings.replyBytes -= count
            guard siblings.isFull else { return }
            let low =
                replyBytes > replyBytesShare ? 0 : configuration.replyBytesPerConnectionMax / 2
            guard siblings.replyBytes <= low else { return }
            siblings.isFull = false
            queue.resume(connection: siblings.flow)
            siblings.forEach { roomGrew($0) }
        }
    }
}
