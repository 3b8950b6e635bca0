internal import Dispatch
internal import FlyingFox
internal import Foundation
internal import GRPC
internal import Ground
internal import HTTP2

extension AdminServer {
    /// How long the workers may take to tell of their sockets. Reason: a turn takes milliseconds;
    /// a server that drains has no workers left, and its operator must get an answer.
    private static let channelsMillis = 2_000

    /// `GET /channels`: up to `Server.socketPageMax` connections as JSON, from `?from=ID` on.
    ///
    /// `next` is the `from` of the next page; null on the last one. All tenants' connections are
    /// told, so this is the operators' alone. 400 when `from` is no number, 503 when a worker
    /// does not answer in time.
    static func channels(_ server: Server, _ request: HTTPRequest) async -> HTTPResponse {
        var start: Int64 = 0
        if let text = request.query["from"] {
            guard let number = Int64(text), number >= 0 else {
                return HTTPResponse(
                    statusCode: .badRequest, body: Data("from is the id of a channel\n".utf8))
            }
            start = number
        }
        guard let states = await sockets(server, from: start) else {
            return HTTPResponse(statusCode: .serviceUnavailable)
        }
        let page = ChannelPage(states, nowNanos: SystemClock().monotonicNanos())
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(page) else {
            return HTTPResponse(statusCode: .internalServerError)
        }
        return HTTPResponse(
            statusCode: .ok, headers: [.contentType: "application/json"], body: text)
    }

    /// A page of sockets, or nil when the workers are silent. Whoever comes first answers.
    private static func sockets(_ server: Server, from start: Int64) async -> [SocketState]? {
        await withCheckedContinuation { (waiting: CheckedContinuation<[SocketState]?, Never>) in
            let waiting = Lock(Optional(waiting))
            let answer: @Sendable ([SocketState]?) -> Void = { states in
                let first = waiting.withLock { waiting in
                    defer { waiting = nil }
                    return waiting
                }
                first?.resume(returning: states)
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(channelsMillis)) {
                answer(nil)
            }
            server.sockets(from: start) { answer($0) }
        }
    }
}

/// What `/channels` says. Names are the JSON's, in camel case.
private struct ChannelPage: Encodable {
    let channels: [Channel]
    let next: Nullable<Int64>

    init(_ states: [SocketState], nowNanos: UInt64) {
        channels = states.map { Channel($0, nowNanos: nowNanos) }
        let isFull = states.count == Server.socketPageMax
        next = Nullable(value: isFull ? states.last.map { $0.id + 1 } : nil)
    }

    struct Channel: Encodable {
        let id: Int64
        let remote, local: String
        let openSeconds: Double
        let streamsStarted, streamsSucceeded, streamsFailed: UInt64
        let streamsOpen: Int
        let messagesReceived, messagesSent, bytesReceived, bytesSent, keepalivesSent: UInt64
        let tls: Nullable<Security>

        init(_ state: SocketState, nowNanos: UInt64) {
            id = state.id
            remote = state.remote.description
            local = state.local.description
            let millis = (max(nowNanos, state.openedNanos) - state.openedNanos) / 1_000_000
            openSeconds = Double(millis) / 1_000
            streamsStarted = state.counts.streamsStarted
            streamsSucceeded = state.counts.streamsSucceeded
            streamsFailed = state.counts.streamsFailed
            streamsOpen = state.openStreams
            messagesReceived = state.counts.messagesReceived
            messagesSent = state.counts.messagesSent
            bytesReceived = state.bytesReceived
            bytesSent = state.bytesSent
            keepalivesSent = state.keepalivesSent
            tls = Nullable(
                value: state.encryption.map {
                    Security(
                        version: $0.protocolName, cipher: $0.suite, peer: .init(value: state.peer))
                })
        }
    }

    struct Security: Encodable {
        let version, cipher: String
        let peer: Nullable<String>
    }

    /// A value or null: an Optional would leave its key out.
    struct Nullable<Value: Encodable>: Encodable {
        let value: Value?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if let value { try container.encode(value) } else { try container.encodeNil() }
        }
    }
}
