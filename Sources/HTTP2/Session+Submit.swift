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

    /// Queues RST_STREAM.
    public func reset(_ streamID: Int32, errorCode: UInt32) {
        _ = unsafe nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), streamID, errorCode)
    }

    /// First step of a drain: GOAWAY with the highest id, and a PING to measure a round trip.
    public func announceShutdown() {
        _ = unsafe nghttp2_submit_shutdown_notice(session)
        _ = unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    /// Second step of a drain: GOAWAY with the last id taken; later streams are ignored.
    public func refuseNewStreams() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError, nil, 0)
    }

    /// Whether the peer has not ended the stream yet.
    func isOpenForPeer(_ streamID: Int32) -> Bool {
        unsafe nghttp2_session_get_stream_remote_close(session, streamID) == 0
    }

    private func isFatal(_ result: Int32) -> Bool { nghttp2_is_fatal(result) != 0 }
}
