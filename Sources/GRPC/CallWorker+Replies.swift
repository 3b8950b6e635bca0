internal import Glibc
internal import Ground
internal import HTTP2

/// From handler to bytes.
extension CallWorker {
    /// Above this much waiting, a handler should pause until `onWritable`.
    static let writableBytes = 64 << 10

    func handle(_ letter: Letter) {
        switch letter {
        case .reply(let id, let message): reply(id, message.span)
        case .send(let id, let message):
            if let call = find(id) { send(call, message.span) }
        case .finish(let id, let status):
            if let call = find(id) { finish(call, status) }
        case .batch(let replies):
            replies.forEach {
                reply($0, $1)
            } fail: { id, status in
                if let call = find(id) { finish(call, status) }
            }
        case .attach(let id, let made):
            guard let call = find(id), case .running = call.phase else {
                return made.handler.onCancel()
            }
            call.phase = .streaming(made.handler)
        case .resume(let id): resumeReading(id)
        case .run(let body): body()
        }
    }

    func isOpen(_ call: CallState) -> Bool {
        switch call.phase {
        case .free, .refused, .answered: false
        case .headers, .request, .queued, .running, .streaming: true
        }
    }

    /// Answers with one message and OK.
    func reply(_ id: UInt64, _ message: Span<UInt8>) {
        guard let call = find(id), isOpen(call) else { return }
        statistics.callsSucceeded &+= 1
        append(call, message)
        if call.extras != nil { appendWebTrailers(call, .ok) }
        call.output.ending = .well
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
        if status.code == .ok {
            statistics.callsSucceeded &+= 1
        } else {
            statistics.callsFailed &+= 1
        }
        let status = status.detailed(domain: configuration.errorDomain)
        if call.output.headersSubmitted {
            if call.extras != nil { appendWebTrailers(call, status) }
            call.output.ending = status.code == .ok ? .well : .badly(status)
            bodyGrew(call)
        } else {
            endWithoutBody(call, status)
        }
    }

    /// Answers a call whose headers allow no handler.
    func refuse(_ call: CallState, _ problem: HeaderProblem) {
        switch problem {
        case .status(let status): return finish(call, status)
        case .notPost: refuse(call, plainly: .notPost)
        case .contentType: refuse(call, plainly: .contentType)
        case .foreignOrigin: refuse(call, plainly: .foreignOrigin)
        case .preflight(let origin):
            statistics.callsSucceeded &+= 1
            call.phase = .answered
            return submit(call, preflightBlock(call, origin), hasBody: false)
        case .encoding(let name):
            // The reply lists what is supported, because the request named an encoding.
            return finish(
                call,
                Status(
                    .unimplemented, "grpc-encoding \(name) is not supported",
                    reason: "ENCODING_UNKNOWN"))
        }
    }

    /// Adds a framed message to what waits; the caller must tell the session.
    private func append(_ call: CallState, _ message: Span<UInt8>) {
        call.siblings?.with { $0.counts.sent(nowNanos) }
        let before = call.output.bytes.count
        defer { repliesGrew(call, call.output.bytes.count - before) }
        if call.extras != nil, appendSpecial(call, message) { return }
        precondition(message.count <= Int(UInt32.max), "a message has at most 4 GiB")
        let prefix = unsafe call.output.bytes.extend(by: 5)
        unsafe prefix.storeBytes(of: 0, as: UInt8.self)
        unsafe prefix.storeBytes(
            of: UInt32(message.count).bigEndian, toByteOffset: 1, as: UInt32.self)
        call.output.bytes.append(copying: message)
    }

    func bodyGrew(_ call: CallState) {
        guard call.output.headersSubmitted else {
            if call.extras == nil, !call.head.speaksOfEncodings {
                return submit(call, plainHeaders, hasBody: true)
            }
            return submit(call, headerBlock(call), hasBody: true)
        }
        guard call.output.isWaiting else { return }
        call.connection?.with { connection in
            guard !connection.isClosed else { return }
            call.output.isWaiting = false
            connection.withSession { $0.resumeBody(call.streamID) }
            touch(connection)
        }
    }

    func submit(_ call: CallState, _ block: FieldBlock, hasBody: Bool) {
        call.connection?.with { connection in
            guard !connection.isClosed else { return }
            call.output.headersSubmitted = true
            connection.withSession { session in
                session.submitReply(
                    call.streamID, block, token: call.token, hasBody: hasBody)
            }
            touch(connection)
        }
    }

    func readBody(_ call: CallState, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let count = min(call.output.bytes.count - call.output.sent, room.count)
        if count == 0 {
            if !call.output.isOpen { return .end(0, trailers: trailers(call)) }
            call.output.isWaiting = true
            return .later
        }
        let sent = call.output.sent
        unsafe call.output.bytes.copy(
            sent..<sent + count, to: room.baseAddress.unsafelyUnwrapped)
        call.output.sent += count
        repliesLeft(call, count)
        if call.output.sent == call.output.bytes.count {
            call.output.bytes.removeAll()
            call.output.sent = 0
            if !call.output.isOpen { return .end(count, trailers: trailers(call)) }
        } else if call.output.sent >= Self.writableBytes * 4,
            call.output.sent >= call.output.bytes.count / 2
        {
            // Moving what is left costs no more than sending what left did.
            call.output.bytes.removeFirst(call.output.sent)
            call.output.sent = 0
        }
        roomGrew(call)
        return .bytes(count)
    }

    /// Whether a handler should go on sending; if not, it will be told when it should.
    func isWritable(_ id: UInt64) -> Bool {
        precondition(isCurrent, "a call was asked for room off its worker")
        guard let call = find(id) else { return false }
        let isFree = hasRoom(call)
        if !isFree { call.output.owesWritable = true }
        return isFree
    }
}
