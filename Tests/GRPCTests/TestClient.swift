import GRPC
import HTTP2

/// A gRPC client on one blocking connection, which can also do what no proper client does.
final class TestClient: SessionDelegate {
    /// What came back on one stream.
    struct Stream {
        var fields: [(name: String, value: String)] = []
        var blocks = 0
        var body: [UInt8] = []
        var errorCode: UInt32?
        var outgoing: [UInt8] = []
        var outgoingEnds = true
        var id: Int32 = 0

        func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }

        /// The number in grpc-status, or -1.
        var status: Int { first("grpc-status").flatMap { Int($0) } ?? -1 }

        /// Every value of a field, in order.
        func all(_ name: String) -> [String] {
            fields.filter { $0.name == name }.map(\.value)
        }

        /// The flag byte of each whole message.
        var flags: [UInt8] {
            var list: [UInt8] = []
            var offset = 0
            while offset + 5 <= body.count {
                list.append(body[offset])
                offset += 5 + body[offset + 1..<offset + 5].reduce(0) { $0 << 8 | Int($1) }
            }
            return list
        }

        /// The whole messages of the body.
        var messages: [[UInt8]] {
            var list: [[UInt8]] = []
            var rest = body[...]
            while rest.count >= 5 {
                let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
                guard rest.count >= 5 + length else { break }
                list.append(Array(rest.dropFirst(5).prefix(length)))
                rest = rest.dropFirst(5 + length)
            }
            return list
        }
    }

    struct Closed: Error {}

    var streams: [Stream] = []
    /// Whether bodies are read; if not, no window is given back until `readAll`.
    private var readsBodies = true
    private var unread: [Int: Int] = [:]
    private let socket: Socket
    private var session: Session?
    static let usual = [
        (":method", "POST"), (":scheme", "http"), (":authority", "test"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ]

    init(
        port: UInt16, limits: SessionConfiguration = SessionConfiguration(),
        readsBodies: Bool = true
    ) throws {
        self.readsBodies = readsBodies
        var limits = limits
        limits.givesStreamWindowBack = false
        socket = try Socket.connect(host: "127.0.0.1", port: port)
        session = Session(
            role: .client, configuration: limits, delegate: self, memory: MemoryPool())
    }

    /// Lets go of the session, which refers back.
    func close() { session = nil }

    /// A message behind its prefix.
    static func frame(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = UInt32(message.count)
        return [flag] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + message
    }

    /// Opens a stream and gives its token. `replacing` fields take the place of the usual ones.
    func open(
        _ path: String, body: [UInt8]?, ends: Bool = true, extra: [(String, String)] = [],
        replacing: [(String, String)] = []
    ) throws -> Int {
        let changed = Set(replacing.map(\.0))
        let fields =
            Self.usual.filter { !changed.contains($0.0) } + replacing.filter { !$0.1.isEmpty }
        let pseudo = (fields + [(":path", path)]).filter { $0.0.hasPrefix(":") }
        let block = FieldBlock(pseudo + fields.filter { !$0.0.hasPrefix(":") } + extra)
        streams.append(Stream(outgoing: body ?? [], outgoingEnds: ends))
        let token = streams.count - 1
        guard let id = session?.submitRequest(block, token: token, hasBody: body != nil) else {
            throw Closed()
        }
        streams[token].id = id
        try send()
        return token
    }

    /// Opens a stream with these messages and waits for its end.
    func call(
        _ path: String, _ messages: [[UInt8]] = [[]], extra: [(String, String)] = [],
        replacing: [(String, String)] = []
    ) throws -> Stream {
        let body = messages.flatMap { Self.frame($0) }
        return try finish(open(path, body: body, extra: extra, replacing: replacing))
    }

    /// Adds to a body that was left open.
    func append(_ token: Int, _ bytes: [UInt8], ends: Bool) throws {
        streams[token].outgoing += bytes
        streams[token].outgoingEnds = ends
        session?.resumeBody(streams[token].id)
        try send()
    }

    /// Writes bytes past the session: frames that it would not make.
    func sendRaw(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            sent += try socket.send(rest.span)
        }
    }

    func cancel(_ token: Int) throws {
        session?.reset(streams[token].id, errorCode: HTTP2ErrorCode.cancel)
        try send()
    }

    /// Waits until the stream is over.
    func finish(_ token: Int) throws -> Stream {
        try wait { streams[token].errorCode != nil }
        return streams[token]
    }

    /// Moves bytes until the condition holds. Throws when the server closes or is silent for 10 s.
    func wait(until isDone: () -> Bool) throws {
        try send()
        var room = [UInt8](repeating: 0, count: 65_536)
        while !isDone() {
            let count = unsafe try room.withUnsafeMutableBytes { room in
                try unsafe socket.receive(into: room)
            }
            guard count > 0 else { throw Closed() }
            let piece = Array(room[..<count])
            try session?.receive(piece.span)
            try send()
        }
    }

    private func send() throws {
        guard let session else { return }
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
        streams[token].fields.append((Self.text(name), Self.text(value)))
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) { streams[token].blocks += 1 }

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer {
            unsafe streams[token].body.append(contentsOf: $0)
        }
        if readsBodies {
            session?.consume(streams[token].id, bytes.count)
        } else {
            unread[token, default: 0] += bytes.count
        }
    }

    /// Reads what has come, and everything that comes from now on.
    func readAll() throws {
        readsBodies = true
        for (token, count) in unread { session?.consume(streams[token].id, count) }
        unread = [:]
        try send()
    }

    func peerEnded(_ token: Int) {}

    func streamClosed(_ token: Int, errorCode: UInt32) { streams[token].errorCode = errorCode }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let count = min(streams[token].outgoing.count, room.count)
        unsafe streams[token].outgoing[..<count].withUnsafeBytes {
            unsafe room.copyMemory(from: $0)
        }
        streams[token].outgoing.removeFirst(count)
        if streams[token].outgoing.isEmpty, streams[token].outgoingEnds {
            return .end(count, trailers: nil)
        }
        return count == 0 ? .later : .bytes(count)
    }

    func pingAnswered() {}
    func sessionEnded() {}

    private static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
}
