internal import CNGHTTP2

extension Session {
    /// Queues a reply's header block; `hasBody` false ends the stream with it.
    ///
    /// The body is asked of the delegate under `token`. A stream that is gone is ignored.
    public func submitReply(_ streamID: Int32, _ block: FieldBlock, token: Int, hasBody: Bool) {
        let result: Int32
        if hasBody {
            var provider = unsafe SessionCallbacks.bodyProvider(token: token)
            result = unsafe nghttp2_submit_response(
                session, streamID, block.fields, block.count, &provider)
        } else {
            result = unsafe nghttp2_submit_response(
                session, streamID, block.fields, block.count, nil)
        }
        precondition(result == 0 || result == NGHTTP2_ERR_DATA_EXIST.rawValue || !isFatal(result))
    }

    /// Opens a stream of a client with its header block and gives the stream's id.
    ///
    /// Nil when the connection has no ids left or is going away.
    public func submitRequest(_ block: FieldBlock, token: Int, hasBody: Bool) -> Int32? {
        let mark = unsafe UnsafeMutableRawPointer(bitPattern: token + 1)
        let result: Int32
        if hasBody {
            var provider = unsafe SessionCallbacks.bodyProvider(token: token)
            result = unsafe nghttp2_submit_request(
                session, nil, block.fields, block.count, &provider, mark)
        } else {
            result = unsafe nghttp2_submit_request(
                session, nil, block.fields, block.count, nil, mark)
        }
        guard result > 0 else { return nil }
        return result
    }

    /// Says that a body that answered `later` has bytes again.
    public func resumeBody(_ streamID: Int32) {
        // The only failure is a body that does not wait: then there is nothing to do.
        _ = unsafe nghttp2_session_resume_data(session, streamID)
    }

    /// Says that `count` bytes of a stream's body have been taken: the peer may send as many more.
    ///
    /// For sessions whose configuration does not give stream windows back by itself. The frame
    /// leaves when half of the window is owed, so a call per 64 KiB is often enough, and a body
    /// below half a window needs none. A stream that is gone is ignored.
    public func consume(_ streamID: Int32, _ count: Int) {
        // Fails only without memory, or for a window that was given back twice: the first ends the
        // connection at the next frame, the second nghttp2 answers with an error of its own.
        _ = unsafe nghttp2_session_consume_stream(session, streamID, count)
    }

    /// Gives the connection's window back; the frame leaves when half of it is owed.
    func giveConnectionBack() {
        _ = unsafe nghttp2_session_consume_connection(session, owedBytes)
        owedBytes = 0
    }

    /// Queues RST_STREAM.
    public func reset(_ streamID: Int32, errorCode: UInt32) {
        _ = unsafe nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), streamID, errorCode)
    }

    /// First step of a drain: GOAWAY with the highest id, and a PING to measure a round trip.
    public func announceShutdown() {
        pingsAfterGoAway = true
        _ = unsafe nghttp2_submit_shutdown_notice(session)
    }

    /// Second step of a drain: GOAWAY with the last id taken; later streams are ignored. `reason`
    /// is its debug data.
    public func refuseNewStreams(reason: String = "") {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        goAway(last, errorCode: HTTP2ErrorCode.noError, reason: reason)
    }

    /// Queues a PING, to learn whether the peer is there.
    func ping() {
        _ = unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    /// Whether the peer has not ended the stream yet.
    func isOpenForPeer(_ streamID: Int32) -> Bool {
        unsafe nghttp2_session_get_stream_remote_close(session, streamID) == 0
    }

    private func isFatal(_ result: Int32) -> Bool { nghttp2_is_fatal(result) != 0 }
}
