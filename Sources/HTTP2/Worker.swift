internal import CSystem
internal import Dispatch
internal import Glibc
internal import Ground

/// A serial Dispatch queue that runs one long block: an epoll loop over its own connections.
///
/// A turn: wait; read each ready connection once, in one large piece; let the application run;
/// write each touched connection once. Everything but the mailbox belongs to the loop's thread.
/// One serial queue per worker, never a concurrent one: long blocks on one concurrent queue start
/// late or never when there are few cores.
@safe
public final class Worker: @unchecked Sendable {
    // Sendable because other threads touch only `mailbox`, `wakeEvent` and `finished`; the rest
    // belongs to the block that `start` submits.
    struct Mailbox {
        var arrivals: [Arrival] = []
        /// Nobody reads the mail any more.
        var hasEnded = false
        var drainRequested = false
        var stopRequested = false
        var isSignalled = false
    }

    /// An accepted socket, and what encrypts it.
    struct Arrival: Sendable {
        let descriptor: Int32
        let tls: TLSStream?
    }

    static let wakeToken = UInt64.max
    static let listenerToken = UInt64.max - 1
    /// Accepted in one turn, so that a burst of connections does not hold up calls.
    static let acceptsPerTurn = 64
    /// How long accepting rests when the process has no descriptors left.
    static let acceptPauseNanos: UInt64 = 50_000_000
    /// Written at once: at most this much is left over for a socket that takes nothing.
    static let writeBytesMax = 64 << 10
    /// The same for a socket that did not take everything the last time.
    static let slowWriteBytesMax = 16 << 10
    /// What an ended connection may still send before it is closed all the same.
    static let discardedBytesMax = 4 << 20

    /// The worker's number, from 0.
    public let index: Int
    let configuration: WorkerConfiguration
    /// Let go when the loop ends, because the application refers back.
    private var application: (any WorkerApplication)?
    let clock: any Clock
    let epoll: Socket
    let wakeEvent: Socket
    let mailbox = Lock(Mailbox())
    let peers: WorkerGroup
    let memory = MemoryPool()
    let input: UnsafeMutableRawBufferPointer
    let output: UnsafeMutableRawBufferPointer
    /// What encrypted connections go through; nil on a cleartext server.
    let pipe: TLSPipe?
    let events: UnsafeMutablePointer<csystem_event>
    var connections = SlotMap<Connection>()
    var touched: [Connection] = []
    var flushing: [Connection] = []
    var nowNanos: UInt64 = 0
    var acceptsAgainNanos: UInt64?
    var timers: ConnectionTimers
    var dueConnections: [UInt64] = []
    /// Bytes left over on all connections.
    var unsentBytes = 0
    /// Spreads the ends of connections that began together.
    var jitter: RandomSource
    var isDraining = false
    /// Counts so far. Thread: the worker.
    public internal(set) var statistics = WorkerStatistics()
    private let finished = DispatchGroup()
    static let eventCapacity = 256

    init(
        index: Int, configuration: WorkerConfiguration, application: any WorkerApplication,
        clock: any Clock, peers: WorkerGroup, encrypts: Bool
    ) throws(SocketError) {
        let epoll = csystem_epoll_create()
        guard epoll >= 0 else { throw .last("making an epoll set") }
        self.epoll = Socket(descriptor: epoll)
        let event = csystem_eventfd()
        guard event >= 0 else { throw .last("making an eventfd") }
        wakeEvent = Socket(descriptor: event)
        guard csystem_epoll_add(epoll, event, CSYSTEM_READABLE, Self.wakeToken) == 0
        else { throw .last("watching an eventfd") }
        self.index = index
        self.configuration = configuration
        self.application = application
        self.clock = clock
        self.peers = peers
        let nowNanos = clock.monotonicNanos()
        timers = ConnectionTimers(nowNanos: nowNanos)
        jitter = RandomSource(seed: nowNanos &+ UInt64(index))
        unsafe input = .allocate(byteCount: configuration.turnBytes, alignment: 64)
        unsafe output = .allocate(byteCount: configuration.turnBytes, alignment: 64)
        pipe = encrypts ? TLSPipe(turnBytes: configuration.turnBytes) : nil
        unsafe events = .allocate(capacity: Self.eventCapacity)
    }

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
        unsafe events.deallocate()
    }

    /// The application, while the loop runs.
    var running: any WorkerApplication {
        guard let application else { preconditionFailure("a worker that ended was used") }
        return application
    }

    /// Begins the loop on a queue of its own.
    func start() {
        let queue = DispatchQueue(label: "http2.worker.\(index)", qos: .userInteractive)
        queue.async(group: finished) {
            self.run()
            self.application = nil
        }
    }

    /// Waits until the loop has ended; gives whether that came before the deadline.
    func waitUntilFinished(deadlineNanos: UInt64) -> Bool {
        finished.wait(timeout: DispatchTime(uptimeNanoseconds: deadlineNanos)) == .success
    }

    private func signal(_ change: (inout Mailbox) -> Void) {
        let mustWake = mailbox.withLock { mailbox in
            change(&mailbox)
            defer { mailbox.isSignalled = true }
            return !mailbox.isSignalled
        }
        if mustWake { csystem_eventfd_signal(wakeEvent.descriptor) }
    }

    /// Asks for a turn soon. Thread: any. Calls before the turn begins cost one wake-up together.
    public func wake() { signal { _ in } }

    /// Hands over an accepted socket, and its stream when it is encrypted. Thread: any.
    func adopt(descriptor: Int32, tls: TLSStream? = nil) {
        var isTaken = false
        signal { mailbox in
            isTaken = !mailbox.hasEnded
            if isTaken { mailbox.arrivals.append(Arrival(descriptor: descriptor, tls: tls)) }
        }
        if !isTaken { Glibc.close(descriptor) }
    }

    /// Announces the end on every connection; the loop ends when all calls have. Thread: any.
    func drain() { signal { $0.drainRequested = true } }

    /// Ends the loop now; open connections are closed. Thread: any.
    func stop() { signal { $0.stopRequested = true } }

    /// Second step of a drain, when the peer has seen the first.
    public func refuseNewStreams(_ connection: Connection) {
        guard connection.phase == .draining,
            connection.life.refused(nowNanos, configuration.times)
        else { return }
        connection.session.refuseNewStreams(reason: connection.life.reason.rawValue)
        watchTime(connection)
        touch(connection)
    }

    /// Notes that a connection has something to send; it is written at the end of the turn.
    public func touch(_ connection: Connection) {
        guard !connection.isTouched, !connection.isClosed else { return }
        connection.isTouched = true
        touched.append(connection)
    }
}
