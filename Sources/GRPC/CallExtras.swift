/// One field of metadata with its raw value.
typealias MetadataField = (name: String, value: [UInt8])

/// What few calls need beside the plain road; made when first needed, gone with its call.
///
/// Thread: the worker that owns the call.
final class CallExtras {
    /// Added by the handler for the reply's header block, as they travel.
    var initial: [MetadataField] = []
    /// Added by the handler for the reply's trailers, as they travel.
    var trailing: [MetadataField] = []
    /// What both cost, each field counted as name + value + 32.
    var metadataBytes = 0
    /// Whether the handler wants messages from now on packed.
    var compresses = false
    /// Whether the reply's headers say `grpc-encoding: gzip`.
    var announcesGzip = false
    /// Set when the call speaks gRPC-Web.
    var web: WebCall?
}

/// What the headers of a call said, in a form that handlers off the worker can keep.
struct CallFacts: Sendable {
    var messageWasCompressed = false
    var acceptsGzip = false
    var isWeb = false
    var timeoutNanos: UInt64?
}

/// The headers of a call and what they said, for handlers that run off the worker.
final class CarriedHead: Sendable {
    let metadata: CarriedMetadata
    let facts: CallFacts

    init(_ call: CallState) {
        metadata = call.metadata.copied()
        facts = call.facts
    }
}

extension CallState {
    /// The extras, made if the call had none.
    var neededExtras: CallExtras {
        if let extras { return extras }
        let made = CallExtras()
        extras = made
        return made
    }

    var facts: CallFacts {
        CallFacts(
            messageWasCompressed: reader.isCompressed, acceptsGzip: head.acceptsGzip,
            isWeb: head.form.isWeb, timeoutNanos: head.timeoutNanos)
    }
}
