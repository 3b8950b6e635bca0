import Foundation
import GRPC
import HTTP2

/// A gRPC client on one blocking connection.
final class RiskClient: SessionDelegate {
    /// How a call ended.
    struct Answer: Equatable {
        /// The number in grpc-status; -1 when the stream ended without one.
        var status = -1
        var message = ""
        /// The serialized google.rpc.Status, or empty.
        var details: [UInt8] = []
        /// The flag byte of the reply message: 1 when it is compressed.
        var flag: UInt8?
        /// The reply message, without its prefix.
        var body: [UInt8] = []
        /// The code of RST_STREAM, or 0.
        var errorCode: UInt32 = 0

        /// The reason of the ErrorInfo, or empty.
        var reason: String {
            let list = Fields(details)?.messages(3) ?? []
            let info = list.first { $0.text(1).hasSuffix("google.rpc.ErrorInfo") }
            return info?.messages(2).first?.text(1) ?? ""
        }
    }

    struct Closed: Error {}

    private struct Stream {
        var answer = Answer()
        var received: [UInt8] = []
        var outgoing: [UInt8] = []
        var sentCount = 0
        var isOver = false
    }

    private var streams: [Stream] = []
    private let socket: Socket
    private let key: String?
    private let contentType: String
    private let extra: [(String, String)]
    private var session: Session?

    /// Connects; `key` is the whole authorization value, or nil for none.
    init(
        port: UInt16, authorization key: String?, contentType: String = "application/grpc",
        extra: [(String, String)] = []
    ) throws {
        self.contentType = contentType
        self.extra = extra
        socket = try Socket.connect(host: "127.0.0.1", port: port)
        self.key = key
        session = Session(
            role: .client, configuration: SessionConfiguration(), delegate: self,
            memory: MemoryPool())
    }

    /// Lets go of the session, which refers back.
    func close() { session = nil }

    /// Starts a call; gives its number.
    func begin(_ method: String, _ message: Wire) throws -> Int {
        var fields = [
            (":method", "POST"), (":scheme", "http"), (":authority", "test"), (":path", method),
            ("content-type", contentType),
            ("te", "trailers"),
        ]
        if let key { fields.append(("authorization", key)) }
        fields += extra
        let count = UInt32(message.bytes.count)
        let prefix: [UInt8] =
            [0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
        streams.append(Stream(outgoing: prefix + message.bytes))
        let call = streams.count - 1
        guard session?.submitRequest(FieldBlock(fields), token: call, hasBody: true) != nil else {
            throw Closed()
        }
        try send()
        return call
    }

    /// Waits until the call is over.
    func finish(_ call: Int) throws -> Answer {
        try send()
        var room = [UInt8](repeating: 0, count: 65_536)
        while !streams[call].isOver {
            let count = unsafe try room.withUnsafeMutableBytes { room in
                try unsafe socket.receive(into: room)
            }
            guard count > 0 else { throw Closed() }
            let piece = Array(room[..<count])
            try session?.receive(piece.span)
            try send()
        }
        return streams[call].answer
    }

    /// One call from beginning to end.
    func call(_ method: String, _ message: Wire = Wire()) throws -> Answer {
        try finish(begin(method, message))
    }

    private func send() throws {
        guard let session else { throw Closed() }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe try bytes.withUnsafeMutableBytes {
                try unsafe session.produce(into: $0)
            }
            var sent = 0
            while sent < count {
                let rest = Array(bytes[sent..<count])
                sent += try socket.send(rest.span)
            }
            if count == 0 { return }
        }
    }

    func streamBegan(_ streamID: Int32) -> Int { -1 }

    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {
        let text = Self.text(value)
        switch Self.text(name) {
        case "grpc-status": streams[token].answer.status = Int(text) ?? -1
        case "grpc-message": streams[token].answer.message = text
        case "grpc-status-details-bin":
            let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
            streams[token].answer.details = Data(base64Encoded: padded).map { [UInt8]($0) } ?? []
        default: break
        }
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) {}

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe streams[token].received.append(contentsOf: bytes)
        }
    }

    func peerEnded(_ token: Int) {}

    func streamClosed(_ token: Int, errorCode: UInt32) {
        streams[token].answer.flag = streams[token].received.first
        streams[token].answer.body = Array(streams[token].received.dropFirst(5))
        streams[token].answer.errorCode = errorCode
        streams[token].isOver = true
    }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let start = streams[token].sentCount
        let count = min(streams[token].outgoing.count - start, room.count)
        unsafe room.copyBytes(from: streams[token].outgoing[start..<start + count])
        streams[token].sentCount += count
        return start + count == streams[token].outgoing.count
            ? .end(count, trailers: nil) : .bytes(count)
    }

    func pingAnswered() {}
    func sessionEnded() {}

    private static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
}
