/// Why the bytes of a request are no messages.
enum FramingProblem: Error, Equatable {
    /// The flag byte is neither 0 nor 1.
    case badFlag(UInt8)
    /// A message is marked as compressed, but the call named no encoding: one that names any is
    /// refused before its messages are read.
    case compressedWithoutEncoding
    /// The prefix declares more bytes than are taken.
    case tooLong(declared: Int, limit: Int)
}

/// Cuts a stream of bytes into messages: five bytes of prefix, then the message.
///
/// The edges of DATA frames mean nothing. The length is judged from the prefix, before the body
/// comes, and memory grows with what arrives, not with what is declared.
/// Source: "gRPC over HTTP2", Length-Prefixed-Message.
struct MessageReader {
    private enum State {
        case prefix(bytes: UInt64, count: Int)
        case body(remaining: Int)
    }

    private var state = State.prefix(bytes: 0, count: 0)
    /// The message that is being read, or the last one that `next` completed.
    private(set) var message: [UInt8] = []
    /// Messages completed.
    private(set) var count = 0

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
        guard flag == 0 else { throw .compressedWithoutEncoding }
        let length = Int(prefix & 0xffff_ffff)
        guard length <= limit else { throw .tooLong(declared: length, limit: limit) }
        if !message.isEmpty { message.removeAll(keepingCapacity: true) }
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

    /// Starts afresh. A buffer that one large message blew up is given back.
    mutating func reset(keepingBytes: Int) {
        state = .prefix(bytes: 0, count: 0)
        count = 0
        if message.capacity > keepingBytes {
            message = []
        } else if !message.isEmpty {
            message.removeAll(keepingCapacity: true)
        }
    }
}
