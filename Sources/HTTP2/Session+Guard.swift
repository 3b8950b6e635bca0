internal import CNGHTTP2

/// Where the session's budgets are charged, and how it ends when one is spent.
extension Session {
    /// Streams that were taken and have not closed. Server only.
    public var openStreams: Int { budget.openStreams }

    /// Frames that wait to be sent, bodies not counted.
    var outboundFrames: Int { unsafe nghttp2_session_get_outbound_queue_size(session) }

    /// When the frame that is still coming began; nil when none is.
    var unfinishedSinceNanos: UInt64? { scanner.unfinishedSinceNanos }

    /// What the rules of time look at.
    var facts: ConnectionLife.Facts {
        ConnectionLife.Facts(
            hasSettings: budget.hasSettings, hasSettingsAck: budget.hasSettingsAck,
            unfinishedSinceNanos: scanner.unfinishedSinceNanos, openStreams: budget.openStreams,
            headersSeen: budget.headersSeen)
    }

    /// Lets the calls keep their own rules of time.
    func checkCalls(nowNanos: UInt64) { delegate.checkCalls(nowNanos: nowNanos) }

    /// Counts the frames in the next bytes of a client.
    func inspect(_ bytes: Span<UInt8>, nowNanos: UInt64) throws(SessionError) {
        budget.turn(nowNanos)
        if let ownProblem { throw ownProblem }
        let abuse = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe scanner.scan(buffer, &budget) { isClosed($0) }
        }
        if let abuse { throw end(abuse) }
    }

    /// Whether a stream was open and is closed, but not by us: what was under way when our reset
    /// left may still come.
    private func isClosed(_ streamID: Int32) -> Bool {
        guard streamID <= highestStreamID,
            unsafe nghttp2_session_find_stream(session, streamID) == nil
        else { return false }
        return !resets.mayInclude(streamID)
    }

    /// Queues GOAWAY with the reason, and gives the error that `receive` throws from now on.
    @discardableResult
    func end(_ abuse: Abuse) -> SessionError {
        if let ownProblem { return ownProblem }
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        goAway(last, errorCode: abuse.errorCode, reason: abuse.name)
        let problem = SessionError(code: 0, problem: abuse.name, abuse: abuse)
        ownProblem = problem
        return problem
    }

    /// Queues GOAWAY with debug data.
    func goAway(_ lastStreamID: Int32, errorCode: UInt32, reason: String) {
        var reason = reason
        _ = reason.withUTF8 { text in
            unsafe nghttp2_submit_goaway(
                session, UInt8(NGHTTP2_FLAG_NONE.rawValue), lastStreamID, errorCode,
                text.baseAddress, text.count)
        }
    }

    /// What a callback answers nghttp2: go on, or stop because a budget is spent.
    func verdict(_ abuse: Abuse?) -> Int32 {
        guard let abuse else { return 0 }
        end(abuse)
        return Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }

    /// A client's RST_STREAM; one for a stream that is gone is only one more idle frame.
    func resetArrived(_ streamID: Int32) -> Int32 {
        guard unsafe nghttp2_session_find_stream(session, streamID) != nil else { return 0 }
        return verdict(budget.reset())
    }

    /// Whether one more stream of the client may be open.
    var hasRoomForStream: Bool {
        budget.openStreams < Int(configuration.maxConcurrentStreams)
    }

    /// nghttp2 found a frame invalid and will reset its stream. An error that ends the connection
    /// comes here too: then the count does not matter any more.
    func frameWasInvalid(_ streamID: Int32) -> Int32 {
        guard role == .server, streamID > 0 else { return 0 }
        resetsCounted += 1
        return verdict(budget.provokedReset())
    }

    /// A frame that carries an error code was sent.
    func errorSent(_ streamID: Int32, type: UInt8, errorCode: UInt32) {
        if type == SessionGuard.FrameType.reset {
            resets.add(streamID)
            return resetSent(errorCode)
        }
        if errorCode != HTTP2ErrorCode.noError { hasSaidError = true }
        if pingsAfterGoAway {
            pingsAfterGoAway = false
            _ = unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        }
    }

    /// RST_STREAM was sent. The peer's fault are neither the end of an early answer, nor a stream
    /// that was refused, which has its own budget, nor a call that we gave up.
    private func resetSent(_ errorCode: UInt32) {
        guard role == .server, errorCode != HTTP2ErrorCode.noError,
            errorCode != HTTP2ErrorCode.refusedStream, errorCode != HTTP2ErrorCode.cancel,
            errorCode != HTTP2ErrorCode.internalError
        else { return }
        if resetsCounted > 0 {
            resetsCounted -= 1
        } else if let abuse = budget.provokedReset() {
            end(abuse)
        }
    }

    /// A message that was small on the wire was over the limit when it was inflated. One is a
    /// mistake; each costs as much as a message of the limit's size.
    public func messageWasBomb() {
        if role == .server, let abuse = budget.bomb() { end(abuse) }
    }

    /// The block is over its limit and its fields are dropped. Past the last limit it is a bomb.
    func fieldDropped() -> Int32 {
        guard role == .server, blockBytes > configuration.limits.blockBytesMax else { return 0 }
        return verdict(.headerBomb)
    }

    /// Serialises our first SETTINGS and writes into it the number of streams that we keep to.
    ///
    /// nghttp2 1.52 ends the connection at the first stream over the number it was told, once the
    /// peer has acknowledged it. So it is told a number that is never reached, and the session
    /// counts itself and refuses single streams. Called once, before anything else is sent.
    func announceStreamLimit() {
        var start: UnsafePointer<UInt8>?
        let count = unsafe nghttp2_session_mem_send(session, &start)
        let value = count - 4
        guard value >= 0, let start = unsafe UnsafeMutablePointer(mutating: start),
            unsafe start[3] == SessionGuard.FrameType.settings,
            unsafe start[value - 1] == UInt8(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue)
        else { preconditionFailure("our first frame is SETTINGS, ending with the stream limit") }
        let limit = configuration.maxConcurrentStreams
        for index in 0..<4 {
            unsafe start[value + index] = UInt8(truncatingIfNeeded: limit >> (24 - 8 * index))
        }
        unsafe unsentTail = UnsafeBufferPointer(start: start, count: count)
    }
}
