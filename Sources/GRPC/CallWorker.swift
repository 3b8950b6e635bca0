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
        case batch([Completion])
        case attach(UInt64, HandedOver)
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
    private(set) var worker: Worker?
    var calls: [CallState] = []
    private var freeSlots: [Int] = []
    var ready: BoundedRing<UInt64>
    var timers: TimerWheel
    var nowNanos: UInt64
    var requestBytes = 0
    /// Streams whose handlers are told in the next turn that there is room.
    var writable: [UInt64] = []
    var statistics = ServerStatistics()
    let published: Lock<ServerStatistics>
    let offloadedCount = Lock(0)
    private let mailbox = Lock([Letter]())
    private var passed: [Int] = []
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
        ready = BoundedRing(bound: configuration.callsPerWorkerMax)
        nowNanos = clock.monotonicNanos()
        timers = TimerWheel(nowNanos: nowNanos)
        published = Lock(ServerStatistics())
    }

    /// Tells the worker that runs this application; before its loop begins.
    func attach(_ worker: Worker) {
        self.worker = worker
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
        ConnectionCalls(owner: self, connection: connection)
    }

    func turnBegan(nowNanos: UInt64) {
        self.nowNanos = nowNanos
        if thread.load(ordering: .relaxed) == 0 {
            thread.store(UInt(pthread_self()), ordering: .relaxed)
        }
    }

    func turnRan() {
        let letters = mailbox.withLock { mailbox in
            let taken = mailbox
            if !taken.isEmpty { mailbox = [] }
            return taken
        }
        for letter in letters { handle(letter) }
        timers.advance(toNanos: nowNanos, passed: &passed)
        for slot in passed { deadlinePassed(calls[slot]) }
        passed.removeAll(keepingCapacity: true)
        tellWritable()
        var ran = !letters.isEmpty
        while let id = ready.popFirst() {
            if let call = find(id) { run(call) }
            ran = true
        }
        if ran { hooks.turnEnded(index) }
        publishStatistics()
    }

    var nextTurnNanos: UInt64? { writable.isEmpty ? timers.nextNanos : nowNanos }

    /// The call of an id, or nil when it is over.
    @inline(__always)
    func find(_ id: UInt64) -> CallState? {
        let slot = Int(truncatingIfNeeded: id & 0xffff_ffff)
        guard slot < calls.count else { return nil }
        let call = calls[slot]
        return call.generation == UInt32(truncatingIfNeeded: id >> 32) ? call : nil
    }

    /// A free slot, or nil when the worker has all the calls it takes.
    func takeSlot() -> CallState? {
        if let slot = freeSlots.popLast() { return calls[slot] }
        guard calls.count < configuration.callsPerWorkerMax else { return nil }
        let call = CallState(slot: calls.count)
        calls.append(call)
        return call
    }

    /// Empties a slot whose stream is gone.
    func release(_ call: CallState) {
        if call.deadlineNanos != .max { timers.clear(call.slot) }
        requestBytes -= call.reader.message.count
        call.clear()
        freeSlots.append(call.slot)
    }

    /// Lets other threads see the counts, from time to time and when the loop is idle.
    private func publishStatistics() {
        guard let worker else { return }
        statistics.connectionsOpen = worker.statistics.connectionsOpen
        statistics.connectionsAccepted = worker.statistics.connectionsAccepted
        statistics.bytesReceived = worker.statistics.bytesReceived
        statistics.bytesSent = worker.statistics.bytesSent
        let now = statistics
        published.withLock { $0 = now }
    }

    /// Reads the headers of a call on its own worker.
    func withMetadata<Result>(of id: UInt64, _ body: (borrowing Metadata?) -> Result) -> Result {
        precondition(isCurrent, "metadata was read off the call's worker")
        return body(find(id)?.metadata)
    }
}
