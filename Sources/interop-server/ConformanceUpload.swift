internal import GRPC

/// ClientStream: reads all requests, then answers as the first said.
///
/// Thread: the call's worker.
final class ConformanceUpload: StreamHandler {
    /// Request bytes kept for the reply. Reason: the suite stays far below, and a reply that
    /// repeats them has to be sent.
    static let keptBytesMax = 8 << 20

    private let call: ConformanceCall
    private var definition: ReplyDefinition?
    private var requests: [PackedMessage] = []
    private var keptBytes = 0
    private var isOver = false

    init(_ call: Call) {
        self.call = ConformanceCall(call)
    }

    func onMessage(_ message: Span<UInt8>) {
        guard !isOver else { return }
        guard let found = ConformanceMessages.unaryDefinition(message) else {
            isOver = true
            return call.refuse()
        }
        keptBytes += message.count
        guard keptBytes <= Self.keptBytesMax else {
            isOver = true
            return call.call.fail(Status(.resourceExhausted, "the requests cannot be repeated"))
        }
        if requests.isEmpty { definition = found }
        requests.append(ConformanceMessages.packed("ClientStreamRequest", message))
    }

    func onHalfClose() {
        guard !isOver else { return }
        isOver = true
        call.answer(definition, requests)
    }
}
