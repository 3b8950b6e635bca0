internal import HTTP2

/// A request that is no gRPC call: it is answered as HTTP is, with a line of text.
///
/// The answer waits until the request has ended, so that whatever is wrong in the rest of it is
/// still seen; the time for request bodies bounds that.
enum PlainRefusal {
    /// Another method than POST: 405.
    case notPost
    /// Another content type than gRPC's: 415.
    case contentType
    /// A browser's page from an origin that is not allowed: 403.
    case foreignOrigin

    fileprivate var block: FieldBlock {
        switch self {
        case .notPost: ReplyBlocks.methodNotAllowed
        case .contentType: ReplyBlocks.unsupportedMediaType
        case .foreignOrigin: ReplyBlocks.forbidden
        }
    }

    fileprivate var text: String {
        switch self {
        case .notPost: "gRPC calls are POST requests\n"
        case .contentType: "the content type is not application/grpc\n"
        case .foreignOrigin: "pages of this origin may not call\n"
        }
    }
}

extension CallWorker {
    /// Refuses a request; `peerEnded` answers it.
    func refuse(_ call: CallState, plainly refusal: PlainRefusal) {
        statistics.callsFailed &+= 1
        call.phase = .refused(refusal)
    }

    /// Answers a refused request with its HTTP status and a line of text, none to HEAD.
    func answer(_ call: CallState, plainly refusal: PlainRefusal) {
        call.phase = .answered
        guard !call.head.isHead else { return submit(call, refusal.block, hasBody: false) }
        let text = Array(refusal.text.utf8)
        call.output.bytes.append(copying: text.span)
        repliesGrew(call, text.count)
        call.output.ending = .withoutTrailers
        submit(call, refusal.block, hasBody: true)
    }
}
