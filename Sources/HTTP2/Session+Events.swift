internal import CNGHTTP2
internal import Ground

/// nghttp2's events, turned into the delegate's.
extension Session {
    /// A frame's nine header bytes are here. Returning a failure ends the connection.
    func frameBegan(_ streamID: Int32, type: UInt8) -> Int32 {
        guard role == .server else { return 0 }
        if type == UInt8(NGHTTP2_RST_STREAM.rawValue) { return resetArrived(streamID) }
        guard type == UInt8(NGHTTP2_HEADERS.rawValue) else { return 0 }
        if streamID > highestStreamID {
            highestStreamID = streamID
            return 0
        }
        // Trailers come on a stream that is open; anything else reuses an old id.
        if unsafe nghttp2_session_find_stream(session, streamID) != nil { return 0 }
        unsafe nghttp2_session_terminate_session(session, HTTP2ErrorCode.protocolError)
        ownProblem = SessionError(
            code: 0, problem: "stream id \(streamID) was used before", abuse: .brokenProtocol)
        return Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }

    /// A header block begins. Returning a failure ends the connection.
    func blockBegan(_ streamID: Int32, category: nghttp2_headers_category) -> Int32 {
        blockBytes = 0
        blockCount = 0
        if category == NGHTTP2_HCAT_REQUEST {
            blockToken = hasRoomForStream ? delegate.streamBegan(streamID) : -1
            let mark = unsafe UnsafeMutableRawPointer(bitPattern: blockToken + 1)
            unsafe nghttp2_session_set_stream_user_data(session, streamID, mark)
            latestStreamID = streamID
            latestToken = blockToken
            blockIsIgnored = blockToken < 0
            if blockIsIgnored {
                reset(streamID, errorCode: HTTP2ErrorCode.refusedStream)
                return verdict(budget.refusal())
            }
            budget.openStreams += 1
        } else {
            blockToken = token(of: streamID)
            // A client's trailers mean nothing in gRPC; a server's carry the status.
            blockIsIgnored = blockToken < 0 || role == .server
        }
        return 0
    }

    @inline(__always)
    func field(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Int32 {
        blockBytes += name.count + value.count + 32
        blockCount += 1
        guard !blockIsIgnored, blockBytes <= configuration.fieldBytesMax,
            blockCount <= configuration.fieldCountMax
        else { return fieldDropped() }
        delegate.fieldReceived(blockToken, name: name, value: value)
        return 0
    }

    func body(_ streamID: Int32, _ bytes: Span<UInt8>) {
        owedBytes += bytes.count
        if owedBytes >= Int(configuration.connectionWindowBytes) / 4 { giveConnectionBack() }
        if configuration.givesStreamWindowBack { consume(streamID, bytes.count) }
        let token = token(of: streamID)
        guard token >= 0 else { return }
        delegate.bodyReceived(token, bytes)
    }

    func frameReceived(_ streamID: Int32, type: UInt8, flags: UInt8) {
        switch type {
        case UInt8(NGHTTP2_HEADERS.rawValue):
            let isOver =
                blockBytes > configuration.fieldBytesMax
                || blockCount > configuration.fieldCountMax
            if isOver, role == .server, let abuse = budget.oversizeBlock() { end(abuse) }
            guard blockToken >= 0 else { return }
            let token = blockToken
            if !blockIsIgnored {
                delegate.fieldsEnded(token, isOverLimit: isOver)
            }
            if flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
                delegate.peerEnded(token)
            }
        case UInt8(NGHTTP2_DATA.rawValue):
            guard flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
            let token = token(of: streamID)
            if token >= 0 { delegate.peerEnded(token) }
        case UInt8(NGHTTP2_PING.rawValue):
            if flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 { delegate.pingAnswered() }
        default:
            return
        }
    }

    func frameSent(_ streamID: Int32, type: UInt8, flags: UInt8) {
        guard role == .server,
            type == UInt8(NGHTTP2_HEADERS.rawValue) || type == UInt8(NGHTTP2_DATA.rawValue)
        else { return }
        budget.sent(isData: type == UInt8(NGHTTP2_DATA.rawValue))
        // An answer before the peer has ended its request is followed by RST_STREAM(NO_ERROR),
        // so that the peer stops sending (RFC 9113, 8.1).
        guard flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0, isOpenForPeer(streamID)
        else { return }
        reset(streamID, errorCode: HTTP2ErrorCode.noError)
    }

    func closed(_ streamID: Int32, errorCode: UInt32) {
        let token = token(of: streamID)
        guard token >= 0 else { return }
        budget.openStreams -= 1
        if token == blockToken { blockToken = -1 }
        latestStreamID = 0
        delegate.streamClosed(token, errorCode: errorCode)
    }

    func readBody(
        _ streamID: Int32, _ token: Int, into room: UnsafeMutableRawBufferPointer,
        flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        latestStreamID = streamID
        latestToken = token
        if room.count < configuration.limits.tinyWindowBytes, role == .server,
            let abuse = budget.idleFrame()
        {
            end(abuse)
        }
        switch unsafe delegate.readBody(token, into: room) {
        case .bytes(let count):
            return count
        case .later:
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .end(let count, let trailers):
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            guard let trailers else { return count }
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            let result = trailers.with { trailers in
                unsafe nghttp2_submit_trailer(
                    session, streamID, trailers.fields, trailers.count)
            }
            return result == 0 ? count : Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
    }

    /// The delegate's token of a stream; -1 when the stream has none.
    @inline(__always)
    private func token(of streamID: Int32) -> Int {
        if streamID == latestStreamID { return latestToken }
        let mark = unsafe nghttp2_session_get_stream_user_data(session, streamID)
        latestStreamID = streamID
        latestToken = Int(bitPattern: mark) - 1
        return latestToken
    }
}
