internal import Dispatch
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// A reply stream that reads pages off its worker and sends them as fast as the client takes them.
///
/// One page is read at a time, and only while there is room to write, so a client that does not
/// read holds one page of memory. When there is nothing to read it ends, or, when it follows the
/// journal, waits for `wake`.
///
///     idle -> reading -> idle (nothing new) | reading (sent, room) | full (sent, no room)
///
/// Thread: the call's worker, but for `source`, which only the reading queue touches while a page
/// is being read.
final class PagedStream: StreamHandler, @unchecked Sendable {
    // Sendable because its state belongs to the call's worker: every entry from elsewhere goes
    // through `Call.runOnWorker`.
    /// Reads the next message; nil when there is nothing more as yet. Errors end the stream.
    typealias Source = () throws -> [UInt8]?

    private enum State {
        case idle
        case reading
        case full
        case over
    }

    /// Of lower priority than the workers; concurrent, so that one long walk delays no other.
    private static let queue = DispatchQueue(
        label: "riskd.streams", qos: .utility, attributes: .concurrent)

    private let call: Call
    private let follows: Bool
    private let source: Source
    private let streams: LiveStreams
    private var state = State.idle
    /// Something came while a page was being read: read again before waiting.
    private var hasNews = false
    private var unwatch: (() -> Void)?
    private var number: UInt64 = 0

    init(_ call: Call, follows: Bool, streams: LiveStreams, source: @escaping Source) {
        self.call = call
        self.follows = follows
        self.streams = streams
        self.source = source
    }

    /// Begins; `watch` asks to be woken and says how that is ended, nil when too many are.
    func start(watch: ((PagedStream) -> (() -> Void)?)? = nil) {
        if let watch {
            unwatch = watch(self)
            guard unwatch != nil else { return call.fail(Refusal.tooManyWatches) }
        }
        number = streams.add(self)
        read()
    }

    /// What is followed has changed. Thread: any.
    func wake() {
        call.runOnWorker { [self] in
            hasNews = true
            if state == .idle { read() }
        }
    }

    /// Ends the stream because the server goes away. Thread: any.
    func stop() {
        call.runOnWorker { [self] in
            guard state != .over else { return }
            end()
            call.fail(Refusal.goingAway)
        }
    }

    func onWritable() {
        if state == .full { read() }
    }

    func onCancel() { end() }

    private func end() {
        state = .over
        unwatch?()
        unwatch = nil
        streams.remove(number)
    }

    private func read() {
        guard call.isWritable else {
            state = .full
            return
        }
        state = .reading
        hasNews = false
        Self.queue.async { [self] in
            let page = Result { try source() }
            call.runOnWorker { self.take(page) }
        }
    }

    private func take(_ page: Result<[UInt8]?, any Error>) {
        guard state == .reading else { return }
        switch page {
        case .success(let message?):
            call.send(message)
            read()
        case .success(nil):
            if hasNews { return read() }
            state = .idle
            guard !follows else { return }
            end()
            call.finish()
        case .failure(let error):
            end()
            call.fail(error as? Status ?? Refusal.recordDamaged)
        }
    }
}

/// The streams that follow the journal or read it, so that a server that stops ends them.
///
/// Thread: any, under a lock held for one entry.
final class LiveStreams: Sendable {
    private struct State {
        var next: UInt64 = 1
        var streams: [UInt64: PagedStream] = [:]
        var hasStopped = false
    }

    private let state = Lock(State())

    init() {}

    /// Adds a stream; one that comes after the stop is ended at once.
    func add(_ stream: PagedStream) -> UInt64 {
        let (number, hasStopped) = state.withLock { state in
            defer { state.next += 1 }
            state.streams[state.next] = stream
            return (state.next, state.hasStopped)
        }
        if hasStopped { stream.stop() }
        return number
    }

    /// Forgets a stream that has ended.
    func remove(_ number: UInt64) {
        state.withLock { $0.streams[number] = nil }
    }

    /// Ends every stream: their clients resume elsewhere.
    func stop() {
        let streams = state.withLock { state in
            state.hasStopped = true
            return Array(state.streams.values)
        }
        for stream in streams { stream.stop() }
    }
}
