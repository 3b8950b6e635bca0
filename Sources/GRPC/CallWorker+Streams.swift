internal import Ground
internal import HTTP2

/// What streams receive, and the way back: a handler that is slow slows its client.
extension CallWorker {
    /// A stream's window is given back in steps of at least that much. Reason: a sixteenth of the
    /// window, so that a call to the session for each piece is saved and the client never starves.
    private static let owedBytesMin = 64 << 10

    /// Keeps a piece of a stream until the handler's turn comes.
    func keepInput(_ call: CallState, _ bytes: Span<UInt8>) {
        guard takesRequestBytes(call, bytes.count) else { return }
        call.input.bytes.append(copying: bytes)
        countRequestBytes(call)
        enqueueStream(call)
    }

    /// Lets a stream wait for its turn if its handler may be told something.
    func enqueueStream(_ call: CallState) {
        guard case .streaming = call.phase, !queue.contains(call.slot) else { return }
        if !call.output.tellsWritable {
            guard !call.input.isPaused, !call.input.waitsForRoom, !call.input.isEnded,
                call.input.count > 0 || call.peerEnded
            else { return }
        }
        enqueue(call)
    }

    /// One step of a stream: that there is room, or one message, or the end of them.
    func serve(_ call: CallState, _ handler: any StreamHandler) {
        if call.output.tellsWritable {
            call.output.tellsWritable = false
            handler.onWritable()
        } else {
            readMessage(call, handler)
        }
        enqueueStream(call)
    }

    private func readMessage(_ call: CallState, _ handler: any StreamHandler) {
        guard !call.input.isPaused, !call.input.isEnded else { return }
        guard hasRoom(call) else {
            call.input.waitsForRoom = true
            return
        }
        let isComplete: Bool
        do throws(FramingProblem) {
            var offset = call.input.start
            isComplete = try call.input.bytes.withSpan { (bytes) throws(FramingProblem) in
                try call.reader.next(
                    bytes, from: &offset, limit: configuration.receiveLimitBytes)
            }
            if isComplete {
                call.siblings?.with { $0.counts.received(nowNanos) }
                if call.reader.isCompressed { try inflate(call) }
            }
            let taken = offset - call.input.start
            call.input.start = offset
            call.input.trim(keepingBytes: CallState.keptBytes)
            countRequestBytes(call)
            giveBack(call, taken)
        } catch {
            return end(call, error.status)
        }
        if isComplete { call.reader.message.withSpan { handler.onMessage($0) } }
        guard call.peerEnded, call.input.count == 0, !call.input.isPaused,
            case .streaming = call.phase
        else { return }
        guard !call.reader.isInsideMessage else { return end(call, Self.requestTruncated) }
        call.input.isEnded = true
        handler.onHalfClose()
    }

    /// Brings the worker's count of request bytes up to date with what the call holds.
    func countRequestBytes(_ call: CallState) {
        let held = call.reader.message.count + call.input.count
        requestBytes += held - call.requestBytes
        call.requestBytes = held
    }

    /// Notes bytes that were taken, and gives the stream's window back when enough were.
    func giveBack(_ call: CallState, _ count: Int) {
        call.input.owed += count
        guard call.input.owed >= Self.owedBytesMin, !call.peerEnded else { return }
        call.connection?.with { connection in
            guard !connection.isClosed else { return }
            connection.session.consume(call.streamID, call.input.owed)
            call.input.owed = 0
            if !connection.isTouched { worker?.touch(connection) }
        }
    }

    /// Output left: whoever waited for that goes on in its turn.
    func roomGrew(_ call: CallState) {
        guard call.output.owesWritable || call.input.waitsForRoom, hasRoom(call) else { return }
        if call.output.owesWritable {
            call.output.owesWritable = false
            call.output.tellsWritable = true
        }
        call.input.waitsForRoom = false
        enqueueStream(call)
    }

    func pauseReading(_ id: UInt64) {
        precondition(isCurrent, "reading was paused off the call's worker")
        find(id)?.input.isPaused = true
    }

    func resumeReading(_ id: UInt64) {
        guard let call = find(id) else { return }
        call.input.isPaused = false
        enqueueStream(call)
    }
}
