internal import Ground
public import HTTP2

/// What one connection has done so far, for operators.
public struct SocketState: Sendable, Equatable {
    /// What a connection counts while it works.
    public struct Counts: Sendable, Equatable {
        /// Calls begun by the client.
        public var streamsStarted: UInt64 = 0
        /// Calls that ended as HTTP/2 ends a stream, whatever their status.
        public var streamsSucceeded: UInt64 = 0
        /// Calls that were reset.
        public var streamsFailed: UInt64 = 0
        /// Messages given to the transport.
        public var messagesSent: UInt64 = 0
        /// Whole messages taken.
        public var messagesReceived: UInt64 = 0
        /// When the last call began, on the monotonic clock; 0 for never.
        public var lastStreamNanos: UInt64 = 0
        /// When the last message was given to the transport; 0 for never.
        public var lastSentNanos: UInt64 = 0
        /// When the last message was taken; 0 for never.
        public var lastReceivedNanos: UInt64 = 0

        /// A message was given to the transport. Two stores: this is on every call's road.
        @inline(__always)
        mutating func sent(_ nowNanos: UInt64) {
            messagesSent &+= 1
            lastSentNanos = nowNanos
        }

        /// A whole message came. Two stores, likewise.
        @inline(__always)
        mutating func received(_ nowNanos: UInt64) {
            messagesReceived &+= 1
            lastReceivedNanos = nowNanos
        }
    }

    /// Names the connection while the server lives; from 1, never used again.
    public let id: Int64
    /// This end.
    public let local: SocketAddress
    /// The client's end.
    public let remote: SocketAddress
    /// The TLS version and suite; nil in clear.
    public let encryption: Encryption?
    /// The subject of the client's verified certificate; nil when none was asked for.
    public let peer: String?
    /// When it was taken, on the monotonic clock.
    public let openedNanos: UInt64
    /// Calls that have not closed.
    public let openStreams: Int
    /// Bytes that the socket gave, encrypted ones under TLS.
    public let bytesReceived: UInt64
    /// Bytes that the socket took.
    public let bytesSent: UInt64
    /// PINGs that asked whether the client was there.
    public let keepalivesSent: UInt64
    /// What its calls have done.
    public let counts: Counts
}

extension CallWorker {
    /// Up to `limit` of this worker's connections whose id is at least `start`, by id.
    ///
    /// Complexity: all open connections. Thread: the worker.
    func socketStates(from start: Int64, limit: Int) -> [SocketState] {
        var found: [ConnectionCalls] = []
        worker?.forEachDelegate { delegate in
            guard let calls = delegate as? ConnectionCalls, calls.socketID >= start else { return }
            found.append(calls)
        }
        found.sort { $0.socketID < $1.socketID }
        return found.prefix(limit).map(\.state)
    }
}

extension Server {
    /// Sockets told at once at most: a page of some 300 KiB.
    public static let socketPageMax = 1_000

    /// Up to `limit` open connections whose id is at least `start`, by id, from all workers.
    ///
    /// Each worker answers in its next turn; `done` is called on the last of them. On a server
    /// that has not started, or has ended, it may never be called. Thread: any.
    public func sockets(
        from start: Int64 = 0, limit: Int = Server.socketPageMax,
        _ done: @escaping @Sendable ([SocketState]) -> Void
    ) {
        let limit = max(min(limit, Server.socketPageMax), 0)
        Self.gather(workers, from: start, limit: limit, done)
    }

    /// The same for a limit that the caller has bounded.
    static func gather(
        _ workers: [CallWorker], from start: Int64, limit: Int,
        _ done: @escaping @Sendable ([SocketState]) -> Void
    ) {
        let gathered = Lock((states: [SocketState](), missing: workers.count))
        for worker in workers {
            worker.deliver(
                .run {
                    let part = worker.socketStates(from: start, limit: limit)
                    let all: [SocketState]? = gathered.withLock { gathered in
                        gathered.states += part
                        gathered.missing -= 1
                        return gathered.missing == 0 ? gathered.states : nil
                    }
                    guard let all else { return }
                    done(Array(all.sorted { $0.id < $1.id }.prefix(limit)))
                })
        }
    }
}
