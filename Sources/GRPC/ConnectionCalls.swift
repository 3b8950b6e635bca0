internal import HTTP2

/// Turns the events of one connection's session into steps of its calls.
///
/// A stream's token is the address of its call's state. Slots are made once and live as long as
/// the worker, so the address stays good, and no event counts references or searches.
/// Thread: the worker.
@safe
final class ConnectionCalls: SessionDelegate {
    /// The worker outlives its connections: it closes them before it ends.
    private unowned(unsafe) let owner: CallWorker
    private let connection: Connection
    /// The first of the connection's calls, in a list through the slots.
    private var first = -1

    init(owner: CallWorker, connection: Connection) {
        unsafe self.owner = owner
        self.connection = connection
    }

    @inline(__always)
    private func with<Result>(_ token: Int, _ body: (CallWorker, CallState) -> Result) -> Result {
        unsafe Unmanaged<CallState>
            .fromOpaque(UnsafeRawPointer(bitPattern: token).unsafelyUnwrapped)
            ._withUnsafeGuaranteedRef { unsafe body(owner, $0) }
    }

    func streamBegan(_ streamID: Int32) -> Int {
        guard let call = unsafe owner.takeSlot() else { return -1 }
        unsafe call.connection = connection
        call.streamID = streamID
        call.phase = .headers
        call.nextOfConnection = first
        call.previousOfConnection = -1
        if first >= 0 { unsafe owner.calls[first].previousOfConnection = call.slot }
        first = call.slot
        return call.token
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
        with(token) { owner, call in owner.bodyReceived(call, bytes) }
    }

    func peerEnded(_ token: Int) {
        with(token) { owner, call in owner.peerEnded(call) }
    }

    func streamClosed(_ token: Int, errorCode: UInt32) {
        with(token) { owner, call in
            unlink(call)
            owner.abandon(call)
            owner.release(call)
        }
    }

    /// Takes a call out of the connection's list.
    private func unlink(_ call: CallState) {
        if call.previousOfConnection >= 0 {
            unsafe owner.calls[call.previousOfConnection].nextOfConnection = call.nextOfConnection
        } else {
            first = call.nextOfConnection
        }
        if call.nextOfConnection >= 0 {
            unsafe owner.calls[call.nextOfConnection].previousOfConnection =
                call.previousOfConnection
        }
    }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        with(token) { owner, call in unsafe owner.readBody(call, into: room) }
    }

    func pingAnswered() {
        unsafe owner.worker?.refuseNewStreams(connection)
    }

    func sessionEnded() {
        while first >= 0 {
            let call = unsafe owner.calls[first]
            first = call.nextOfConnection
            unsafe owner.abandon(call)
            unsafe owner.release(call)
        }
    }
}
