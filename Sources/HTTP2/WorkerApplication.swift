/// What runs on a worker: makes a delegate for each connection and has its share of each turn.
///
/// Thread: the worker, for every method.
public protocol WorkerApplication: AnyObject, Sendable {
    /// A connection was accepted. The delegate is kept by the connection.
    func connectionOpened(_ connection: Connection) -> any SessionDelegate
    /// A turn begins: the events of every readable connection come next.
    func turnBegan(nowNanos: UInt64)
    /// All that was ready is read: run what came. What is submitted now leaves in this turn.
    func turnRan()
    /// When the application wants a turn at the latest, on the monotonic clock.
    var nextTurnNanos: UInt64? { get }
}

/// The limits of one worker.
public struct WorkerConfiguration: Sendable {
    /// Limits of every session.
    public var session = SessionConfiguration()
    /// Connections above it are closed as they come.
    public var connectionsMax = 16_384
    /// Connections of one IPv4 address or IPv6 network of 64 bits: many users may share one behind
    /// a translator, and one that has more still leaves most of the places to others.
    public var connectionsPerAddressMax = 4_096
    /// Whether that holds for loopback addresses too, where a proxy may speak for everyone.
    public var countsLoopback = false
    /// Bytes that full sockets left over, of all connections: 512 readers that do not read.
    public var unsentBytesMax = 32 << 20
    /// Frames that may wait for a socket that is full before it is not read any more: above what
    /// the replies of all streams need, below what ends the session.
    public var unreadFramesMax = 2_500
    /// How long things may take.
    public var times = ConnectionTimes()
    /// Bytes read, and bytes written, of one connection in one turn.
    public var turnBytes = 256 << 10

    /// The defaults of every limit.
    public init() {}
}

/// Counts of one worker since it began.
public struct WorkerStatistics: Sendable {
    /// Connections open now.
    public var connectionsOpen = 0
    /// Connections ever accepted.
    public var connectionsAccepted: UInt64 = 0
    /// Bytes read from sockets.
    public var bytesReceived: UInt64 = 0
    /// Bytes written to sockets.
    public var bytesSent: UInt64 = 0
    /// Connections ended, and connections and calls refused, because of their peer.
    public var abuses = AbuseCounts()
}
