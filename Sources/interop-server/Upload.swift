internal import GRPC

/// Adds up the payloads of an upload.
///
/// Thread: the call's worker.
final class Upload: StreamHandler {
    private let call: Call
    private var payloadBytes = 0
    private var isOver = false

    init(_ call: Call) {
        self.call = call
    }

    func onMessage(_ message: Span<UInt8>) {
        guard !isOver else { return }
        guard let request = TestMessages.uploadRequest(message) else {
            return fail("the request is no StreamingInputCallRequest")
        }
        if let expected = request.expectsCompressed, expected != call.messageWasCompressed {
            return fail("a message came \(expected ? "uncompressed" : "compressed")")
        }
        payloadBytes += request.payloadBytes
    }

    func onHalfClose() {
        guard !isOver else { return }
        call.reply(TestMessages.uploadResponse(payloadBytes: payloadBytes))
    }

    private func fail(_ message: String) {
        isOver = true
        call.fail(Status(.invalidArgument, message))
    }
}
