internal import CSystem
internal import Glibc
public import Ground

/// Is told when calls of a pool end, while `ClientPool.turn` runs.
public protocol ClientPoolDelegate: AnyObject {
    /// The call is over and its number is free; a new call may be submitted at once.
    ///
    /// `ClientPool.nowNanos` is when the bytes that ended it had been read.
    func callEnded(_ call: Int, on connection: Int, reply: ClientReply)
}

/// Why a pool could not reach its server.
public struct ClientPoolError: Error, Sendable, CustomStringConvertible {
    /// One line that says what failed.
    public let description: String
}

/// Connections to one server, driven by turns of one thread.
///
/// A turn: write each connection that has something once, wait, read each ready connection once
/// in one large piece. Calls have numbers from 0 to connections x streams - 1. A lost connection
/// ends its calls and is tried again while the pool is in use.
/// Thread: one at a time; the delegate is called on it.
@safe
public final class ClientPool {
    /// One read or write takes at most this: large pieces are what makes calls cheap.
    static let turnBytes = 256 << 10
    /// How long a lost connection rests before it is tried again.
    static let retryNanos: UInt64 = 250_000_000
    static let eventCapacity = 256

    let address: ClientAddress
    let streamsPerConnection: Int
    let clock: any Clock
    let epoll: Socket
    let memory = MemoryPool()
    let room: UnsafeMutableRawBufferPointer
    let events: UnsafeMutablePointer<csystem_event>
    var seats: [ClientSeat] = []
    var touched: [ClientConnection] = []
    var flushing: [ClientConnection] = []
    var lostCount = 0
    private unowned let delegate: any ClientPoolDelegate
    private var cursor = 0
    /// When the last turn read something, or the start of the last turn.
    public internal(set) var nowNanos: UInt64
    /// Calls that have not ended.
    public private(set) var inFlightCount = 0
    /// Nanoseconds that turns spent waiting for the server or for time to pass.
    public internal(set) var waitedNanos: UInt64 = 0
    /// Why the last connection was lost, if one was.
    public internal(set) var lastProblem: String?

    /// Prepares `connectionCount` connections of `streamsPerConnection` calls each; does not
    /// connect. The delegate must outlive the pool's use.
    public init(
        address: ClientAddress, connectionCount: Int, streamsPerConnection: Int, clock: any Clock,
        delegate: any ClientPoolDelegate
    ) throws(SocketError) {
        precondition(connectionCount > 0 && streamsPerConnection > 0, "a pool has room for a call")
        let descriptor = csystem_epoll_create()
        guard descriptor >= 0 else { throw .last("making an epoll set") }
        epoll = Socket(descriptor: descriptor)
        self.address = address
        self.streamsPerConnection = streamsPerConnection
        self.clock = clock
        self.delegate = delegate
        nowNanos = clock.monotonicNanos()
        unsafe room = .allocate(byteCount: Self.turnBytes, alignment: 64)
        unsafe events = .allocate(capacity: Self.eventCapacity)
        for index in 0..<connectionCount {
            seats.append(
                ClientSeat(index: index, firstCall: index * streamsPerConnection, pool: self))
        }
    }

    deinit {
        unsafe room.deallocate()
        unsafe events.deallocate()
    }

    /// Opens every connection and waits until the server has spoken HTTP/2 on each.
    ///
    /// Throws `ClientPoolError` when one fails or `timeoutNanos` have passed.
    public func connect(timeoutNanos: UInt64) throws(ClientPoolError) {
        nowNanos = clock.monotonicNanos()
        let deadlineNanos = nowNanos + timeoutNanos
        for seat in seats { open(seat) }
        while seats.contains(where: { $0.connection?.phase != .open }) {
            if let lastProblem { throw ClientPoolError(description: lastProblem) }
            guard nowNanos < deadlineNanos else {
                throw ClientPoolError(description: "\(address) does not answer")
            }
            turn(waitNanos: deadlineNanos - nowNanos)
        }
    }

    /// Starts a call; `fill` writes its body into an empty buffer.
    ///
    /// On `connection`, or on the next one with a free stream. Gives the call's number, or nil
    /// when no stream is free there. It is sent at the start of the next turn.
    public func submit(
        _ block: FieldBlock, on connection: Int? = nil, fill: (inout [UInt8]) -> Void
    ) -> Int? {
        if let connection { return submit(block, seat: seats[connection], fill: fill) }
        for _ in 0..<seats.count {
            cursor = cursor + 1 == seats.count ? 0 : cursor + 1
            if let call = submit(block, seat: seats[cursor], fill: fill) { return call }
        }
        return nil
    }

    private func submit(
        _ block: FieldBlock, seat: ClientSeat, fill: (inout [UInt8]) -> Void
    ) -> Int? {
        guard let connection = seat.connection, connection.phase == .open,
            let slot = connection.session.submit(block, fill: fill)
        else { return nil }
        inFlightCount += 1
        touch(connection)
        return seat.call(slot)
    }

    /// Whether a call of this number has not ended.
    public func isBusy(_ call: Int) -> Bool {
        let (seat, slot) = call.quotientAndRemainder(dividingBy: streamsPerConnection)
        return seats[seat].connection?.session.isBusy(slot) ?? false
    }

    func callEnded(_ call: Int, on connection: Int, reply: ClientReply) {
        inFlightCount -= 1
        delegate.callEnded(call, on: connection, reply: reply)
    }

    func touch(_ connection: ClientConnection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection)
    }
}
