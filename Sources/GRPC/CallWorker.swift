internal import Dispatch
internal import Glibc
internal import Ground
internal import HTTP2
internal import Synchronization

/// The calls of one worker: from headers to handler to the last byte of the reply.
///
/// Calls sit in slots that are used again; an id that outlived its call finds nothing. Handlers
/// of inline methods never run at the same time on one worker. Thread: the worker's, except
/// `deliver`, `isCurrent` and what offloaded handlers run.
@safe
final class CallWorker: WorkerApplication, @unchecked Sendable {
    // Sendable because other threads touch only `mailbox`, `thread`, `offloadedCount` and
    // constants; the rest belongs to the worker's loop.

    /// News for a call from another thread.
    enum Letter: Sendable {
        case reply(UInt64, [UInt8])
        case send(UInt64, [UInt8])
        case finish(UInt64, Status)
        case batch(ReplyBatch)
        case attach(UInt64, HandedOver)
        case resume(UInt64)
        case run(@Sendable () -> Void)
    }

    /// A stream handler made off the worker.
    struct HandedOver: @unchecked Sendable {
        // Sendable because the maker gives its only reference away and does not use it again.
        let handler: any StreamHandler
    }

    let index: Int
    let configuration: ServerConfiguration
    let table: MethodTable
    let hooks: ServerHooks
    let clock: any Clock
    let offloadQueue: DispatchQueue
    /// This worker's part of the reply bytes that may wait in the process.
    let replyBytesShare: Int
    private(set) var worker: Worker?
    /// The same worker, which outlives every turn.
    private var loop: Unowned<Worker>?
    /// Blocks of plain replies, at hand.
    let plainHeaders = ReplyBlocks.headers
    let plainTrailers = ReplyBlocks.okTrailers
    /// Connections that ever began; numbers them for operators.
    private var connectionCount: Int64 = 0
    var calls: [CallState] = []
    /// The same without counting: the worker keeps its slots for good.
    var slots: [Unowned<CallState>] = []
    private var freeSlots: [Unowned<CallState>] = []
    /// Calls whose handlers have something to do, shared out fairly.
    let queue = FairQueue()
    var costs: MethodCosts
    var pace = Pace()
    var timers: TimerWheel
    var nowNanos: UInt64
    /// Request bytes that wait for their handlers, and reply bytes that wait for their readers.
    var requestBytes = 0
    var replyBytes = 0
    var statistics = ServerStatistics()
    let published: Lock<ServerStatistics>
    let offloadedCount = Lock(0)
    let compression = Compression()
    private let mailbox = Lock([Letter]())
    private var passed: [Int] = []
    /// How long an idle server may publish what was true before its last write.
    private static let staleCountsNanos: UInt64 = 100_000_000
    /// The loop's thread. Relaxed is enough: a thread asks only whether it wrote its own number.
    private let thread = Atomic<UInt>(0)

    init(
        index: Int, configuration: ServerConfiguration, table: MethodTable, hooks: ServerHooks,
        clock: any Clock, offloadQueue: DispatchQueue
    ) {
        self.index = index
        self.configuration = configuration
        self.table = table
        self.hooks = hooks
        self.clock = clock
        self.offloadQueue = offloadQueue
        replyBytesShare = configuration.replyBytesMax / configuration.workerCount
        costs = MethodCosts(methodCount: table.count)
        nowNanos = clock.monotonicNanos()
        timers = TimerWheel(nowNanos: nowNanos)
        published = Lock(ServerStatistics())
    }

    /// Tells the worker that runs this application; before its loop begins.
    func attach(_ worker: Worker) {
        self.worker = worker
        loop = Unowned(worker)
    }

    /// Has a connection written at the end of the turn.
    @inline(__always)
    func touch(_ connection: Connection) {
        if !connection.isTouched { loop?.with { $0.touch(connection) } }
    }

    /// Whether the caller is on the worker's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Handles a letter now on the worker, or puts it into the mailbox. Thread: any.
    func deliver(_ letter: Letter) {
        if isCurrent {
            handle(letter)
        } else {
            mailbox.withLock { $0.append(letter) }
            worker?.wake()
        }
    }

    func connectionOpened(_ connection: Connection) -> any SessionDelegate {
        connectionCount += 1
        // Numbers of one worker leave gaps for the others'.
        let id = connectionCount * Int64(configuration.workerCount) + Int64(index)
        return ConnectionCalls(owner: self, connection: connection, socketID: id)
    }

    func turnBegan(nowNanos: UInt64) {
        self.nowNanos = nowNanos
        pace.turnBegan(nowNanos: nowNanos, isBacklogged: !queue.isIdle)
        if thread.load(ordering: .relaxed) == 0 {
            thread.store(UInt(pthread_self()), ordering: .relaxed)
        }
    }

    func turnRan() {
        let letters: [Letter] = mailbox.withLock { mailbox in
            if mailbox.isEmpty { return [] }
            let taken = mailbox
            mailbox = []
            return taken
        }
        for letter in letters { handle(letter) }
        timers.advance(toNanos: nowNanos, passed: &passed)
        for slot in passed { deadlinePassed(calls[slot]) }
        passed.removeAll(keepingCapacity: true)
        let ran = runSlice()
        if ran || !letters.isEmpty { hooks.turnEnded(index) }
        publishStatistics()
    }

    /// At once while somebody waits to be served: the loop only looks at what has become ready.
    /// Soon when the published counts are not true any more, for writing comes after a turn.
    var nextTurnNanos: UInt64? {
        guard queue.isIdle else { return nowNanos }
        guard statistics.replyBytesWaiting != replyBytes else { return timers.nextNanos }
        return min(timers.nextNanos ?? .max, nowNanos + Self.staleCountsNanos)
    }

    /// The call of an id, or nil when it is over.
    @inline(__always)
    func find(_ id: UInt64) -> CallState? {
        let slot = Int(truncatingIfNeeded: id & 0xffff_ffff)
        guard slot < calls.count else { return nil }
        let call = calls[slot]
        return call.generation == UInt32(truncatingIfNeeded: id >> 32) ? call : nil
    }

    /// A free slot, or nil when the worker has all the calls it takes.
    func takeSlot() -> Unowned<CallState>? {
        if let slot = freeSlots.popLast() { return slot }
        guard calls.count < configuration.callsPerWorkerMax else { return nil }
        let call = CallState(slot: calls.count)
        calls.append(call)
        slots.append(Unowned(call))
        return Unowned(call)
    }

    /// Empties a slot whose stream is gone.
    func release(_ call: CallState) {
        if call.deadlineNanos != .max { timers.clear(call.slot) }
        if queue.contains(call.slot) { queue.remove(call.slot) }
        requestBytes -= call.requestBytes
        repliesLeft(call, call.output.bytes.count - call.output.sent)
        call.clear()
        freeSlots.append(Unowned(call))
    }

    /// Lets other threads see the counts, from time to time and when the loop is idle.
    private func publishStatistics() {
        guard let worker else { return }
        statistics.connectionsOpen = worker.statistics.connectionsOpen
        statistics.connectionsAccepted = worker.statistics.connectionsAccepted
        statistics.bytesReceived = worker.statistics.bytesReceived
        statistics.bytesSent = worker.statistics.bytesSent
        statistics.abuses = worker.statistics.abuses
        statistics.requestBytesWaiting = requestBytes
        statistics.replyBytesWaiting = replyBytes
        statistics.callsWaiting = queue.count
        statistics.callsHeld = queue.heldCount
        let now = statistics
        published.withLock { $0 = now }
    }

    /// What the headers of a call said. Thread: the call's worker.
    func facts(of id: UInt64) -> CallFacts {
        precondition(isCurrent, "metadata was read off the call's worker")
        return find(id)?.facts ?? CallFacts()
    }

    /// Every header of a call. Thread: the call's worker.
    func allMetadata(of id: UInt64) -> [MetadataField] {
        precondition(isCurrent, "metadata was read off the call's worker")
        return find(id)?.metadata.all ?? []
    }

    /// Reads a header of a call on its own worker.
    func withMetadata<Result>(
        of id: UInt64, _ name: String, _ body: (Span<UInt8>?) -> Result
    ) -> Result {
        precondition(isCurrent, "metadata was read off the call's worker")
        guard let call = find(id) else { return body(nil) }
        return call.metadata.withValue(of: name, body)
    }

    /// Who the client of a call is, on its own worker.
    func peerCertificate(of id: UInt64) -> PeerCertificate? {
        precondition(isCurrent, "a certificate was asked for off the call's worker")
        return find(id)?.connection?.object.peerCertificate
    }
}
