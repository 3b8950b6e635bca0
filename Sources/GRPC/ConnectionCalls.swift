internal import Ground
internal import HTTP2

/// Turns the events of one connection's session into steps of its calls.
///
/// A stream's token is the address of its call's state. Slots are made once and live as long as
/// the worker, so the address stays good, and no event counts references or searches.
/// Thread: the worker.
@safe
final class ConnectionCalls: SessionDelegate {
    /// The worker outlives its connections: it closes them before it ends. Unmanaged, because a
    /// count for each event would cost more than most events do.
    let owner: Unowned<CallWorker>
    private let connection: Connection
    /// Names the connection to operators.
    let socketID: Int64
    var counts = SocketState.Counts()
    /// The first of the connection's calls, in a list through the slots.
    private var first: Unowned<CallState>?
    /// The first of the connection's flows in the fair queue.
    var flow = -1
    /// Reply bytes of the connection's calls that have not gone to the session.
    var replyBytes = 0
    /// Whether so many wait that no further call is begun until they have left.
    var isFull = false

    init(owner: CallWorker, connection: Connection, socketID: Int64) {
        self.owner = Unowned(owner)
        self.connection = connection
        self.socketID = socketID
    }

    @inline(__always)
    private func with<Result>(_ token: Int, _ body: (CallWorker, CallState) -> Result) -> Result {
        owner.with { owner in
            Unowned<CallState>(address: token).with { body(owner, $0) }
        }
    }

    func streamBegan(_ streamID: Int32) -> Int {
        let slot = owner.with { owner in
            counts.lastStreamNanos = owner.nowNanos
            return owner.takeSlot()
        }
        guard let slot = slot else { return -1 }
        counts.streamsStarted &+= 1
        return slot.with { call in
            call.connection = Unowned(connection)
            call.siblings = Unowned(self)
            call.streamID = streamID
            call.phase = .headers
            call.next = first
            call.previous = nil
            first?.with { $0.previous = slot }
            first = slot
            return call.token
        }
    }

    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {
        with(token) { owner, call in
            if !call.head.take(name, value, owner.table) { call.metadata.append(name, value) }
        }
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) {
        with(token) { owner, call in owner.headersEnded(call, isOverLimit: isOverLimit) }
    }

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        with(token) { owner, call in
            if call.head.form == .webText { return owner.textReceived(call, bytes) }
            owner.bodyReceived(call, bytes)
        }
    }

    func peerEnded(_ token: Int) {
        with(token) { owner, call in
            if call.head.form == .webText { owner.textEnded(call) }
            owner.peerEnded(call)
        }
    }

    func streamClosed(_ token: Int, errorCode: UInt32) {
        if errorCode == HTTP2ErrorCode.noError {
            counts.streamsSucceeded &+= 1
        } else {
            counts.streamsFailed &+= 1
        }
        with(token) { owner, call in
            unlink(call)
            owner.abandon(call)
            owner.release(call)
        }
    }

    /// Takes a call out of the connection's list.
    private func unlink(_ call: CallState) {
        let (next, previous) = (call.next, call.previous)
        if let previous = previous {
            previous.with { $0.next = next }
        } else {
            first = next
        }
        next?.with { $0.previous = previous }
    }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        with(token) { owner, call in unsafe owner.readBody(call, into: room) }
    }

    func pingAnswered() {
        owner.with { $0.worker?.refuseNewStreams(connection) }
    }

    func sessionEnded() {
        while let slot = first {
            slot.with { call in
                first = call.next
                with(call.token) { owner, call in
                    owner.abandon(call)
                    owner.release(call)
                }
            }
        }
        owner.with { $0.queue.end(connection: flow) }
        flow = -1
    }

    /// What operators are told of the connection.
    var state: SocketState {
        SocketState(
            id: socketID, local: connection.localAddress, remote: connection.remoteAddress,
            encryption: connection.encryption, peer: connection.peerCertificate?.subject,
            openedNanos: connection.openedNanos, openStreams: connection.openStreams,
            bytesReceived: connection.bytesReceived, bytesSent: connection.bytesSent,
            keepalivesSent: connection.keepalivesSent, counts: counts)
    }

    /// Calls of the connection, one by one. Complexity: linear in its open calls.
    func forEach(_ body: (CallState) -> Void) {
        var slot = first
        while let one = slot {
            one.with { call in
                slot = call.next
                body(call)
            }
        }
    }
}
