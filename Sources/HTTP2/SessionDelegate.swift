public import Ground

/// What a stream's body has to give when the session asks for bytes.
public enum BodyRead {
    /// That many bytes were written; more may follow.
    case bytes(Int)
    /// Nothing now; `Session.resumeBody` will say when.
    case later
    /// That many bytes were written and the body is over; the trailers follow, if any. The
    /// delegate keeps them until its next call.
    case end(Int, trailers: Unowned<FieldBlock>?)
}

/// Takes a session's events, in the order of the bytes, while `Session.receive` runs.
///
/// A token is the number the delegate gave a stream. Spans are valid during the call only. A
/// delegate may submit from inside an event; it must not call `receive` or `produce`.
/// Thread: the one that owns the session.
public protocol SessionDelegate: AnyObject {
    /// A peer opened a stream. Gives the token of the stream, 0 or more; -1 refuses it.
    func streamBegan(_ streamID: Int32) -> Int
    /// One field of the block being received.
    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>)
    /// The block is complete. `isOverLimit`: fields were dropped because there were too many.
    func fieldsEnded(_ token: Int, isOverLimit: Bool)
    /// A piece of the body.
    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>)
    /// The peer has sent everything it will send on the stream.
    func peerEnded(_ token: Int)
    /// The stream is gone; the token is free. `errorCode` 0 means that it ended well.
    func streamClosed(_ token: Int, errorCode: UInt32)
    /// Fill `room` with the next bytes of the body.
    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead
    /// The peer answered the PING of `Session.announceShutdown`.
    func pingAnswered()
    /// Streams are open: end those that make no progress. Comes every two seconds or so.
    func checkCalls(nowNanos: UInt64)
    /// The connection is gone, and every stream with it; no stream is told by itself.
    func sessionEnded()
}

extension SessionDelegate {
    /// No rules of time.
    public func checkCalls(nowNanos: UInt64) {}
}
