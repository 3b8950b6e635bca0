import Ground
import HTTP2

/// What one end of a session saw, and what it answers.
final class Recorder: SessionDelegate {
    struct Stream {
        var id: Int32 = 0
        var fields: [(name: String, value: String)] = []
        var blocks = 0
        var isOverLimit = false
        var body: [UInt8] = []
        var peerEnded = false
        var errorCode: UInt32?
        var outgoing: [UInt8] = []
        var outgoingEnds = true
        var trailers: FieldBlock?

        func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    var streams: [Stream] = []
    var pings = 0
    var ended = false

    func streamBegan(_ streamID: Int32) -> Int {
        streams.append(Stream(id: streamID))
        return streams.count - 1
    }

    func fieldReceived(_ token: Int, name: Span<UInt8>, value: Span<UInt8>) {
        streams[token].fields.append((Self.text(name), Self.text(value)))
    }

    func fieldsEnded(_ token: Int, isOverLimit: Bool) {
        streams[token].blocks += 1
        streams[token].isOverLimit = isOverLimit
    }

    func bodyReceived(_ token: Int, _ bytes: Span<UInt8>) {
        for index in bytes.indices { streams[token].body.append(bytes[index]) }
    }

    func peerEnded(_ token: Int) { streams[token].peerEnded = true }

    func streamClosed(_ token: Int, errorCode: UInt32) { streams[token].errorCode = errorCode }

    func readBody(_ token: Int, into room: UnsafeMutableRawBufferPointer) -> BodyRead {
        let count = min(streams[token].outgoing.count, room.count)
        for index in 0..<count { unsafe room[index] = streams[token].outgoing[index] }
        streams[token].outgoing.removeFirst(count)
        if streams[token].outgoing.isEmpty, streams[token].outgoingEnds {
            return .end(count, trailers: streams[token].trailers.map(Unowned.init))
        }
        return count == 0 ? .later : .bytes(count)
    }

    func pingAnswered() { pings += 1 }

    func sessionEnded() { ended = true }

    private static func text(_ span: Span<UInt8>) -> String {
        String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
}

/// A client and a server session joined in memory.
struct SessionPair {
    let clientSaw = Recorder()
    let serverSaw = Recorder()
    let client: Session
    let server: Session

    init(
        client clientLimits: SessionConfiguration = SessionConfiguration(),
        server serverLimits: SessionConfiguration = SessionConfiguration()
    ) {
        client = Session(
            role: .client, configuration: clientLimits, delegate: clientSaw, memory: MemoryPool())
        server = Session(
            role: .server, configuration: serverLimits, delegate: serverSaw, memory: MemoryPool())
    }

    /// Moves bytes both ways, at most `step` at a time, until both ends are quiet.
    func settle(step: Int = 65_536) throws {
        var moved = true
        while moved {
            let up = try Self.bytes(from: client, step)
            try server.receive(up.span)
            let down = try Self.bytes(from: server, step)
            try client.receive(down.span)
            moved = !up.isEmpty || !down.isEmpty
        }
    }

    /// What a session wants to send next.
    static func bytes(from session: Session, _ limit: Int = 65_536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe try bytes.withUnsafeMutableBytes { try unsafe session.produce(into: $0) }
        return Array(bytes[..<count])
    }

    /// Opens a stream on the client; gives its token there and its id.
    func request(
        _ extra: [(String, String)] = [], body: [UInt8]? = nil, ends: Bool = true
    ) -> (token: Int, id: Int32)? {
        let token = clientSaw.streamBegan(0)
        clientSaw.streams[token].outgoing = body ?? []
        clientSaw.streams[token].outgoingEnds = ends
        let block = FieldBlock(
            [(":method", "POST"), (":scheme", "http"), (":path", "/a.B/C"), (":authority", "x")]
                + extra)
        guard let id = client.submitRequest(block, token: token, hasBody: body != nil) else {
            return nil
        }
        return (token, id)
    }

    /// Answers the stream with this token on the server.
    func reply(_ token: Int, body: [UInt8], trailers: [(String, String)]) {
        serverSaw.streams[token].outgoing = body
        serverSaw.streams[token].trailers = FieldBlock(trailers)
        server.submitReply(
            serverSaw.streams[token].id, FieldBlock([(":status", "200"), ("x-first", "1")]),
            token: token, hasBody: true)
    }
}
