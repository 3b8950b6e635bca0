/// One accepted socket with its session.
///
/// Output waits inside nghttp2 until the socket takes it; `unsent` holds only what one write left
/// over, at most one worker buffer. While something is left over nothing is read, so a reader
/// that does not read stops being served. Thread: the worker that owns it.
public final class Connection {
    /// What the connection is doing.
    enum Phase {
        case open
        /// GOAWAY was announced; ends when its calls have.
        case draining
        /// Out of the worker's table; only references of this turn are left.
        case closed
    }

    /// Stays the same for the connection's life; never used again.
    public internal(set) var id: UInt64 = 0
    let socket: Socket
    var phase = Phase.open
    var unsent: [UInt8] = []
    var unsentStart = 0
    /// What epoll was last told.
    var interest: UInt32 = 0
    /// Whether the worker will flush it at the end of the turn.
    public internal(set) var isTouched = false
    private var started: Session?

    init(socket: consuming Socket) {
        self.socket = socket
    }

    /// The connection's session.
    public var session: Session {
        guard let started else { preconditionFailure("a connection was used before it began") }
        return started
    }

    /// Whether the connection is gone and nothing can be sent any more.
    public var isClosed: Bool { phase == .closed }

    func begin(_ session: Session) {
        precondition(started == nil, "a connection begins once")
        started = session
    }

    /// Lets go of the session and its delegate, which may refer back to the connection.
    func end() {
        phase = .closed
        started?.delegate.sessionEnded()
        started = nil
    }
}
