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
}
