/// Why the bytes of a request are no messages.
enum FramingProblem: Error, Equatable {
    /// The flag byte is neither 0 nor 1.
    case badFlag(UInt8)
    /// A message is marked as compressed, but the call named no encoding.
    case compressedWithoutEncoding
    /// A compressed message is damaged or ends too early.
    case corrupt
    /// A compressed message becomes longer than what is taken.
    case inflatesTooLong(limit: Int)
    /// The prefix declares more bytes than are taken.
    case tooLong(declared: Int, limit: Int)

    /// How the call ends.
    var status: Status {
        let malformed = "FRAMING_MALFORMED"
        let tooLarge = "MESSAGE_TOO_LARGE"
        return switch self {
        case .badFlag(let flag):
            Status(.internal, "message flag \(flag) is neither 0 nor 1", reason: malformed)
        case .compressedWithoutEncoding:
            Status(
                .internal, "a message is compressed, but the call has no grpc-encoding",
                reason: malformed)
        case .corrupt:
            Status(.internal, "a compressed message is no gzip", reason: malformed)
        case .inflatesTooLong(let limit):
            Status(
                .resourceExhausted, "a compressed message has more than \(limit) bytes",
                reason: tooLarge)
        case .tooLong(let declared, let limit):
            Status(
                .resourceExhausted, "a message of \(declared) bytes; at most \(limit) are taken",
                reason: tooLarge)
        }
    }
}

/// Cuts a stream of bytes into messages: five bytes of prefix, then the message.
///
/// The edges of DATA frames mean nothing. The length is judged from the prefix, before the body
/// comes, and memory grows with what arrives, not with what is declared.
/// Source: "gRPC over HTTP2", Length-Prefixed-Message.
struct MessageReader: ~Copyable {
    private enum State {
        case prefix(bytes: UInt64, count: Int)
        case body(remaining: Int)
    }

    private var state = State.prefix(bytes: 0, count: 0)
    /// The message that is being read, or the last one that `next` completed.
    private(set) var message = GrowingBytes()
    /// Messages completed.
    private(set) var count = 0
    /// Whether `message` came compressed; it stays so when `message` was inflated.
    private(set) var isCompressed = false
    /// Whether the call named an encoding.
    var takesCompressed = false

    /// Whether the bytes so far end in the middle of a message.
    var isInsideMessage: Bool {
        if case .prefix(_, 0) = state { return false }
        return true
    }

    /// Takes bytes from `offset` on until a message is complete or the bytes are used up.
    ///
    /// Gives whether `message` is complete. Throws `FramingProblem` when the call cannot go on.
    mutating func next(
        _ bytes: Span<UInt8>, from offset: inout Int, limit: Int
    ) throws(FramingProblem) -> Bool {
        while offset < bytes.count {
            switch state {
            case .prefix(_, 0) where bytes.count - offset >= 5:
                var prefix: UInt64 = 0
                for index in offset..<offset + 5 { prefix = prefix << 8 | UInt64(bytes[index]) }
                offset += 5
                if try begin(prefix, limit: limit) { return true }
            case .prefix(let held, let count):
                let prefix = held << 8 | UInt64(bytes[offset])
                offset += 1
                if count < 4 {
                    state = .prefix(bytes: prefix, count: count + 1)
                } else if try begin(prefix, limit: limit) {
                    return true
                }
            case .body(let remaining):
                let taken = min(remaining, bytes.count - offset)
                message.append(copying: bytes.extracting(offset..<offset + taken))
                offset += taken
                if taken < remaining {
                    state = .body(remaining: remaining - taken)
                } else {
                    complete()
                    return true
                }
            }
        }
        return false
    }

    /// Judges a prefix; gives whether the message is complete because it is empty.
    private mutating func begin(_ prefix: UInt64, limit: Int) throws(FramingProblem) -> Bool {
        let flag = UInt8(truncatingIfNeeded: prefix >> 32)
        guard flag <= 1 else { throw .badFlag(flag) }
        guard flag == 0 || takesCompressed else { throw .compressedWithoutEncoding }
        let length = Int(prefix & 0xffff_ffff)
        guard length <= limit else { throw .tooLong(declared: length, limit: limit) }
        isCompressed = flag == 1
        message.removeAll()
        if length == 0 {
            complete()
            return true
        }
        state = .body(remaining: length)
        return false
    }

    private mutating func complete() {
        state = .prefix(bytes: 0, count: 0)
        count += 1
    }

    /// Puts the inflated message in the place of the compressed one just completed.
    mutating func replaceMessage(with inflated: [UInt8]) {
        message.removeAll()
        message.append(copying: inflated.span)
    }

    /// Starts afresh. A buffer that one large message blew up is given back.
    mutating func reset(keepingBytes: Int) {
        state = .prefix(bytes: 0, count: 0)
        count = 0
        isCompressed = false
        takesCompressed = false
        message.reset(keepingBytes: keepingBytes)
    }
}
