internal import CNGHTTP2

/// Is told when calls of a client session end, while `ClientSession.receive` or `fail` runs.
protocol ClientSessionDelegate: AnyObject {
    /// The call of `slot` is over and the slot is free; a new call may be submitted at once.
    func callEnded(slot: Int, reply: ClientReply)
}

/// The client's end of a connection as a state machine: bytes in, ended calls and bytes out.
///
/// A call is one header block, one body that is known in full, and one reply that is kept until
/// its end. It has a slot from 0 to `streamsMax` - 1, used again with its buffers, so that
/// nothing is allocated after warm-up. Does no I/O. Thread: the one that owns it.
///
/// Layout: the slots are raw memory. Every event touches one, and for an array in a class Swift
/// would check each touch for overlap: measured, a sixth of the client's time.
@safe
final class ClientSession: SessionDelegate {
    private struct Slot {
        var request: [UInt8] = []
        var requestSent = 0
        var reply = ClientReply()
        var streamID: Int32 = 0
        var isBusy = false
    }

    /// The longest reply that is kept: what gRPC clients take by default.
    static let replyBytesMax = 4 << 20

    private let slots: UnsafeMutableBufferPointer<Slot>
    private var free: [Int]
    /// Buffers of the reply that is being handed over; they go to the slot that ends next.
    private var spare = ClientReply()
    private var session: Session?
    private unowned let delegate: any ClientSessionDelegate

    /// Makes the client's end and queues its preface. `memory` serves this thread only.
    init(streamsMax: Int, memory: MemoryPool, delegate: any ClientSessionDelegate) {
        unsafe slots = .allocate(capacity: streamsMax)
        unsafe slots.initialize(repeating: Slot())
        free = Array((0..<streamsMax).reversed())
        self.delegate = delegate
        var configuration = SessionConfiguration()
        configuration.connectionWindowBytes = 16 << 20
        // Each call has two frames in the queue at most; the rest answers the server's own.
        configuration.outboundFramesMax = 5_000 + 2 * streamsMax
        session = Session(
            role: .client, configuration: configuration, delegate: self, memory: memory)
    }

    deinit {
        unsafe slots.deinitialize()
        unsafe slots.deallocate()
    }

    private var wire: Session {
        guard let session else { preconditionFailure("the session is made in init") }
        return session
    }

    /// Slots without a call.
    var freeCount: Int { free.count }

    /// Whether the slot has a call that has not ended.
    func isBusy(_ slot: Int) -> Bool { unsafe slots[slot].isBusy }

    /// Whether the server takes new calls on this connection.
    var isAccepting: Bool { wire.mayOpenStreams }

    /// Whether the connection can be closed: nothing more will come or go.
    var isFinished: Bool { wire.isFinished }

    /// Opens a stream; `fill` writes the body into an empty buffer. Gives the slot, or nil when
    /// every slot is busy or the server takes no more calls.
    func submit(_ block: FieldBlock, fill: (inout [UInt8]) -> Void) -> Int? {
        guard isAccepting, let slot = free.popLast() else { return nil }
        unsafe slots[slot].request.removeAll(keepingCapacity: true)
        unsafe fill(&slots[slot].request)
        unsafe slots[slot].requestSent = 0
        unsafe slots[slot].reply.reset()
        guard let streamID = wire.submitRequest(block, token: slot, hasBody: true) else {
            free.append(slot)
            return nil
        }
        unsafe slots[slot].streamID = streamID
        unsafe slots[slot].isBusy = true
        return slot
    }

    /// Takes what the server sent; calls that end are told before it returns.
    func receive(_ bytes: Span<UInt8>) throws(SessionError) {
        try wire.receive(bytes)
    }

    /// Fills `room` with frames to send and gives how many bytes it took.
    func produce(into room: UnsafeMutableRawBufferPointer) throws(SessionError) -> Int {
        try unsafe wire.produce(into: room)
    }

    /// Ends every open call because the connection is lost.
    func fail(_ problem: String) {
        for slot in unsafe slots.indices where unsafe slots[slot].isBusy {
            unsafe slots[slot].reply.connectionProblem = problem
            end(slot)
        }
    }

    private func end(_ slot: Int) {
        unsafe slots[slot].isBusy = false
        unsafe swap(&slots[slot].reply, &spare)
        free.append(slot)
        delegate.callEnded(slot: slot, reply: spare)
        spare.reset()
    }

    func streamBegan(_ streamID: Int32) -> Int {
        preconditionFailure("a server opens no streams: push is switched off")
    }

    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {
        unsafe slots[token].reply.append(name: name, value: value)
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) {
        // A reply without its status is refused by whoever reads it.
    }

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        guard unsafe slots[token].reply.body.count + bytes.count <= Self.replyBytesMax else {
            unsafe wire.reset(slots[token].streamID, errorCode: HTTP2ErrorCode.cancel)
            return
        }
        unsafe slots[token].reply.append(body: bytes)
    }

    func peerEnded(_ token: Int) {
        unsafe slots[token].reply.isComplete = true
    }

    func streamClosed(_ token: Int, errorCode: UInt32) {
        guard unsafe slots[token].isBusy else { return }
        unsafe slots[token].reply.errorCode = errorCode
        end(token)
    }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let sent = unsafe slots[token].requestSent
        let step = unsafe min(slots[token].request.count - sent, room.count)
        unsafe slots[token].request.withUnsafeBytes { request in
            unsafe room.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: request[sent..<sent + step]))
        }
        unsafe slots[token].requestSent = sent + step
        return unsafe sent + step == slots[token].request.count
            ? .end(step, trailers: nil) : .bytes(step)
    }

    func pingAnswered() {
        // This end sends no PING of its own.
    }

    func sessionEnded() {
        // The pool, which closes the connection itself, ends the calls with `fail`.
    }
}

extension Session {
    /// Whether the peer takes new streams: no GOAWAY came and stream ids are left.
    var mayOpenStreams: Bool {
        unsafe nghttp2_session_check_request_allowed(session) != 0
    }
}
