internal import Glibc
internal import HTTP2

/// From handler to bytes.
extension CallWorker {
    /// Above this much waiting, a handler should pause until `onWritable`.
    private static let writableBytes = 64 << 10

    func handle(_ letter: Letter) {
        switch letter {
        case .reply(let id, let message): reply(id, message.span)
        case .send(let id, let message):
            if let call = find(id) { send(call, message.span) }
        case .finish(let id, let status):
            if let call = find(id) { finish(call, status) }
        case .batch(let completions):
            for completion in completions {
                switch completion.result {
                case .success(let message): reply(completion.callID, message.span)
                case .failure(let status):
                    if let call = find(completion.callID) { finish(call, status) }
                }
            }
        case .attach(let id, let made):
            guard let call = find(id), case .running = call.phase else {
                return made.handler.onCancel()
            }
            call.phase = .streaming(made.handler)
        case .run(let body): body()
        }
    }

    private func isOpen(_ call: CallState) -> Bool {
        switch call.phase {
        case .free, .answered: false
        case .headers, .request, .queued, .running, .streaming: true
        }
    }

    /// Answers with one message and OK.
    func reply(_ id: UInt64, _ message: Span<UInt8>) {
        guard let call = find(id), isOpen(call) else { return }
        append(call, message)
        call.output.status = .ok
        call.phase = .answered
        bodyGrew(call)
    }

    /// Adds one message of a stream.
    func send(_ call: CallState, _ message: Span<UInt8>) {
        guard isOpen(call) else { return }
        let waiting = call.output.bytes.count - call.output.sent
        guard waiting <= configuration.replyBytesPerCallMax else {
            return end(
                call,
                Status(
                    .resourceExhausted, "\(waiting) reply bytes were not read in time",
                    reason: "REPLY_NOT_READ"))
        }
        append(call, message)
        bodyGrew(call)
    }

    /// Ends a call: with trailers if something was sent, else in one block.
    func finish(_ call: CallState, _ status: Status) {
        guard isOpen(call) else { return }
        call.phase = .answered
        if status.code != .ok { statistics.callsFailed &+= 1 }
        let status = status.detailed(domain: configuration.errorDomain)
        if call.output.headersSubmitted {
            call.output.status = status
            bodyGrew(call)
        } else {
            submit(call, ReplyBlocks.trailersOnly(status), hasBody: false)
        }
    }

    /// Answers a call whose headers allow no handler.
    func refuse(_ call: CallState, _ problem: HeaderProblem) {
        switch problem {
        case .status(let status): return finish(call, status)
        case .notPost: submit(call, ReplyBlocks.methodNotAllowed, hasBody: false)
        case .contentType: submit(call, ReplyBlocks.unsupportedMediaType, hasBody: false)
        case .encoding(let name):
            let status = Status(
                .unimplemented, "grpc-encoding \(name) is not supported",
                reason: "ENCODING_UNKNOWN"
            ).detailed(domain: configuration.errorDomain)
            let supported = (name: "grpc-accept-encoding", value: Array("identity".utf8))
            submit(call, ReplyBlocks.trailersOnly(status, extra: [supported]), hasBody: false)
        }
        call.phase = .answered
        statistics.callsFailed &+= 1
    }

    private func append(_ call: CallState, _ message: Span<UInt8>) {
        precondition(message.count <= Int(UInt32.max), "a message has at most 4 GiB")
        let length = UInt32(message.count).bigEndian
        call.output.bytes.append(0)
        unsafe withUnsafeBytes(of: length) { unsafe call.output.bytes.append(contentsOf: $0) }
        call.output.bytes.append(copying: message)
    }

    private func bodyGrew(_ call: CallState) {
        guard call.output.headersSubmitted else {
            return submit(call, ReplyBlocks.headers, hasBody: true)
        }
        guard call.output.isWaiting, let connection = unsafe call.connection, !connection.isClosed
        else { return }
        call.output.isWaiting = false
        connection.session.resumeBody(call.streamID)
        if !connection.isTouched { worker?.touch(connection) }
    }

    private func submit(_ call: CallState, _ block: FieldBlock, hasBody: Bool) {
        guard let connection = unsafe call.connection, !connection.isClosed else { return }
        call.output.headersSubmitted = true
        connection.session.submitReply(call.streamID, block, token: call.token, hasBody: hasBody)
        if !connection.isTouched { worker?.touch(connection) }
    }

    func readBody(_ call: CallState, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let count = min(call.output.bytes.count - call.output.sent, room.count)
        if count == 0 {
            guard let status = call.output.status else {
                call.output.isWaiting = true
                return .later
            }
            return .end(0, trailers: ReplyBlocks.trailers(status))
        }
        unsafe call.output.bytes.withUnsafeBytes { bytes in
            unsafe room.baseAddress.unsafelyUnwrapped.copyMemory(
                from: bytes.baseAddress.unsafelyUnwrapped + call.output.sent, byteCount: count)
        }
        call.output.sent += count
        if call.output.sent == call.output.bytes.count {
            call.output.bytes.removeAll(keepingCapacity: true)
            call.output.sent = 0
            if let status = call.output.status {
                return .end(count, trailers: ReplyBlocks.trailers(status))
            }
        } else if call.output.sent >= Self.writableBytes * 4 {
            call.output.bytes.removeFirst(call.output.sent)
            call.output.sent = 0
        }
        if call.output.owesWritable, call.output.bytes.count < Self.writableBytes {
            call.output.owesWritable = false
            writable.append(call.id)
        }
        return .bytes(count)
    }

    /// Whether a handler should go on sending; if not, it will be told when it should.
    func isWritable(_ id: UInt64) -> Bool {
        precondition(isCurrent, "a call was asked for room off its worker")
        guard let call = find(id) else { return false }
        let hasRoom = call.output.bytes.count - call.output.sent < Self.writableBytes
        if !hasRoom { call.output.owesWritable = true }
        return hasRoom
    }

    func tellWritable() {
        guard !writable.isEmpty else { return }
        let told = writable
        writable.removeAll(keepingCapacity: true)
        for id in told {
            if let call = find(id), case .streaming(let handler) = call.phase {
                handler.onWritable()
            }
        }
    }
}
