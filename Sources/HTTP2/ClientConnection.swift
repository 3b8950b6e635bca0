internal import CSystem

/// One connection of a client pool, from its beginning to its loss.
///
/// A lost connection is replaced by a new object, never revived. Thread: the pool's.
final class ClientConnection {
    /// What the connection is doing.
    enum Phase {
        /// TCP has not decided yet.
        case connecting
        /// The preface is out; the server has said nothing yet.
        case greeting
        /// The server speaks HTTP/2.
        case open
    }

    let index: Int
    let socket: Socket
    let session: ClientSession
    var phase = Phase.connecting
    /// What one write left over, from `unsentStart` on.
    var unsent: [UInt8] = []
    var unsentStart = 0
    /// What epoll was last told.
    var interest = CSYSTEM_WRITABLE
    /// Whether the pool will flush it at the start of the next turn.
    var isTouched = false

    init(index: Int, socket: consuming Socket, session: ClientSession) {
        self.index = index
        self.socket = socket
        self.session = session
    }

    /// Sends what was left over, or else the next frames: one write. Gives whether more waits.
    func flush(through room: UnsafeMutableRawBufferPointer) throws -> Bool {
        if unsent.isEmpty {
            let count = try unsafe session.produce(into: room)
            guard count > 0 else { return false }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
            let sent = try send(unsafe bytes.assumingMemoryBound(to: UInt8.self).span)
            if sent < count { unsafe unsent = Array(bytes[sent...]) }
            return sent == room.count
        }
        let waiting = unsent
        unsentStart += try send(waiting.span.extracting(unsentStart...))
        guard unsentStart == unsent.count else { return false }
        unsent = []
        unsentStart = 0
        return true
    }

    /// One send; a full socket takes nothing.
    private func send(_ bytes: Span<UInt8>) throws(SocketError) -> Int {
        do {
            return try socket.send(bytes)
        } catch {
            guard error.wouldBlock else { throw error }
            return 0
        }
    }

    /// The events to wait for. Reading never stops: the server stops while we do not read, and
    /// if both ends waited to write, neither would ever read again.
    var wantedInterest: UInt32 {
        switch phase {
        case .connecting: CSYSTEM_WRITABLE
        case .greeting, .open:
            unsent.isEmpty ? CSYSTEM_READABLE : CSYSTEM_READABLE | CSYSTEM_WRITABLE
        }
    }
}

/// Hands a session's ended calls to the pool under the pool's call numbers.
final class ClientSeat: ClientSessionDelegate {
    let index: Int
    private let firstCall: Int
    private unowned let pool: ClientPool
    var connection: ClientConnection?
    /// When a lost connection is tried again.
    var retryNanos: UInt64 = 0

    init(index: Int, firstCall: Int, pool: ClientPool) {
        self.index = index
        self.firstCall = firstCall
        self.pool = pool
    }

    /// The pool's number of the call in a slot.
    func call(_ slot: Int) -> Int { firstCall + slot }

    func callEnded(slot: Int, reply: ClientReply) {
        pool.callEnded(call(slot), on: index, reply: reply)
    }
}
