internal import Ground

/// One accepted socket with its session.
///
/// Output waits inside nghttp2 until the socket takes it; `unsent` holds only what one write left
/// over, at most one piece of a turn. While something is left over nothing more is taken out of
/// nghttp2, and reading goes on. Thread: the worker that owns it.
public final class Connection {
    /// What the connection is doing.
    enum Phase {
        case open
        /// GOAWAY was announced; ends when its calls have.
        case draining
        /// The session is over; the socket is read until the peer has seen why.
        case lingering
        /// Out of the worker's table; only references of this turn are left.
        case closed
    }

    /// Stays the same for the connection's life; never used again.
    public internal(set) var id: UInt64 = 0
    let socket: Socket
    /// What encrypts the connection; nil in clear.
    let tls: TLSStream?
    /// Whether the peer said that it sends no more; what came before is served first.
    var peerHasEnded = false
    var phase = Phase.open
    var unsent: [UInt8] = []
    var unsentStart = 0
    /// Whether the last write of frames was cut short.
    var wasSlow = false
    /// What epoll was last told.
    var interest: UInt32 = 0
    /// Whether the worker will flush it at the end of the turn.
    public internal(set) var isTouched = false
    /// When it must be looked at next, and by which rules.
    var dueNanos = UInt64.max
    var life: ConnectionLife
    /// Bytes that the socket gave and took, encrypted ones where it encrypts.
    public internal(set) var bytesReceived: UInt64 = 0
    /// See `bytesReceived`.
    public internal(set) var bytesSent: UInt64 = 0
    /// PINGs that asked whether the peer was there.
    public internal(set) var keepalivesSent: UInt64 = 0
    /// Bytes read and thrown away since the end.
    var discardedBytes = 0
    private var started: Session?
    /// The same session, which lives until `end`.
    private var running: Unowned<Session>?

    init(socket: consuming Socket, life: ConnectionLife, tls: TLSStream? = nil) {
        self.socket = socket
        self.life = life
        self.tls = tls
    }

    /// The connection's session.
    public var session: Session {
        guard let started else { preconditionFailure("a connection was used before it began") }
        return started
    }

    /// Runs `body` with the session of a connection that is not closed, without counting it.
    @inline(__always)
    public func withSession(_ body: (Session) -> Void) {
        running?.with(body)
    }

    /// Who the client is by its verified certificate; nil in clear or when none is asked for.
    public var peerCertificate: PeerCertificate? { tls?.peer }

    /// Whether the connection is gone and nothing can be sent any more.
    public var isClosed: Bool { phase == .closed || phase == .lingering }

    /// What the rules of time look at.
    var facts: ConnectionLife.Facts {
        var facts = session.facts
        facts.hasUnsent = !unsent.isEmpty
        return facts
    }

    func begin(_ session: Session) {
        precondition(started == nil, "a connection begins once")
        started = session
        running = Unowned(session)
    }

    /// The session is over, but not yet the socket.
    func linger() {
        end()
        phase = .lingering
    }

    /// Lets go of the session and its delegate, which may refer back to the connection.
    func end() {
        phase = .closed
        started?.delegate.sessionEnded()
        running = nil
        started = nil
    }
}
