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
        /// The call waits for its handler in the worker's queue.
        case queued
        /// A handler has the call; off the worker if there is a ticket.
        case running(OffloadTicket?)
        /// A streaming object has the call.
        case streaming(any StreamHandler)
        /// The answer is given; what is left of it is being sent.
        case answered
    }

    /// The reply that still has to leave.
    struct Output {
        /// Framed messages; `sent` bytes of them have left.
        var bytes: [UInt8] = []
        var sent = 0
        var headersSubmitted = false
        /// Set when no more messages come.
        var status: Status?
        /// Whether the body provider answered `later`.
        var isWaiting = false
        /// Whether the handler was told to stop and waits for `onWritable`.
        var owesWritable = false

        /// Starts afresh; a buffer that one large reply blew up is given back.
        mutating func reset(keepingBytes: Int) {
            if bytes.capacity > keepingBytes {
                bytes = []
            } else if !bytes.isEmpty {
                bytes.removeAll(keepingCapacity: true)
            }
            sent = 0
            headersSubmitted = false
            status = nil
            isWaiting = false
            owesWritable = false
        }
    }

    let slot: Int
    var generation: UInt32 = 1
    var phase = Phase.free
    /// The connection outlives its calls: it empties their slots before it goes.
    unowned(unsafe) var connection: Connection?
    var streamID: Int32 = 0
    /// Neighbours in the list of the connection's calls; -1 at the ends.
    var nextOfConnection = -1
    var previousOfConnection = -1
    var head = RequestHead()
    var principal: UInt64 = 0
    var deadlineNanos = UInt64.max
    var metadata = Metadata()
    var reader = MessageReader()
    var output = Output()
    var peerEnded = false

    init(slot: Int) {
        self.slot = slot
    }

    /// The address of this object, by which the session names its stream.
    var token: Int { unsafe Int(bitPattern: Unmanaged.passUnretained(self).toOpaque()) }

    /// The method, once the headers allowed the call.
    var method: Method? { head.method?.method }

    /// The slot in the low half and its generation in the high half.
    var id: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    /// Buffers above this size are not kept for the next call: a slot keeps two of them, and the
    /// busiest moment decides how many slots there are.
    private static let keptBytes = 2 << 10

    /// Empties the slot; the id becomes stale.
    func clear() {
        generation &+= 1
        phase = .free
        unsafe connection = nil
        head = RequestHead()
        principal = 0
        deadlineNanos = .max
        peerEnded = false
        metadata.removeAll()
        reader.reset(keepingBytes: Self.keptBytes)
        output.reset(keepingBytes: Self.keptBytes)
    }
}

/// Why the headers of a call allow no handler.
enum HeaderProblem {
    /// Not POST: an HTTP answer, not a gRPC one.
    case notPost
    /// Not a gRPC content type: HTTP 415.
    case contentType
    /// A gRPC answer.
    case status(Status)
    /// An encoding that is not supported; the reply says which are.
    case encoding(String)
}
