/// What a handler reads of a call's headers, and what it adds to those of the reply.
extension Call {
    /// Everything the caller sent as metadata, in the order it came.
    ///
    /// Names are lower case and may repeat. Values of `-bin` names are decoded, one entry for each
    /// part between commas; what is not base64 is left out. Headers that gRPC itself reads
    /// (content-type, te, grpc-timeout, grpc-encoding, grpc-accept-encoding) are not there.
    /// Complexity: linear in the bytes. Thread: as for `metadata`.
    public var allMetadata: [(name: String, value: [UInt8])] {
        carried?.metadata.all ?? worker.allMetadata(of: id)
    }

    private var facts: CallFacts {
        carried?.facts ?? worker.facts(of: id)
    }

    /// The time that `grpc-timeout` gave the call, or nil. Thread: as for `metadata`.
    public var timeoutNanos: UInt64? { facts.timeoutNanos }

    /// Whether the request message being handled came compressed. Thread: as for `metadata`.
    public var messageWasCompressed: Bool { facts.messageWasCompressed }

    /// Whether the call speaks gRPC-Web, as browser pages do. Thread: as for `metadata`.
    public var isWeb: Bool { facts.isWeb }

    /// Whether the caller can read replies of this encoding. Thread: as for `metadata`.
    public func acceptsEncoding(_ encoding: MessageEncoding) -> Bool {
        switch encoding {
        case .identity: true
        case .gzip: facts.acceptsGzip
        }
    }

    /// Whether a name and its raw value may be sent as metadata.
    ///
    /// A name is made of `a-z 0-9 _ - .`, does not begin with `grpc-` and is none that HTTP or gRPC
    /// gives a meaning; a `-bin` name takes any bytes, others printable ASCII without spaces at
    /// the ends. Ask before sending what came from outside.
    public static func isValidMetadata(_ name: String, _ value: [UInt8]) -> Bool {
        MetadataRules.isSendable(name, value)
    }

    /// Adds a field to the reply's headers; before the first message.
    ///
    /// `value` is raw: a `-bin` name has it encoded on the way out. A name may repeat. What is not
    /// `isValidMetadata` is the caller's fault and traps. More than 32 KiB in one call ends it
    /// with RESOURCE_EXHAUSTED. Ignored when the call is over.
    public func addInitialMetadata(_ name: String, _ value: [UInt8]) {
        precondition(Self.isValidMetadata(name, value), "no valid metadata: \(name)")
        onWorker { worker, call in worker.addMetadata(call, name, value, isTrailing: false) }
    }

    /// Adds a field to the reply's trailers; before the end. Else as `addInitialMetadata`.
    public func addTrailingMetadata(_ name: String, _ value: [UInt8]) {
        precondition(Self.isValidMetadata(name, value), "no valid metadata: \(name)")
        onWorker { worker, call in worker.addMetadata(call, name, value, isTrailing: true) }
    }

    /// Sends the reply's headers now, before any message. Nothing happens when they are sent.
    public func sendHeaders() {
        onWorker { worker, call in worker.sendHeaders(call) }
    }

    /// Whether messages from now on are compressed with gzip.
    ///
    /// Has an effect only if the client listed gzip and it was asked for once before the headers
    /// went out: they announce the encoding. After that each message may be packed or not.
    public func compressesReplies(_ on: Bool) {
        onWorker { worker, call in worker.compressReplies(call, on) }
    }

    /// Sends a load report with the trailers, as `endpoint-load-metrics-bin` (gRFC A51).
    ///
    /// At most once per call; before the end.
    public func setLoadReport(_ report: LoadReport) {
        addTrailingMetadata(LoadReport.trailerName, report.serialized)
    }

    /// Ends the call with an error that a handler caught.
    ///
    /// A `Status` goes out as it is; anything else becomes UNKNOWN without a word about the inside.
    public func fail(caught error: any Error) {
        if let status = error as? Status, status.code != .ok {
            fail(status)
        } else {
            fail(Status(.unknown, "the handler failed", reason: "HANDLER_FAILED"))
        }
    }

    /// Whether the call was answered or has ended. Thread: the call's worker.
    var isOver: Bool { worker.find(id).map { !worker.isOpen($0) } ?? true }

    /// Runs `body` with the call on its worker: at once when called there, else in its next turn.
    func onWorker(_ body: @escaping @Sendable (CallWorker, CallState) -> Void) {
        if worker.isCurrent {
            if let call = worker.find(id) { body(worker, call) }
        } else {
            worker.deliver(
                .run { [worker, id] in
                    if let call = worker.find(id) { body(worker, call) }
                })
        }
    }
}
