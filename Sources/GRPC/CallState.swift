internal import Ground
internal import HTTP2

/// What the server knows of one call. Objects stay in their slot and serve call after call.
///
/// Thread: the worker that owns the slot.
@safe
final class CallState {
    /// What happens next.
    enum Phase {
        /// No call is in the slot.
        case free
        /// The headers are coming.
        case headers
        /// The request message is coming; its handler runs when the client has ended.
        case request
        /// The request is no gRPC call: an HTTP answer waits until it has ended.
        case refused(PlainRefusal)
        /// The call waits for its handler in the worker's fair queue.
        case queued
        /// A handler has the call; off the worker if there is a ticket.
        case running(OffloadTicket?)
        /// A streaming object has the call.
        case streaming(any StreamHandler)
        /// The answer is given; what is left of it is being sent.
        case answered
    }

    /// How the reply ends.
    enum Ending {
        /// More messages may come.
        case open
        /// With OK, as nearly all do.
        case well
        /// With the body: an HTTP answer, not a gRPC one.
        case withoutTrailers
        /// With an error behind what was sent.
        case badly(Status)
    }

    /// The reply that still has to leave.
    struct Output: ~Copyable {
        /// Framed messages; `sent` bytes of them have left.
        var bytes = GrowingBytes()
        var sent = 0
        var headersSubmitted = false
        var ending = Ending.open
        /// Trailers of this call alone, kept until the slot is emptied.
        var trailers: FieldBlock?
        /// Whether the body provider answered `later`.
        var isWaiting = false
        /// Whether the handler was told to stop and waits for `onWritable`.
        var owesWritable = false
        /// Whether there is room again and `onWritable` comes in the handler's turn.
        var tellsWritable = false

        var isOpen: Bool {
            if case .open = ending { return true }
            return false
        }

        /// Starts afresh; a buffer that one large reply blew up is given back.
        mutating func reset(keepingBytes: Int) {
            bytes.reset(keepingBytes: keepingBytes)
            sent = 0
            headersSubmitted = false
            ending = .open
            if trailers != nil { trailers = nil }
            isWaiting = false
            owesWritable = false
            tellsWritable = false
        }
    }

    /// What a stream has sent and its handler has not taken.
    ///
    /// The client may send no more than the stream's window, which is given back as the handler
    /// takes: so this is bounded, however slow the handler is.
    struct Input: ~Copyable {
        /// Bytes as they came; `start` of them are read.
        var bytes = GrowingBytes()
        var start = 0
        /// Bytes read whose window has not been given back.
        var owed = 0
        /// Whether the handler asked for a pause.
        var isPaused = false
        /// Whether reading rests until what the handler sent has left.
        var waitsForRoom = false
        /// Whether the handler was told that the client has ended.
        var isEnded = false

        /// Bytes that wait.
        var count: Int { bytes.count - start }

        /// Lets go of what is read, and of a buffer that a burst blew up.
        mutating func trim(keepingBytes: Int) {
            guard start == bytes.count else {
                // Moving the rest costs no more than what was read did.
                if start >= bytes.count / 2, start > keepingBytes {
                    bytes.removeFirst(start)
                    start = 0
                }
                return
            }
            bytes.reset(keepingBytes: keepingBytes)
            start = 0
        }

        /// Starts afresh.
        mutating func reset(keepingBytes: Int) {
            start = bytes.count
            trim(keepingBytes: keepingBytes)
            owed = 0
            isPaused = false
            waitsForRoom = false
            isEnded = false
        }
    }

    let slot: Int
    var generation: UInt32 = 1
    var phase = Phase.free
    /// The connection outlives its calls: it empties their slots before it goes.
    var connection: Unowned<Connection>?
    /// The other calls of the connection; outlives them likewise.
    var siblings: Unowned<ConnectionCalls>?
    var streamID: Int32 = 0
    /// Neighbours in the list of the connection's calls; slots live as long as the worker.
    var next: Unowned<CallState>?
    var previous: Unowned<CallState>?
    var head = RequestHead()
    /// The method's number in the table, once the headers allowed the call.
    var methodIndex = 0
    var principal: UInt64 = 0
    /// Whose time the call uses.
    var tenant: UInt64 = 0
    var deadlineNanos = UInt64.max
    var metadata = Metadata()
    var reader = MessageReader()
    var input = Input()
    var output = Output()
    /// Bytes of this call in the worker's count of request bytes.
    var requestBytes = 0
    var peerEnded = false
    /// Metadata, compression and gRPC-Web: nil for plain calls.
    var extras: CallExtras?

    /// When the call last got on, as the periodic look sees it, and how far it was then.
    var progressNanos: UInt64 = 0
    var progressMark = 0

    init(slot: Int) {
        self.slot = slot
    }

    /// The address of this object, by which the session names its stream.
    var token: Int { Unowned(self).address }

    /// The method, once the headers allowed the call.
    var method: Method? { head.method?.object.method }

    /// The slot in the low half and its generation in the high half.
    var id: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    /// Buffers above this size are not kept for the next call: a slot keeps four of them at most,
    /// and the busiest moment decides how many slots there are.
    static let keptBytes = 2 << 10

    /// Empties the slot; the id becomes stale.
    func clear() {
        generation &+= 1
        phase = .free
        connection = nil
        siblings = nil
        head.reset()
        principal = 0
        tenant = 0
        deadlineNanos = .max
        peerEnded = false
        progressNanos = 0
        progressMark = 0
        requestBytes = 0
        if extras != nil { extras = nil }
        metadata.reset(keepingBytes: Self.keptBytes)
        reader.reset(keepingBytes: Self.keptBytes)
        input.reset(keepingBytes: Self.keptBytes)
        output.reset(keepingBytes: Self.keptBytes)
    }
}

/// Why the headers of a call allow no handler.
enum HeaderProblem {
    /// Not POST: an HTTP answer, not a gRPC one.
    case notPost
    /// Not a gRPC content type: HTTP 415.
    case contentType
    /// A page of an origin that is not configured: HTTP 403.
    case foreignOrigin
    /// A browser asks whether a page of this origin may call.
    case preflight(origin: String)
    /// A gRPC answer.
    case status(Status)
    /// An encoding that is not supported; the reply says which are.
    case encoding(String)
}
