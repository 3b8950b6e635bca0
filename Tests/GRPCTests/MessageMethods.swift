import Dispatch
import GRPC

/// Sends its replies as the metadata of the call asks.
///
/// `x-compress` lists one letter per reply: y packed, n not. `x-late` has the switch thrown after
/// the headers. Replies are 1,000 bytes each.
private func sendPacked(_ call: Call) {
    let plan = Array((call.metadata("x-compress") ?? "").utf8)
    if call.metadata("x-late") != nil { call.sendHeaders() }
    for letter in plan {
        call.compressesReplies(letter == UInt8(ascii: "y"))
        call.send([UInt8](repeating: 7, count: 1_000))
    }
    call.finish()
}

/// Echoes all metadata whose name begins with `echo-initial-` or `echo-trailing-`.
private func echoMetadata(_ call: Call) {
    for field in call.allMetadata where Call.isValidMetadata(field.name, field.value) {
        if field.name.hasPrefix("echo-initial-") {
            call.addInitialMetadata(field.name, field.value)
        } else if field.name.hasPrefix("echo-trailing-") {
            call.addTrailingMetadata(field.name, field.value)
        }
    }
}

private enum Inside: Error {
    case secret(String)
}

/// Answers each message with its length and whether it came packed.
private final class Telling: StreamHandler {
    let call: Call
    init(call: Call) { self.call = call }
    func onMessage(_ message: Span<UInt8>) {
        call.send(Array("\(message.count) \(call.messageWasCompressed)".utf8))
    }
    func onHalfClose() { call.finish() }
}

/// The methods that the tests of metadata, compression and gRPC-Web call.
func messageMethods() -> [Method] {
    [
        .unary("/test.Messages/Echo", isPublic: true) { call, request in
            echoMetadata(call)
            call.reply(request)
        },
        .unary("/test.Messages/EchoAway", class: .offloaded, isPublic: true) { call, request in
            echoMetadata(call)
            call.reply(request)
        },
        .unary("/test.Messages/Fail", isPublic: true) { call, request in
            echoMetadata(call)
            call.fail(Status(.aborted, String(decoding: bytes(request), as: UTF8.self)))
        },
        .unary("/test.Messages/Facts", class: .offloaded, isPublic: true) { call, _ in
            let facts: [any Sendable] = [
                call.messageWasCompressed, call.acceptsEncoding(.gzip), call.isWeb,
                call.timeoutNanos ?? 0,
            ]
            call.reply(Array(facts.map { "\($0)" }.joined(separator: " ").utf8))
        },
        .unary("/test.Messages/AllMetadata", isPublic: true) { call, _ in
            let lines = call.allMetadata.map { "\($0.name)=\($0.value)" }
            call.reply(Array(lines.joined(separator: "\n").utf8))
        },
        .unary("/test.Messages/Flood", isPublic: true) { call, _ in
            for _ in 0..<40 {
                call.addTrailingMetadata("x-flood", [UInt8](repeating: 97, count: 1_000))
            }
            call.reply([])
        },
        .unary("/test.Messages/LongStatus", isPublic: true) { call, _ in
            call.fail(
                Status(
                    .unknown, String(repeating: "\u{fc}", count: 100_000),
                    details: [UInt8](repeating: 1, count: 100_000)))
        },
        .unary("/test.Messages/Load", isPublic: true) { call, _ in
            var report = LoadReport()
            report.cpuUtilization = 0.5
            report.requestCost = ["rows": 3]
            call.setLoadReport(report)
            call.reply([])
        },
        .unary("/test.Messages/Throw", isPublic: true) { call, request in
            if request.isEmpty {
                call.fail(caught: Inside.secret("the password is swordfish"))
            } else {
                call.fail(caught: Status(.dataLoss, "as it is"))
            }
        },
        .serverStreaming("/test.Messages/Packed", isPublic: true) { call, _ in
            sendPacked(call)
            return nil
        },
        .serverStreaming("/test.Messages/HeadersFirst", isPublic: true) { call, _ in
            call.addInitialMetadata("x-first", Array("1".utf8))
            call.sendHeaders()
            call.sendHeaders()
            return nil
        },
        .bidirectional("/test.Messages/Tell", isPublic: true) { Telling(call: $0) },
    ]
}
