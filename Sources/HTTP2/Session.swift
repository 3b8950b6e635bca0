internal import CNGHTTP2

/// One end of an HTTP/2 connection as a state machine: bytes in, events and bytes out.
///
/// Does no I/O and reads no clock. Wraps nghttp2_session. Frames, HPACK, flow control and
/// stream states are nghttp2's; limits on fields, on stream ids and on the outbound queue are
/// kept here. Thread: owned by one at a time.
@safe
public final class Session {
    /// Which end this is.
    public enum Role: Sendable {
        case server
        case client
    }

    private(set) var session: OpaquePointer?
    let role: Role
    let configuration: SessionConfiguration
    /// Held strongly: whoever owns the session lets go of it to break the circle.
    let delegate: any SessionDelegate
    /// The stream that events named last, and its token: most events name it again, and a look-up
    /// in nghttp2's table of streams misses the cache.
    var latestStreamID: Int32 = 0
    var latestToken = -1
    /// The stream whose block is being received, and what it has cost.
    var blockToken = -1
    var blockBytes = 0
    var blockCount = 0
    var blockIsIgnored = false
    /// Stream ids of a client only grow (RFC 9113, 5.1.1); nghttp2 1.52 ignores a reused one.
    var highestStreamID: Int32 = 0
    var ownProblem: SessionError?
    /// Body bytes whose part of the connection's window has not been given back.
    var owedBytes = 0
    /// What a client may still ask for, and what finds its frames. A client's session has no use
    /// for them.
    var budget: SessionGuard
    var scanner = FrameScanner()
    /// Whether a PING follows the next GOAWAY. nghttp2 sends PING before all else, and one that
    /// overtakes the GOAWAY proves nothing when it is answered.
    var pingsAfterGoAway = false
    /// Streams that we reset.
    var resets = ResetStreams()
    /// Resets of invalid frames that were counted when the frame came, not when they were sent.
    var resetsCounted = 0
    /// Whether a GOAWAY with an error was sent, by us or by nghttp2.
    var hasSaidError = false
    /// Kept alive as long as nghttp2 may allocate or free.
    private let memory: MemoryPool
    var unsentTail: UnsafeBufferPointer<UInt8>

    /// Makes one end and queues its first SETTINGS frame. `memory` serves this thread only.
    public init(
        role: Role, configuration: SessionConfiguration, delegate: any SessionDelegate,
        memory: MemoryPool
    ) {
        self.role = role
        self.memory = memory
        self.configuration = configuration
        self.delegate = delegate
        budget = SessionGuard(configuration.limits)
        unsafe unsentTail = UnsafeBufferPointer(start: nil, count: 0)
        var options: OpaquePointer?
        unsafe nghttp2_option_new(&options)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        // The library's own limits lie above ours: what they end, they end with INTERNAL_ERROR,
        // and it counts a CONTINUATION for each read that brings a piece of its head.
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, 1 << 20, 1 << 20)
        unsafe nghttp2_option_set_max_continuations(options, 1 << 20)
        var made: OpaquePointer?
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        let callbacks = unsafe SessionCallbacks.shared.callbacks
        let result =
            unsafe role == .server
            ? nghttp2_session_server_new3(&made, callbacks, owner, options, memory.functions)
            : nghttp2_session_client_new3(&made, callbacks, owner, options, memory.functions)
        unsafe nghttp2_option_del(options)
        precondition(result == 0, "nghttp2 has no memory for a session")
        unsafe session = unsafe made
        submitSettings()
        if role == .server { announceStreamLimit() }
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    private func submitSettings() {
        func entry(_ id: UInt32, _ value: UInt32) -> nghttp2_settings_entry {
            nghttp2_settings_entry(settings_id: Int32(id), value: value)
        }
        var entries = [
            entry(
                NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue, configuration.streamWindowBytes),
            entry(
                NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue,
                UInt32(configuration.fieldBytesMax)),
        ]
        switch role {
        case .server:
            entries.append(entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue, 1))
            // Last, and never reached: `announceStreamLimit` says what the peer is told instead.
            entries.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue, .max))
        case .client:
            entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue, 0))
        }
        let settings = unsafe nghttp2_submit_settings(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        precondition(settings == 0, "our own settings are refused")
        let window = unsafe nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, configuration.connectionWindowBytes)
        precondition(window == 0, "our own window is refused")
    }

    /// The same at the time of the last call: for a client's session, which keeps no budgets.
    public func receive(_ bytes: Span<UInt8>) throws(SessionError) {
        try receive(bytes, nowNanos: budget.nowNanos)
    }

    /// Takes what the peer sent; events go to the delegate before it returns.
    ///
    /// `nowNanos` is the turn's time on the monotonic clock; budgets refill with it. Throws
    /// `SessionError` when the connection cannot go on. Complexity: linear in the bytes.
    public func receive(_ bytes: Span<UInt8>, nowNanos: UInt64) throws(SessionError) {
        if role == .server { try inspect(bytes, nowNanos: nowNanos) }
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe nghttp2_session_mem_recv(session, buffer.baseAddress, buffer.count)
        }
        if let ownProblem { throw ownProblem }
        guard result >= 0 else {
            let text = unsafe String(cString: nghttp2_strerror(Int32(result)))
            throw SessionError(code: Int32(result), problem: text, abuse: .brokenProtocol)
        }
        if outboundFrames > configuration.outboundFramesMax { throw end(.unreadAnswers) }
    }

    /// Fills `room` with frames to send and gives how many bytes it took; 0 when nothing waits.
    ///
    /// A frame that does not fit any more is kept and comes first the next time.
    public func produce(into room: UnsafeMutableRawBufferPointer) throws(SessionError) -> Int {
        var used = 0
        while used < room.count {
            if unsafe unsentTail.isEmpty {
                var start: UnsafePointer<UInt8>?
                let count = unsafe nghttp2_session_mem_send(session, &start)
                guard count >= 0 else {
                    let text = unsafe String(cString: nghttp2_strerror(Int32(count)))
                    throw SessionError(code: Int32(count), problem: text)
                }
                if count == 0 { break }
                unsafe unsentTail = UnsafeBufferPointer(start: start, count: count)
            }
            let step = unsafe min(unsentTail.count, room.count - used)
            let piece = unsafe UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(unsentTail)[..<step])
            unsafe UnsafeMutableRawBufferPointer(rebasing: room[used...]).copyMemory(from: piece)
            unsafe unsentTail = UnsafeBufferPointer(rebasing: unsentTail[step...])
            used += step
        }
        return used
    }

    /// Whether nothing more will come or go: the connection can be closed.
    public var isFinished: Bool {
        unsafe unsentTail.isEmpty && nghttp2_session_want_read(session) == 0
            && nghttp2_session_want_write(session) == 0
    }
}
