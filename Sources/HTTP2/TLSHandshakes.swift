internal import CSystem
internal import Dispatch
internal import Glibc
internal import Ground

/// The handshakes of a TLS server, on a serial queue of their own.
///
/// A handshake computes for up to a millisecond, and its peer may never answer; so no worker does
/// one. However many come, they cost at most one thread and `openMax` open handshakes. When a new
/// one finds no room the oldest goes: an honest client needs two round trips, those who only hold
/// their place are old. Everything but the mailbox belongs to the loop's thread.
@safe
final class TLSHandshakes: @unchecked Sendable {
    // Sendable because other threads touch only `mailbox`, `published`, `wakeEvent` and
    // `finished`; the rest belongs to the block that `start` submits.
    private struct Mailbox {
        var sockets: [Int32] = []
        var crowdedOut: UInt64 = 0
        var mustStop = false
        var isSignalled = false
    }

    /// One handshake that is not over.
    private final class Attempt {
        var id: UInt64 = 0
        let descriptor: Int32
        let stream: TLSStream
        let deadlineNanos: UInt64
        var interest: UInt32 = CSYSTEM_READABLE

        init(descriptor: Int32, stream: TLSStream, deadlineNanos: UInt64) {
            self.descriptor = descriptor
            self.stream = stream
            self.deadlineNanos = deadlineNanos
        }
    }

    /// From accept to the last message of the handshake; two round trips need far less.
    static let limitNanos: UInt64 = 5_000_000_000
    /// Handshakes at once, some 30 KiB each.
    static let openMax = 256
    private static let wakeToken = UInt64.max
    private static let eventCapacity = 64

    private let credentials: TLSCredentials
    private let clock: any Clock
    private let hand: @Sendable (Int32, TLSStream) -> Void
    private let giveUp: @Sendable (Int32) -> Void
    private let epoll: Socket
    private let wakeEvent: Socket
    private let mailbox = Lock(Mailbox())
    private let published = Lock(TLSStatistics())
    private let finished = DispatchGroup()
    private let pipe = TLSPipe()
    private let events: UnsafeMutablePointer<csystem_event>
    private var attempts = SlotMap<Attempt>()
    /// The ids of `attempts`, oldest first; all have the same time, so deadlines are in order too.
    private var order: [UInt64] = []
    private var statistics = TLSStatistics()

    /// `hand` is given each descriptor that got through, and its stream, on the loop's thread;
    /// `giveUp` each of the others, to close, on any thread.
    init(
        credentials: TLSCredentials, clock: any Clock,
        giveUp: @escaping @Sendable (Int32) -> Void,
        hand: @escaping @Sendable (Int32, TLSStream) -> Void
    ) throws(SocketError) {
        let epoll = csystem_epoll_create()
        guard epoll >= 0 else { throw .last("making an epoll set") }
        self.epoll = Socket(descriptor: epoll)
        let event = csystem_eventfd()
        guard event >= 0 else { throw .last("making an eventfd") }
        wakeEvent = Socket(descriptor: event)
        guard csystem_epoll_add(epoll, event, CSYSTEM_READABLE, Self.wakeToken) == 0
        else { throw .last("watching an eventfd") }
        self.credentials = credentials
        self.clock = clock
        self.hand = hand
        self.giveUp = giveUp
        unsafe events = .allocate(capacity: Self.eventCapacity)
    }

    deinit {
        unsafe events.deallocate()
    }

    /// Begins the loop on a queue of its own.
    func start() {
        let queue = DispatchQueue(label: "http2.handshakes", qos: .userInitiated)
        queue.async(group: finished) { self.run() }
    }

    /// Takes an accepted socket. Thread: any.
    func adopt(descriptor: Int32) {
        let crowdedOut: Int32? = signal { mailbox in
            guard !mailbox.mustStop else { return descriptor }
            mailbox.sockets.append(descriptor)
            guard mailbox.sockets.count > Self.openMax else { return nil }
            mailbox.crowdedOut += 1
            return mailbox.sockets.removeFirst()
        }
        if let crowdedOut { giveUp(crowdedOut) }
    }

    /// Gives up every handshake and ends the loop. Thread: any.
    func stop() { signal { $0.mustStop = true } }

    /// Waits until the loop has ended; gives whether that came before the deadline.
    func waitUntilFinished(deadlineNanos: UInt64) -> Bool {
        finished.wait(timeout: DispatchTime(uptimeNanoseconds: deadlineNanos)) == .success
    }

    /// Counts so far. Thread: any.
    var counts: TLSStatistics { published.withLock { $0 } }

    private func signal<Result>(_ change: (inout Mailbox) -> Result) -> Result {
        let (result, mustWake) = mailbox.withLock { mailbox in
            let result = change(&mailbox)
            defer { mailbox.isSignalled = true }
            return (result, !mailbox.isSignalled)
        }
        if mustWake { csystem_eventfd_signal(wakeEvent.descriptor) }
        return result
    }

    private func run() {
        var isOver = false
        while !isOver {
            let count = unsafe csystem_epoll_wait(
                epoll.descriptor, events, Int32(Self.eventCapacity), timeoutMillis())
            precondition(count >= 0, "epoll_wait failed on our own set")
            for index in 0..<Int(count) {
                let token = unsafe events[index].token
                if token == Self.wakeToken {
                    isOver = takeMail()
                } else if let attempt = attempts[token] {
                    step(attempt)
                }
            }
            endLate()
            let now = statistics
            published.withLock { $0 = now }
        }
        attempts.forEach { drop($0) }
    }

    private func timeoutMillis() -> Int32 {
        guard let id = order.first, let oldest = attempts[id] else { return -1 }
        let now = clock.monotonicNanos()
        guard oldest.deadlineNanos > now else { return 0 }
        return Int32(clamping: (oldest.deadlineNanos - now) / 1_000_000 + 1)
    }

    /// Gives whether the loop must end.
    private func takeMail() -> Bool {
        csystem_eventfd_clear(wakeEvent.descriptor)
        let mail = mailbox.withLock { mailbox in
            let taken = mailbox
            mailbox.sockets = []
            mailbox.crowdedOut = 0
            mailbox.isSignalled = false
            return taken
        }
        statistics.handshakesCrowdedOut += mail.crowdedOut
        let now = clock.monotonicNanos()
        for descriptor in mail.sockets { begin(descriptor, nowNanos: now) }
        return mail.mustStop
    }

    private func begin(_ descriptor: Int32, nowNanos: UInt64) {
        if order.count >= Self.openMax, let oldest = attempts[order[0]] {
            drop(oldest)
            statistics.handshakesCrowdedOut += 1
        }
        let context = credentials.current
        context.renewTicketKeys(nowNanos: nowNanos)
        let attempt = Attempt(
            descriptor: descriptor, stream: TLSStream(context: context, pipe: pipe),
            deadlineNanos: nowNanos + Self.limitNanos)
        attempt.id = attempts.insert(attempt)
        order.append(attempt.id)
        let added = csystem_epoll_add(
            epoll.descriptor, descriptor, attempt.interest, attempt.id)
        guard added == 0 else { return drop(attempt) }
    }

    private func step(_ attempt: Attempt) {
        pipe.descriptor = attempt.descriptor
        switch attempt.stream.handshake() {
        case .waitsForBytes: watch(attempt, CSYSTEM_READABLE)
        case .waitsForRoom: watch(attempt, CSYSTEM_WRITABLE)
        case .failed:
            statistics.handshakesFailed += 1
            drop(attempt)
        case .done:
            statistics.handshakesCompleted += 1
            forget(attempt)
            hand(attempt.descriptor, attempt.stream)
        }
    }

    private func watch(_ attempt: Attempt, _ wanted: UInt32) {
        guard wanted != attempt.interest else { return }
        attempt.interest = wanted
        let result = csystem_epoll_modify(
            epoll.descriptor, attempt.descriptor, wanted, attempt.id)
        precondition(result == 0, "epoll forgot a handshake that is open")
    }

    private func endLate() {
        let now = clock.monotonicNanos()
        while let id = order.first, let oldest = attempts[id], oldest.deadlineNanos <= now {
            drop(oldest)
            statistics.handshakesLate += 1
        }
    }

    private func forget(_ attempt: Attempt) {
        attempts.remove(attempt.id)
        if let place = order.firstIndex(of: attempt.id) { order.remove(at: place) }
        _ = csystem_epoll_remove(epoll.descriptor, attempt.descriptor)
    }

    private func drop(_ attempt: Attempt) {
        forget(attempt)
        giveUp(attempt.descriptor)
    }
}
