import Dispatch
import Ground

@testable import GRPC

/// The methods that the fuzzer's requests reach: one of each shape, all answered on the worker.
enum MemoryServer {
    static let unary = "/fuzz.Service/Unary"
    static let serverStreaming = "/fuzz.Service/ServerStreaming"
    static let clientStreaming = "/fuzz.Service/ClientStreaming"
    static let bidirectional = "/fuzz.Service/Bidirectional"
    static let clock = SimulatedClock()
    static let queue = DispatchQueue(label: "fuzz.offloaded")
    private static let repliesMax = 16

    static let table: MethodTable = {
        let own = [
            Method.unary(unary) { call, request in call.reply(request) },
            Method.serverStreaming(serverStreaming) { call, request in
                for _ in 0..<min(request.count, repliesMax) {
                    call.send(Array(repeating: 1, count: 64))
                }
                call.finish()
                return nil
            },
            Method.clientStreaming(clientStreaming) { call in Summing(call) },
            Method.bidirectional(bidirectional) { call in Echoing(call) },
        ]
        let all = own + Health().methods
        guard let reflection = try? Reflection(descriptorSets: []) else {
            preconditionFailure("our own descriptors cannot be read")
        }
        return MethodTable(all + reflection.methods(listing: Set(all.map(\.service))))
    }()
}

/// Answers with the number of bytes that came.
private final class Summing: StreamHandler {
    private let call: Call
    private var sum = 0

    init(_ call: Call) {
        self.call = call
    }

    func onMessage(_ message: Span<UInt8>) { sum += message.count }

    func onHalfClose() { call.reply(Array(String(sum).utf8)) }
}

/// Sends every message back, and fails the call for one that begins with 0xff.
private final class Echoing: StreamHandler {
    private let call: Call

    init(_ call: Call) {
        self.call = call
    }

    func onMessage(_ message: Span<UInt8>) {
        guard message.isEmpty || message[0] != 0xff else {
            return call.fail(Status(.aborted, "the message asked for it: \u{e9}%"))
        }
        call.send(message.array())
    }

    func onHalfClose() { call.finish() }
}
