internal import Foundation
internal import GRPC

/// grpc.testing.TestService: the standard interop service.
///
/// UnimplementedCall and grpc.testing.UnimplementedService are left out, as the interop
/// descriptions ask. Thread: any; calls keep their own state.
struct TestService: Sendable {
    private static let service = "/grpc.testing.TestService/"
    private static let echoInitial = "x-grpc-test-echo-initial"
    private static let echoTrailing = "x-grpc-test-echo-trailing-bin"

    private let reports: LoadReports
    private let serverID = UUID().uuidString
    private let host = ProcessInfo.processInfo.hostName

    init(_ reports: LoadReports) {
        self.reports = reports
    }

    var methods: [Method] {
        [
            .unary(Self.service + "EmptyCall") { call, _ in
                Self.echoMetadata(of: call)
                call.reply([UInt8]())
            },
            .unary(Self.service + "UnaryCall", answer),
            .unary(Self.service + "CacheableUnaryCall") { call, _ in
                Self.echoMetadata(of: call)
                call.addInitialMetadata("cache-control", Array("max-age=60, public".utf8))
                let nanos = UInt64(Date().timeIntervalSince1970 * 1_000_000) * 1_000
                call.reply(TestMessages.simpleResponse(body: Array(String(nanos).utf8)))
            },
            .serverStreaming(Self.service + "StreamingOutputCall") { call, request in
                Self.echoMetadata(of: call)
                let download = Download(call, reports, .immediate)
                download.onMessage(request)
                download.onHalfClose()
                return download
            },
            .clientStreaming(Self.service + "StreamingInputCall") { call in
                Self.echoMetadata(of: call)
                return Upload(call)
            },
            .bidirectional(Self.service + "FullDuplexCall") { call in
                Self.echoMetadata(of: call)
                return Download(call, reports, .immediate)
            },
            .bidirectional(Self.service + "HalfDuplexCall") { call in
                Self.echoMetadata(of: call)
                return Download(call, reports, .afterHalfClose)
            },
        ]
    }

    private func answer(_ call: Call, _ bytes: Span<UInt8>) {
        Self.echoMetadata(of: call)
        guard let request = TestMessages.simpleRequest(bytes) else {
            return call.fail(Status(.invalidArgument, "the request is no SimpleRequest"))
        }
        if let expected = request.expectsCompressed, expected != call.messageWasCompressed {
            return call.fail(
                Status(
                    .invalidArgument, "the message came \(expected ? "uncompressed" : "compressed")"
                ))
        }
        guard request.isCompressable else {
            return call.fail(Status(.invalidArgument, "the payload type is unknown"))
        }
        guard (0...Download.payloadBytesMax).contains(request.responseBytes) else {
            return call.fail(
                Status(.invalidArgument, "a payload has 0 to \(Download.payloadBytesMax) bytes"))
        }
        if let report = request.loadReport { call.setLoadReport(report) }
        if let status = request.status { return call.fail(status) }
        call.compressesReplies(request.compressesReply ?? false)
        let body = [UInt8](repeating: 0, count: request.responseBytes)
        call.reply(
            TestMessages.simpleResponse(
                body: body, serverID: request.fillsServerID ? serverID : "",
                host: request.fillsServerID ? host : ""))
    }

    /// Sends the two fields that the interop descriptions name back.
    private static func echoMetadata(of call: Call) {
        for (name, value) in call.allMetadata {
            if name == echoInitial { call.addInitialMetadata(name, value) }
            if name == echoTrailing { call.addTrailingMetadata(name, value) }
        }
    }
}
