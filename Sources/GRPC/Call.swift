internal import Ground
public import HTTP2

/// One call in progress: what it is, and the ways to answer it.
///
/// A call is answered exactly once: `reply` or `fail` for one reply message, `send` any number of
/// times and `finish` or `fail` for a stream. Answers to a call that is over are ignored, so a
/// handler may always answer. Thread: answers from any; on the call's own worker they leave in
/// this turn, from elsewhere they go through the worker's mailbox.
public struct Call: Sendable {
    /// Names the call on its worker; never used again.
    public let id: UInt64
    /// What the gate returned; 0 for public methods.
    public internal(set) var principal: UInt64
    /// When the call is given up, on the monotonic clock; `UInt64.max` when it has no deadline.
    public let deadlineNanos: UInt64
    let worker: CallWorker
    /// A copy of the headers, for handlers that run off the worker.
    let carried: CarriedHead?

    /// Whether the handler runs off the call's worker.
    public var isOffloaded: Bool { carried != nil }

    /// Which worker owns the call.
    public var workerIndex: Int { worker.index }

    /// Who the client is by its verified certificate; nil in clear or when none is asked for.
    ///
    /// Thread: the call's worker.
    public var peerCertificate: PeerCertificate? { worker.peerCertificate(of: id) }

    /// The subject of `peerCertificate`, as RFC 2253 writes it. Thread: the call's worker.
    public var peerCertificateSubject: String? { peerCertificate?.subject }

    /// The first value of a header, or nil.
    ///
    /// Thread: the call's worker; in an offloaded handler also its own thread.
    public func metadata(_ name: String) -> String? {
        withMetadata(name) { value in
            guard let value else { return nil }
            return value.text
        }
    }

    /// The first value of a header as bytes, without a copy, or nil.
    ///
    /// Thread: as for `metadata`.
    public func withMetadata<Result>(
        _ name: String, _ body: (Span<UInt8>?) -> Result
    ) -> Result {
        if let carried { return carried.metadata.withValue(of: name, body) }
        return worker.withMetadata(of: id, name, body)
    }

    /// The values of a `-bin` header, decoded; what is not base64 is left out.
    ///
    /// Thread: as for `metadata`.
    public func binaryMetadata(_ name: String) -> [[UInt8]] {
        withMetadata(name) { value in
            guard let value else { return [] }
            return Base64.decodeList(value)
        }
    }

    /// Ends the call with its one reply message.
    public func reply(_ message: [UInt8]) {
        worker.deliver(.reply(id, message))
    }

    /// Ends the call with its one reply message, copied at once.
    ///
    /// Without an allocation when called on the call's worker.
    public func reply(_ message: Span<UInt8>) {
        if worker.isCurrent {
            worker.reply(id, message)
        } else {
            worker.deliver(.reply(id, message.copied()))
        }
    }

    /// Ends the call with an error.
    public func fail(_ status: Status) {
        precondition(status.code != .ok, "a call fails with an error")
        worker.deliver(.finish(id, status))
    }

    /// Sends one message of a reply stream.
    ///
    /// What the client does not read waits here; a stream that lets more wait than the limit of
    /// the server ends with RESOURCE_EXHAUSTED.
    public func send(_ message: [UInt8]) {
        worker.deliver(.send(id, message))
    }

    /// Ends a reply stream.
    public func finish(_ status: Status = .ok) {
        worker.deliver(.finish(id, status))
    }

    /// Whether what was sent has mostly left, of this call and of its connection.
    ///
    /// After false a stream handler is told by `onWritable`. Thread: the call's worker.
    public var isWritable: Bool { worker.isWritable(id) }

    /// Hands the stream's handler no more messages until `resumeReading`.
    ///
    /// What the client has sent waits, at most one stream window; then the client must wait too.
    /// Thread: the call's worker.
    public func pauseReading() { worker.pauseReading(id) }

    /// Hands over messages again, those that wait first. Thread: any.
    public func resumeReading() { worker.deliver(.resume(id)) }
}
